//! Connector: name resolution, TCP, proxy tunnel and TLS.

use std::future::{poll_fn, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::dns::{GaiAddrs, GaiResolver, Name};
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::TokioIo;
use sts_client::transport::{Proxies, TransportErrorKind};
use tokio::net::TcpStream;
use tower_service::Service;

use crate::connect_error::ConnectError;
use crate::tunnel;

type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, ConnectError>> + Send>>;

/// Resolves, connects and performs the TLS handshake within one timeout.
///
/// It is a pointer because hyper-util clones its connector for each request.
#[derive(Clone, Debug)]
pub(crate) struct Connector(Arc<Settings>);

#[derive(Debug)]
struct Settings {
    tcp: Tcp,
    tls: Arc<rustls::ClientConfig>,
    /// Hint for errors of a TLS handshake.
    tls_hint: Option<String>,
    proxies: Arc<Proxies>,
    timeout: Duration,
}

impl Connector {
    pub(crate) fn new(
        tls: &Arc<rustls::ClientConfig>,
        tls_hint: Option<String>,
        proxies: Arc<Proxies>,
        timeout: Duration,
    ) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver(GaiResolver::new()));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // Divided among the addresses, so that an unreachable one leaves time for the next.
        tcp.set_connect_timeout(Some(timeout));
        Self(Arc::new(Settings { tcp: Tcp(tcp), tls: Arc::clone(tls), tls_hint, proxies, timeout }))
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<Stream>;
    type Error = ConnectError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let settings = Arc::clone(&self.0);
        Box::pin(async move {
            let target = authority(&uri);
            let is_connected = Arc::new(AtomicBool::new(false));
            let route = Route {
                tcp: settings.tcp.clone(),
                proxies: Arc::clone(&settings.proxies),
                is_connected: Arc::clone(&is_connected),
            };
            let mut https = HttpsConnector::from((route, Arc::clone(&settings.tls)));
            let connecting = async {
                poll_fn(|context| https.poll_ready(context)).await?;
                https.call(uri).await
            };
            match tokio::time::timeout(settings.timeout, connecting).await {
                Ok(connected) => connected.map_err(|error| {
                    ConnectError::tls(error, &target, settings.tls_hint.as_deref())
                }),
                Err(elapsed) if is_connected.load(Ordering::Relaxed) => {
                    let message = format!("TLS handshake with {target} timed out");
                    Err(ConnectError::new(TransportErrorKind::Timeout, message, elapsed))
                }
                Err(elapsed) => {
                    let message = format!("connecting to {target} timed out");
                    Err(ConnectError::new(TransportErrorKind::Connect, message, elapsed))
                }
            }
        })
    }
}

/// Layer below TLS: connects to the target, or to a proxy and, for https, through its tunnel.
#[derive(Clone, Debug)]
struct Route {
    tcp: Tcp,
    proxies: Arc<Proxies>,
    /// Set when everything but the TLS handshake is done.
    is_connected: Arc<AtomicBool>,
}

impl Service<Uri> for Route {
    type Response = Stream;
    type Error = ConnectError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.tcp.poll_ready(context)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let connecting = self.connect(target);
        let is_connected = Arc::clone(&self.is_connected);
        Box::pin(async move {
            let stream = connecting.await?;
            is_connected.store(true, Ordering::Relaxed);
            Ok(stream)
        })
    }
}

impl Route {
    fn connect(&mut self, target: Uri) -> Connecting<Stream> {
        let proxy = match self.proxies.for_target(&target) {
            Ok(proxy) => proxy.cloned(),
            Err(error) => return Box::pin(ready(Err(ConnectError::proxy(error)))),
        };
        let Some(proxy) = proxy else {
            let connecting = self.tcp.call(target);
            return Box::pin(
                async move { Ok(Stream { tcp: connecting.await?, is_proxied: false }) },
            );
        };
        let connecting = self.tcp.call(proxy.uri().clone());
        Box::pin(async move {
            let tcp = connecting.await?;
            if target.scheme() == Some(&Scheme::HTTP) {
                return Ok(Stream { tcp, is_proxied: true });
            }
            Ok(Stream { tcp: tunnel::open(tcp, &proxy, &target).await?, is_proxied: false })
        })
    }
}

/// A connection that records whether a proxy reads the requests sent on it.
pub(crate) struct Stream {
    tcp: TokioIo<TcpStream>,
    is_proxied: bool,
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        // Without the addresses of `self.tcp`: hyper-util would copy them for each response.
        Connected::new().proxy(self.is_proxied)
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_read(context, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.tcp).poll_write_vectored(context, pieces)
    }
}

/// Connects to the resolved addresses in order.
#[derive(Clone, Debug)]
struct Tcp(HttpConnector<Resolver>);

impl Service<Uri> for Tcp {
    type Response = TokioIo<TcpStream>;
    type Error = ConnectError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let to_error = |error| ConnectError::tcp(error, "not ready to connect".to_owned());
        self.0.poll_ready(context).map_err(to_error)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let target = authority(&uri);
        let connecting = self.0.call(uri);
        Box::pin(async move {
            let to_error =
                |error| ConnectError::tcp(error, format!("connecting to {target} failed"));
            connecting.await.map_err(to_error)
        })
    }
}

/// The system's resolver.
#[derive(Clone, Debug)]
struct Resolver(GaiResolver);

impl Service<Name> for Resolver {
    type Response = GaiAddrs;
    type Error = ConnectError;
    type Future = Connecting<GaiAddrs>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let to_error =
            |error| ConnectError::resolve(error, "not ready to resolve names".to_owned());
        self.0.poll_ready(context).map_err(to_error)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let message = format!("resolving {name} failed");
        let resolving = self.0.call(name);
        Box::pin(
            async move { resolving.await.map_err(|error| ConnectError::resolve(error, message)) },
        )
    }
}

/// Returns host and port of a URI.
fn authority(uri: &Uri) -> String {
    let host = uri.host().unwrap_or_default();
    let port = uri.port_u16().unwrap_or(if uri.scheme() == Some(&Scheme::HTTP) { 80 } else { 443 });
    format!("{host}:{port}")
}
