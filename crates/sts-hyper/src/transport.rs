//! The transport and its exchanges.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::PROXY_AUTHORIZATION;
use http::uri::Scheme;
use http::{HeaderValue, Request, Response};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper_util::client::legacy::ResponseFuture;
#[cfg(feature = "hyper-util")]
use hyper_util::client::legacy::{Client, connect::Connect};
use sts_client::transport::{
    BuildError, Exchange, OnRuntime, Proxies, Proxy, RequestBody, RuntimeGone, Transport,
    TransportError, TransportErrorKind,
};
use sts_proto::{Body, BodyWriter};

use crate::builder::HyperTransportBuilder;
#[cfg(feature = "hyper-util")]
use crate::builder::default_user_agent;
use crate::errors;
use crate::proxy;

/// A [`Transport`] over hyper's pooled client, rustls and tokio.
///
/// Clones share connections. It must be used inside a tokio runtime with I/O and time enabled.
/// Several runtimes can share it: the 64 most recently used ones keep their own connections. An
/// exchange is bound to the runtime on which it is first polled. If that runtime shuts down, the
/// exchange fails with [`Cancelled`](TransportErrorKind::Cancelled).
///
/// - Requests are sent unchanged. `Host` defaults to the authority of the URI as written,
///   including the port, because the signature covers it. `User-Agent` is added if it is missing.
/// - Redirects, cookies and content encodings are not supported. A request is never sent twice. If
///   a pooled connection is closed **before any byte of the request was written**, hyper returns
///   the request and it is sent on another connection.
/// - Proxies are read from the environment unless the builder sets
///   [a proxy](HyperTransportBuilder::proxy).
#[derive(Clone)]
pub struct HyperTransport {
    pool: Arc<Pool>,
    /// For direct exchanges. Separate, because `pool` identifies connections by their target, also
    /// those through a proxy.
    direct: Arc<Pool>,
    user_agent: HeaderValue,
    /// Also used by the connector. Empty for a connector passed to `from_client`.
    proxies: Arc<Proxies>,
}

/// A connection pool over any connector.
type Pool = dyn Fn(Request<RequestBody>) -> ResponseFuture + Send + Sync;

impl HyperTransport {
    /// Returns a transport with the defaults of [`HyperTransportBuilder`].
    ///
    /// # Errors
    ///
    /// Returns an error under the conditions listed at [`HyperTransportBuilder::build`].
    pub fn new() -> Result<Self, BuildError> {
        Self::builder().build()
    }

    /// Returns a builder with the default settings.
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder::new()
    }

    /// Returns a transport over an existing hyper-util client with its connector, executor, pool
    /// and HTTP versions.
    ///
    /// - The connector is responsible for proxies, TLS and the connect timeout. Proxy variables of
    ///   the environment are not read. A connector that uses proxies must connect directly to the
    ///   local credential endpoints, because it does not see [`Exchange::is_direct`].
    /// - The transport can be used on one runtime only, because its connections belong to the
    ///   runtime on which they were opened.
    /// - Every error of the connector is reported as [`Connect`](TransportErrorKind::Connect).
    ///
    /// ```
    /// use hyper_util::client::legacy::Client;
    /// use hyper_util::client::legacy::connect::HttpConnector;
    /// use hyper_util::rt::TokioExecutor;
    /// use sts_hyper::HyperTransport;
    ///
    /// let mut connector = HttpConnector::new();
    /// connector.set_nodelay(true);
    /// let client = Client::builder(TokioExecutor::new()).build(connector);
    /// let transport = HyperTransport::from_client(client);
    /// ```
    #[cfg(feature = "hyper-util")]
    #[must_use]
    pub fn from_client<C>(client: Client<C, RequestBody>) -> Self
    where
        C: Connect + Clone + Send + Sync + 'static,
    {
        let pool: Arc<Pool> = Arc::new(move |request| client.request(request));
        Self {
            direct: Arc::clone(&pool),
            pool,
            user_agent: default_user_agent(),
            proxies: Arc::default(),
        }
    }

    /// `pool` uses `proxies`, `direct` connects directly.
    pub(crate) fn over(
        pool: impl Fn(Request<RequestBody>) -> ResponseFuture + Send + Sync + 'static,
        direct: impl Fn(Request<RequestBody>) -> ResponseFuture + Send + Sync + 'static,
        user_agent: HeaderValue,
        proxies: Arc<Proxies>,
    ) -> Self {
        Self { pool: Arc::new(pool), direct: Arc::new(direct), user_agent, proxies }
    }

    /// Returns the proxy that reads the request: that of a target without TLS.
    /// Boxed, because the future of an exchange is moved several times.
    fn forward_proxy(&self, exchange: &Exchange) -> Result<Option<Box<Proxy>>, TransportError> {
        let target = exchange.request.uri();
        if target.scheme() != Some(&Scheme::HTTP) {
            return Ok(None);
        }
        Ok(self.proxies.for_exchange(exchange)?.cloned().map(Box::new))
    }
}

impl HyperTransport {
    /// Returns a future that does not borrow this transport. `proxy` reads the request.
    fn start(
        &self,
        mut exchange: Exchange,
        proxy: Option<Box<Proxy>>,
    ) -> impl Future<Output = Result<Response<Body>, TransportError>> + Send + use<> {
        exchange.set_default_headers(&self.user_agent);
        let Exchange { mut request, limits, is_direct, .. } = exchange;
        if let Some(authorization) = proxy.as_deref().and_then(proxy::authorization) {
            request.headers_mut().insert(PROXY_AUTHORIZATION, authorization);
        }
        let pool = if is_direct { &self.direct } else { &self.pool };
        let request = request.map(|body| RequestBody::new(body.into_bytes()));
        let written = request.body().written();
        let response = pool(request);

        async move {
            let response = async {
                let response =
                    response.await.map_err(|error| errors::head(error, written.has_begun()))?;
                let (head, body) = response.into_parts();
                if let Some(proxy) = proxy {
                    proxy.check_forwarded(head.status)?;
                }
                // 101 without an upgrade request: a final response will not follow.
                if head.status.is_informational() {
                    return Err(TransportError::maybe_sent(TransportErrorKind::Protocol));
                }
                let body = collect(body, limits.body).await?;
                Ok(Response::from_parts(head, body))
            };
            // `timeout` has dropped the request when it returns, so `never_begins` is final.
            let response = tokio::time::timeout(limits.timeout, response).await;
            response.unwrap_or_else(|_| {
                Err(if written.never_begins() {
                    TransportError::not_sent(TransportErrorKind::Timeout)
                } else {
                    TransportError::maybe_sent(TransportErrorKind::Timeout)
                })
            })
        }
    }
}

impl Transport for HyperTransport {
    async fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        let proxy = self.forward_proxy(&exchange)?;
        let started = OnRuntime::start(|| self.start(exchange, proxy)).map_err(|error| {
            TransportError::not_sent(TransportErrorKind::Other).with_source(error)
        })?;
        started.await.unwrap_or_else(|error| {
            Err(TransportError::maybe_sent(TransportErrorKind::Cancelled).with_source(error))
        })
    }

    async fn sleep(&self, duration: Duration) {
        match OnRuntime::start(|| tokio::time::sleep(duration)) {
            // Returns early if the runtime shuts down.
            Ok(sleep) => sleep.await.unwrap_or(()),
            Err(RuntimeGone) => std::thread::sleep(duration),
        }
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransport")
            .field("user_agent", &self.user_agent)
            .field("proxies", &self.proxies)
            .finish_non_exhaustive()
    }
}

/// Reads the whole body, at most `limit` bytes.
async fn collect(mut body: Incoming, limit: usize) -> Result<Body, TransportError> {
    let too_large = || TransportError::maybe_sent(TransportErrorKind::TooLarge);
    let declared = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if declared > limit {
        return Err(too_large());
    }
    let mut writer = BodyWriter::with_capacity(declared);
    while !body.is_end_stream()
        && let Some(frame) = body.frame().await
    {
        let frame = frame.map_err(errors::body)?;
        let Some(data) = frame.data_ref() else {
            continue;
        };
        if data.len() > limit - writer.len() {
            return Err(too_large());
        }
        writer.extend(data);
    }
    Ok(writer.finish())
}
