//! The way to a server: its address, a connection, TLS. A failure knows which of them it was.

use std::error::Error as StdError;
use std::fmt;
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
use sts_client::transport::{Proxies, ProxyError, TransportErrorKind};
use tokio::net::TcpStream;
use tower_service::Service;

use crate::tunnel;

type BoxError = Box<dyn StdError + Send + Sync>;
type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, ConnectFailure>> + Send>>;

/// Resolves, connects and shakes hands, all within one time.
///
/// hyper-util clones its connector for each request, also where a connection is there.
#[derive(Clone, Debug)]
pub(crate) struct Connector(Arc<Settings>);

#[derive(Debug)]
struct Settings {
    tcp: Tcp,
    tls: Arc<rustls::ClientConfig>,
    /// What to know when the certificate of a server is not accepted.
    doubt: Option<String>,
    proxies: Arc<Proxies>,
    timeout: Duration,
}

impl Connector {
    pub(crate) fn new(
        tls: &Arc<rustls::ClientConfig>,
        doubt: Option<String>,
        proxies: Arc<Proxies>,
        timeout: Duration,
    ) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver(GaiResolver::new()));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        // Shared out among the addresses, so that a dead one leaves time for the next.
        tcp.set_connect_timeout(Some(timeout));
        Self(Arc::new(Settings { tcp: Tcp(tcp), tls: Arc::clone(tls), doubt, proxies, timeout }))
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<Stream>;
    type Error = ConnectFailure;
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
                    ConnectFailure::tls(error, &target, settings.doubt.as_deref())
                }),
                Err(elapsed) if is_connected.load(Ordering::Relaxed) => {
                    let what = format!("TLS handshake with {target} timed out");
                    Err(ConnectFailure::new(TransportErrorKind::Timeout, what, elapsed))
                }
                Err(elapsed) => {
                    let what = format!("connecting to {target} timed out");
                    Err(ConnectFailure::new(TransportErrorKind::Connect, what, elapsed))
                }
            }
        })
    }
}

/// The part below TLS: straight to the target, or to a proxy and, for TLS, through it.
#[derive(Clone, Debug)]
struct Route {
    tcp: Tcp,
    proxies: Arc<Proxies>,
    /// Set as soon as only TLS is left to do.
    is_connected: Arc<AtomicBool>,
}

impl Service<Uri> for Route {
    type Response = Stream;
    type Error = ConnectFailure;
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
            Err(error) => return Box::pin(ready(Err(ConnectFailure::proxy(error)))),
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

/// A connection that knows whether requests on it are for a proxy to read.
pub(crate) struct Stream {
    tcp: TokioIo<TcpStream>,
    is_proxied: bool,
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        // Without the addresses that `self.tcp` would tell: they are copied for each answer.
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

/// One address after another, as the resolver gives them.
#[derive(Clone, Debug)]
struct Tcp(HttpConnector<Resolver>);

impl Service<Uri> for Tcp {
    type Response = TokioIo<TcpStream>;
    type Error = ConnectFailure;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let failure = |error| ConnectFailure::tcp(error, "not ready to connect".to_owned());
        self.0.poll_ready(context).map_err(failure)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let target = authority(&uri);
        let connecting = self.0.call(uri);
        Box::pin(async move {
            let failure =
                |error| ConnectFailure::tcp(error, format!("connecting to {target} failed"));
            connecting.await.map_err(failure)
        })
    }
}

/// The system's resolver.
#[derive(Clone, Debug)]
struct Resolver(GaiResolver);

impl Service<Name> for Resolver {
    type Response = GaiAddrs;
    type Error = ConnectFailure;
    type Future = Connecting<GaiAddrs>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let failure =
            |error| ConnectFailure::resolve(error, "not ready to resolve names".to_owned());
        self.0.poll_ready(context).map_err(failure)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let what = format!("resolving {name} failed");
        let resolving = self.0.call(name);
        Box::pin(
            async move { resolving.await.map_err(|error| ConnectFailure::resolve(error, what)) },
        )
    }
}

/// The host and port that a URI names.
fn authority(uri: &Uri) -> String {
    let host = uri.host().unwrap_or_default();
    let port = uri.port_u16().unwrap_or(if uri.scheme() == Some(&Scheme::HTTP) { 80 } else { 443 });
    format!("{host}:{port}")
}

/// Why there is no connection. Each layer gives its own kind to what comes up without one.
#[derive(Debug)]
pub(crate) struct ConnectFailure {
    kind: TransportErrorKind,
    what: String,
    source: BoxError,
}

impl ConnectFailure {
    fn new(kind: TransportErrorKind, what: String, source: impl Into<BoxError>) -> Self {
        Self { kind, what, source: source.into() }
    }

    fn resolve(error: impl Into<BoxError>, what: String) -> Self {
        Self::new(TransportErrorKind::Resolve, what, error)
    }

    fn tcp(error: impl Into<BoxError>, what: String) -> Self {
        let error = error.into();
        let below = Self::find(&*error).map(Self::kind);
        Self::new(below.unwrap_or(TransportErrorKind::Connect), what, error)
    }

    /// The proxy made no tunnel, and did not say why.
    pub(crate) fn tunnel(error: impl Into<BoxError>, what: String) -> Self {
        Self::new(TransportErrorKind::Connect, what, error)
    }

    pub(crate) fn proxy(error: ProxyError) -> Self {
        Self::new(TransportErrorKind::Proxy, "the proxy cannot be used".to_owned(), error)
    }

    fn tls(error: BoxError, target: &str, doubt: Option<&str>) -> Self {
        let error = match error.downcast::<Self>() {
            Ok(below) => return *below,
            Err(error) => error,
        };
        let what = match doubt {
            None => format!("TLS handshake with {target} failed"),
            Some(doubt) => format!("TLS handshake with {target} failed ({doubt})"),
        };
        Self::new(TransportErrorKind::Tls, what, error)
    }

    /// The failure in the chain of an error that has come up through other layers.
    pub(crate) fn find<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a Self> {
        std::iter::successors(Some(error), |&error| error.source())
            .find_map(|error| error.downcast_ref())
    }

    /// What the proxy did, if the failure is the proxy's.
    pub(crate) fn of_proxy(&self) -> Option<&ProxyError> {
        self.source.downcast_ref()
    }

    pub(crate) const fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for ConnectFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl StdError for ConnectFailure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}
