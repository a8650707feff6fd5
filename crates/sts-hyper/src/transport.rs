//! One exchange over hyper's client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, HOST, PROXY_AUTHORIZATION, USER_AGENT};
use http::uri::{Scheme, Uri};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper_util::client::legacy::connect::Connect;
use hyper_util::client::legacy::{Client, ResponseFuture};
use sts_client::transport::{
    Exchange, Progress, Proxies, Proxy, Transport, TransportError, TransportErrorKind,
};
use sts_proto::{Body, BodyWriter};

use crate::build_error::BuildError;
use crate::builder::{HyperTransportBuilder, default_user_agent};
use crate::errors;
use crate::home::{AtHome, Homeless};
use crate::proxy;
use crate::request_body::RequestBody;

/// A [`Transport`] over hyper's pooled client, rustls and tokio.
///
/// Clones share connections. It must be used inside a tokio runtime with IO and time enabled, and
/// may be used on several: each of the 64 used last keeps its own connections. An exchange belongs to
/// the runtime on which it is first polled; when that one shuts down, the exchange fails as
/// [`Cancelled`](TransportErrorKind::Cancelled).
///
/// - The request goes out as it is given. `Host` is the authority of the URI as written there,
///   port included, unless the request names one: the signature covers it. `User-Agent` is added
///   where there is none.
/// - No redirect is followed, no cookie kept, no encoding offered. A request is never sent twice.
///   When a pooled connection turns out to be closed **before a byte of the request was
///   written**, another connection is used: hyper hands an unwritten request back, and only an
///   unwritten one is sent on another.
/// - Proxies are those of the environment, unless the builder sets
///   [others](HyperTransportBuilder::proxy).
#[derive(Clone)]
pub struct HyperTransport {
    pool: Arc<Pool>,
    /// For direct exchanges: a connection to a proxy is pooled under the host behind it.
    direct: Arc<Pool>,
    user_agent: HeaderValue,
    /// Of its own connector.
    proxies: Arc<Proxies>,
}

/// A pool of connections, whatever its connector.
type Pool = dyn Fn(Request<RequestBody>) -> ResponseFuture + Send + Sync;

impl HyperTransport {
    /// A transport with the defaults of [`HyperTransportBuilder`].
    pub fn new() -> Result<Self, BuildError> {
        Self::builder().build()
    }

    /// Settings for a transport.
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder::new()
    }

    /// A transport over a client of yours, with its connector, executor, pool and versions of
    /// HTTP. Proxies, TLS and the time to connect are the business of the connector; proxy
    /// variables of the environment are not read. A connector that uses proxies must connect
    /// directly to the local credential endpoints that the client uses: what
    /// [`Exchange::is_direct`] asks for it cannot see.
    ///
    /// Its connections belong to the runtime that made them, so it is for one runtime only.
    ///
    /// A connector's failure is a [`Connect`](TransportErrorKind::Connect), whatever its reason.
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

    /// `pool` goes through `proxies`, `direct` through none.
    pub(crate) fn over(
        pool: impl Fn(Request<RequestBody>) -> ResponseFuture + Send + Sync + 'static,
        direct: impl Fn(Request<RequestBody>) -> ResponseFuture + Send + Sync + 'static,
        user_agent: HeaderValue,
        proxies: Arc<Proxies>,
    ) -> Self {
        Self { pool: Arc::new(pool), direct: Arc::new(direct), user_agent, proxies }
    }

    /// The proxy that reads the request itself. Through a tunnel it does not.
    fn reader(&self, exchange: &Exchange) -> Result<Option<Proxy>, TransportError> {
        let target = exchange.request.uri();
        if exchange.is_direct || target.scheme() != Some(&Scheme::HTTP) {
            return Ok(None);
        }
        let proxy = self.proxies.for_target(target);
        proxy
            .map(Option::<&Proxy>::cloned)
            .map_err(|error| TransportError::of_proxy(error, Progress::NotSent))
    }

    /// Adds the headers that hyper would otherwise choose by its own rules, and those for a proxy
    /// that reads the request.
    fn complete(&self, request: &mut Request<Body>, proxy: Option<&Proxy>) {
        if !request.headers().contains_key(HOST)
            && let Some(host) = host(request.uri())
        {
            request.headers_mut().insert(HOST, host);
        }
        if request.body().is_empty() && !request.method().is_safe() {
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(0));
        }
        if let Some(credentials) = proxy.and_then(proxy::authorization) {
            request.headers_mut().insert(PROXY_AUTHORIZATION, credentials);
        }
        let agent = request.headers_mut().entry(USER_AGENT);
        agent.or_insert_with(|| self.user_agent.clone());
    }
}

impl HyperTransport {
    /// An exchange that is independent of this transport. `reader` is the proxy that reads the
    /// request.
    fn begin(
        &self,
        Exchange { mut request, limits, is_direct, .. }: Exchange,
        reader: Option<Proxy>,
    ) -> impl Future<Output = Result<Response<Body>, TransportError>> + Send + use<> {
        self.complete(&mut request, reader.as_ref());
        let pool = if is_direct { &self.direct } else { &self.pool };
        let request = request.map(|body| RequestBody::new(body.into_bytes()));
        let written = request.body().written();
        let response = pool(request);

        async move {
            let response = async {
                let response =
                    response.await.map_err(|error| errors::head(error, written.has_begun()))?;
                let (head, body) = response.into_parts();
                // It asks for credentials of a proxy, so it is not the service's.
                if let Some(proxy) = reader
                    && head.status == StatusCode::PROXY_AUTHENTICATION_REQUIRED
                {
                    let error = proxy.refused(head.status);
                    return Err(TransportError::of_proxy(error, Progress::MaybeSent));
                }
                // Nobody asked for another protocol: there is no response to come.
                if head.status.is_informational() {
                    return Err(TransportError::maybe_sent(TransportErrorKind::Protocol));
                }
                Ok(Response::from_parts(head, collect(body, limits.body).await?))
            };
            // The exchange is dropped where its time is over, and only then asked how far it got.
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
        let reader = self.reader(&exchange)?;
        let begun = AtHome::begin(|| self.begin(exchange, reader)).map_err(|homeless| {
            TransportError::not_sent(TransportErrorKind::Other).with_source(homeless)
        })?;
        begun.await.unwrap_or_else(|homeless| {
            Err(TransportError::maybe_sent(TransportErrorKind::Cancelled).with_source(homeless))
        })
    }

    async fn sleep(&self, duration: Duration) {
        match AtHome::begin(|| tokio::time::sleep(duration)) {
            // Where its runtime has shut down there is nothing left to wait for.
            Ok(sleeping) => sleeping.await.unwrap_or(()),
            Err(Homeless) => std::thread::sleep(duration),
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

/// The authority as written, without user information.
fn host(uri: &Uri) -> Option<HeaderValue> {
    let authority = uri.authority()?.as_str();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    HeaderValue::from_str(host).ok()
}

/// Reads the whole body, or stops where it outgrows `limit`.
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
        let Some(piece) = frame.data_ref() else {
            continue;
        };
        if piece.len() > limit - writer.len() {
            return Err(too_large());
        }
        writer.extend(piece);
    }
    Ok(writer.finish())
}
