//! The transport and its exchanges.

use std::error::Error;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_lite::future::block_on;
use futures_lite::io::{AsyncReadExt, Cursor};
use http::header::{CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING};
use http::response::Parts;
use http::uri::{PathAndQuery, Scheme};
use http::{Request, Response, StatusCode, Uri};
use isahc::config::{Configurable, ExpectContinue, RedirectPolicy, VersionNegotiation};
use isahc::{AsyncBody, HttpClient};
use sts_client::blocking;
use sts_client::transport::{
    BuildError, Exchange, Limits, Progress, Proxies, Proxy, Transport, TransportError,
    TransportErrorKind,
};
use sts_proto::{Body, BodyWriter};
use zeroize::Zeroizing;

use crate::builder::{IsahcTransportBuilder, default_user_agent, limit};
use crate::clients::{ClientSlot, Clients};
use crate::errors::{self, Context};
use crate::proxy;
use crate::timer;
use crate::tunnel_status::{self, TunnelStatus};
use crate::wire_log::Unlogged;

// isahc supports http 0.2 and 1. This does not compile if its version differs from ours.
const _: fn(Request<()>) -> isahc::http::Request<()> = |request| request;

/// A [`Transport`] and [`blocking::Transport`] over isahc, which runs libcurl on a thread of its
/// own.
///
/// Clones share threads and connections. The async transport runs on any executor, the blocking
/// transport on any thread.
///
/// - Requests are sent unchanged, with header names in title case. `Host` defaults to the authority
///   of the URI as written, including the port, because the signature covers it. `User-Agent` is
///   added if it is missing; libcurl adds `Accept: */*`.
/// - Redirects, cookies, content encodings and `100-continue` are not supported.
/// - Requests are not repeated. libcurl would repeat a request whose idle connection was closed, so
///   it can read each body only once, and requests without a body use a new connection. As a
///   result, a request may fail on a connection that the server closed less than a second ago.
/// - Targets that libcurl would normalize are rejected: those with dot segments or with
///   percent-encoding in lower case.
/// - Proxies are read from the environment unless the builder sets
///   [a proxy](IsahcTransportBuilder::proxy).
/// - An exchange that is dropped or exceeds its limits closes its connection immediately, or when
///   the concurrent exchanges have ended. libcurl can only close all connections of a client, so
///   the transport continues with a new client.
/// - After a `fork`, the child process uses a new client. Exchanges in flight continue in the
///   parent process only.
///
/// Failures that libcurl does not distinguish are reported as
/// [`Closed`](TransportErrorKind::Closed): a head that is too large, an invalid chunk, a connection
/// closed early. So are a response without a body and without a length, which cannot be
/// distinguished from a truncated head, and a response whose server closes the connection without
/// `close_notify` of TLS.
#[derive(Clone, Debug)]
pub struct IsahcTransport {
    clients: Arc<Clients>,
    user_agent: HeaderValue,
    /// `None` for a client passed to `from_client`, which has its own proxy settings.
    proxies: Option<Arc<Proxies>>,
    /// Hint for errors of a TLS handshake.
    tls_hint: Option<Arc<str>>,
}

impl IsahcTransport {
    /// Returns a transport with the defaults of [`IsahcTransportBuilder`].
    ///
    /// # Errors
    ///
    /// Returns an error under the conditions listed at [`IsahcTransportBuilder::build`].
    pub fn new() -> Result<Self, BuildError> {
        Self::builder().build()
    }

    /// Returns a builder with the default settings.
    pub fn builder() -> IsahcTransportBuilder {
        IsahcTransportBuilder::new()
    }

    /// Returns a transport over an existing isahc client with its proxies, resolver and TLS
    /// settings.
    ///
    /// - If the client has no proxy setting, libcurl reads the environment by its own rules.
    ///   Link-local and loopback targets and [direct](Exchange::is_direct) exchanges do not use a
    ///   proxy.
    /// - The transport sets the options that the contract requires on each request. It cannot
    ///   remove default headers or a cookie jar of the client; do not configure these.
    /// - libcurl may repeat a request without a body (`GetCallerIdentity`, which has no side
    ///   effects) unless the client was built with `connection_cache_size(0)`.
    /// - The transport cannot create another client. An exchange that is dropped before it receives
    ///   a response keeps its connection until its
    ///   [timeout](sts_client::transport::Limits::timeout), 10 seconds by default: 100 dropped
    ///   exchanges per second use up to 1,000 descriptors. In the child of a `fork`, exchanges fail.
    /// - isahc's log of this client may be suppressed, because it would contain credentials.
    #[must_use]
    pub fn from_client(client: HttpClient) -> Self {
        let clients = Clients {
            kept: ClientSlot::from_client(client.clone()),
            fresh: ClientSlot::from_client(client),
        };
        Self::over(clients, default_user_agent(), None, None)
    }

    pub(crate) fn over(
        clients: Clients,
        user_agent: HeaderValue,
        proxies: Option<Arc<Proxies>>,
        tls_hint: Option<String>,
    ) -> Self {
        timer::start();
        Self { clients: Arc::new(clients), user_agent, proxies, tls_hint: tls_hint.map(Arc::from) }
    }

    /// Returns the route to the target of an exchange.
    fn route(&self, exchange: &Exchange) -> Result<Route<'_>, TransportError> {
        let target = exchange.request.uri();
        match &self.proxies {
            _ if exchange.is_direct => Ok(Route::Explicit(None)),
            Some(proxies) => Ok(Route::Explicit(proxies.for_exchange(exchange)?)),
            None if Proxies::is_local(target) => Ok(Route::Explicit(None)),
            None => Ok(Route::ClientDefault),
        }
    }

    /// Converts a request and disables the features of libcurl that the contract does not permit.
    fn prepare(
        request: Request<Body>,
        limits: Limits,
        route: Route<'_>,
    ) -> http::Result<Request<AsyncBody>> {
        let (head, body) = request.into_parts();
        let request = Request::builder();
        let request = match route {
            Route::ClientDefault => request,
            Route::Explicit(proxy) => proxy::apply(proxy, request),
        };
        let mut request = request
            .method(head.method)
            .uri(head.uri)
            .timeout(limit(limits.timeout))
            .version_negotiation(VersionNegotiation::http11())
            .title_case_headers(true)
            .expect_continue(ExpectContinue::disabled())
            .automatic_decompression(false)
            .redirect_policy(RedirectPolicy::None);
        if let Some(empty) = request.headers_mut() {
            *empty = head.headers;
        }
        request.body(once(body))
    }

    async fn exchange(&self, mut exchange: Exchange) -> Result<Response<Body>, TransportError> {
        check(&exchange.request)?;
        exchange.set_default_headers(&self.user_agent);
        let route = self.route(&exchange)?;
        let Clients { kept, fresh } = &*self.clients;
        let slot = if exchange.request.body().is_empty() { fresh } else { kept };
        let (mut in_flight, client) = slot.begin()?;
        let outcome = self.exchange_over(&client, exchange, route).await;
        // libcurl continues to receive a response that is too large.
        let is_too_large = |error: &TransportError| error.kind() == TransportErrorKind::TooLarge;
        if !outcome.as_ref().is_err_and(is_too_large) {
            in_flight.complete();
        }
        outcome
    }

    async fn exchange_over(
        &self,
        client: &HttpClient,
        Exchange { request, limits, .. }: Exchange,
        route: Route<'_>,
    ) -> Result<Response<Body>, TransportError> {
        let target = request.uri().clone();
        let is_https = request.uri().scheme() == Some(&Scheme::HTTPS);
        let request = Self::prepare(request, limits, route).map_err(rejected)?;

        let started = Instant::now();
        let (forward, tunnel) =
            if is_https { (None, route.proxy()) } else { (route.proxy(), None) };
        let is_tunnelled = is_https && route.may_have_proxy();
        let is_observed = is_tunnelled && tunnel_status::can_observe();
        let tunnel_status = TunnelStatus::default();
        let to_error = |error| {
            let status = tunnel_status.get().filter(|status| !status.is_success());
            if let Some((proxy, status)) = tunnel.zip(status) {
                return TransportError::of_proxy(proxy.refused(status), Progress::NotSent);
            }
            let rejection = match status {
                Some(status) => Some(format!("status {status}")),
                None if is_observed || tunnel.is_none() => None,
                None => Some("rejected or unreachable; the status is not available".to_owned()),
            };
            let rejection =
                rejection.filter(|_| !status.is_some_and(|status| status.is_server_error()));
            let is_early = started.elapsed() < limits.timeout;
            let (target, tls_hint) = (&*authority(&target), self.tls_hint.as_deref());
            let rejection = rejection.as_deref();
            errors::classify(error, &Context { target, is_https, is_early, tls_hint, rejection })
        };
        let sending = pin!(async { client.send_async(request).await.map_err(&to_error) });
        let response = if is_observed {
            Unlogged::new(tunnel_status.observe(sending)).await?
        } else {
            Unlogged::new(sending).await?
        };
        let (head, body) = response.into_parts();
        if let Some(proxy) = forward {
            proxy.check_forwarded(head.status)?;
        }
        let body = collect(body, limits.body, to_error).await?;
        if !is_complete(&head, &body) {
            return Err(TransportError::maybe_sent(TransportErrorKind::Closed));
        }

        let mut response = Response::new(body);
        *response.status_mut() = head.status;
        *response.version_mut() = head.version;
        *response.headers_mut() = head.headers;
        Ok(response)
    }
}

impl Transport for IsahcTransport {
    async fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        self.exchange(exchange).await
    }

    async fn sleep(&self, duration: Duration) {
        timer::sleep(duration).await;
    }
}

impl blocking::Transport for IsahcTransport {
    fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        block_on(self.exchange(exchange))
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// How a target is reached.
#[derive(Clone, Copy)]
enum Route<'a> {
    /// By the proxy settings of the client or of the environment.
    ClientDefault,
    /// Through this proxy, or directly.
    Explicit(Option<&'a Proxy>),
}

impl<'a> Route<'a> {
    const fn may_have_proxy(self) -> bool {
        !matches!(self, Self::Explicit(None))
    }

    const fn proxy(self) -> Option<&'a Proxy> {
        match self {
            Self::ClientDefault => None,
            Self::Explicit(proxy) => proxy,
        }
    }
}

/// Returns the error of a request that was not sent.
fn rejected(reason: impl Into<Box<dyn Error + Send + Sync>>) -> TransportError {
    TransportError::not_sent(TransportErrorKind::Other).with_source(reason)
}

/// Rejects requests that libcurl or isahc would not send unchanged.
fn check(request: &Request<Body>) -> Result<(), TransportError> {
    let reject = |reason: &'static str| Err(rejected(reason));
    if !matches!(request.uri().scheme_str(), Some("https" | "http")) {
        return reject("unsupported URI scheme, expected http or https");
    }
    if request.headers().values().any(|value| value.to_str().is_err()) {
        return reject("a header value contains characters other than visible ASCII");
    }
    let target = request.uri().path_and_query().map_or("", PathAndQuery::as_str);
    if has_dot_segment(request.uri().path()) {
        return reject("path contains dot segments, which libcurl normalizes");
    }
    if has_lower_case_escape(target) {
        return reject("target contains percent-encoding in lower case, which libcurl normalizes");
    }
    Ok(())
}

fn has_dot_segment(path: &str) -> bool {
    const DOTS: [&str; 6] = [".", "%2e", "..", ".%2e", "%2e.", "%2e%2e"];
    path.split('/').any(|segment| DOTS.iter().any(|dots| segment.eq_ignore_ascii_case(dots)))
}

fn has_lower_case_escape(target: &str) -> bool {
    target.split('%').skip(1).any(|rest| rest.bytes().take(2).any(|byte| byte.is_ascii_lowercase()))
}

/// Returns host and port of a URI.
fn authority(uri: &Uri) -> String {
    let host = uri.host().unwrap_or_default();
    let port =
        uri.port_u16().unwrap_or(if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 });
    format!("{host}:{port}")
}

/// Returns whether the head is complete. libcurl treats a truncated head as a response without a
/// body, so a response must have a body or a header that states its length.
fn is_complete(head: &Parts, body: &Body) -> bool {
    let Some(length) = head.headers.get(CONTENT_LENGTH) else {
        return !body.is_empty()
            || head.headers.contains_key(TRANSFER_ENCODING)
            || matches!(head.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    };
    !body.is_empty() || length == "0" || head.status == StatusCode::NOT_MODIFIED
}

/// Returns a body that can be read only once, because isahc cannot rewind a reader.
fn once(body: Body) -> AsyncBody {
    if body.is_empty() {
        return AsyncBody::empty();
    }
    let length = u64::try_from(body.len()).unwrap_or(u64::MAX);
    AsyncBody::from_reader_sized(Cursor::new(body), length)
}

/// Reads the whole body, at most `limit` bytes.
async fn collect(
    mut body: AsyncBody,
    limit: usize,
    to_error: impl Fn(isahc::Error) -> TransportError,
) -> Result<Body, TransportError> {
    let too_large = || TransportError::maybe_sent(TransportErrorKind::TooLarge);
    let declared = body.len().map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    if declared.is_some_and(|declared| declared > limit) {
        return Err(too_large());
    }
    let mut writer = BodyWriter::with_capacity(declared.unwrap_or(0));
    let mut piece = Zeroizing::new(vec![0; 4096]);
    // Does not wait for the end of a body whose length is known.
    while declared != Some(writer.len()) {
        let length = body.read(&mut piece).await.map_err(|error| to_error(error.into()))?;
        let Some(read) = piece.get(..length).filter(|read| !read.is_empty()) else {
            break;
        };
        if read.len() > limit - writer.len() {
            return Err(too_large());
        }
        writer.extend(read);
    }
    Ok(writer.finish())
}
