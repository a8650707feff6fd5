//! One exchange over isahc.

use std::error::Error;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_lite::future::block_on;
use futures_lite::io::{AsyncReadExt, Cursor};
use http::header::{CONTENT_LENGTH, HOST, HeaderValue, TRANSFER_ENCODING, USER_AGENT};
use http::response::Parts;
use http::uri::{PathAndQuery, Scheme};
use http::{Request, Response, StatusCode, Uri};
use isahc::config::{Configurable, ExpectContinue, RedirectPolicy, VersionNegotiation};
use isahc::{AsyncBody, HttpClient};
use sts_client::transport::{
    BlockingTransport, Exchange, Limits, Progress, Proxies, Proxy, Transport, TransportError,
    TransportErrorKind,
};
use sts_proto::{Body, BodyWriter};

use crate::build_error::BuildError;
use crate::builder::{IsahcTransportBuilder, default_user_agent, limit};
use crate::clients::{ClientSlot, Clients};
use crate::errors::{self, Circumstances};
use crate::overheard::{self, Refusal};
use crate::proxy;
use crate::timer;
use crate::unlogged::Unlogged;

// isahc takes http 0.2 as well as 1: this does not compile if it was given another than ours.
const _: fn(Request<()>) -> isahc::http::Request<()> = |request| request;

/// A [`Transport`] and [`BlockingTransport`] over isahc, which runs libcurl on a thread of its own.
///
/// Clones share threads and connections. The async half runs on any executor, the blocking half on
/// any thread.
///
/// - The request goes out as it is given. `Host` is the authority of the URI as written there,
///   port included, unless the request names one: the signature covers it. Names of headers are
///   written in title case. `User-Agent` is added where there is none; libcurl adds
///   `Accept: */*`.
/// - No redirect is followed, no cookie kept, no encoding offered, `100-continue` not asked for.
/// - libcurl repeats a request when a kept connection dies under it before a byte of the response.
///   Here it cannot: a body is given to it once, and requests without a body get a connection of
///   their own. In return a request may fail on a connection that the server closed less than a
///   second ago; those closed for longer are noticed and replaced.
/// - A target that libcurl would rewrite is refused: one with dot segments, or with escapes in lower
///   case.
/// - Proxies are those of the environment, unless the builder sets
///   [others](IsahcTransportBuilder::proxy).
/// - An exchange that is dropped or stopped by a limit closes its connection at once, or as soon
///   as the exchanges that run beside it have ended. libcurl can only close all connections of a
///   client, so the transport goes on with a new one.
/// - After a `fork`, the child gets a client of its own with its next exchange. Exchanges that were
///   in flight go on in the parent only.
///
/// What libcurl does not distinguish is [`Closed`](TransportErrorKind::Closed): a head that is too
/// large, an invalid chunk, a connection closed early. So is a response without a byte of body
/// and without a length, which looks like a head that broke off; and a response whose server closes
/// the connection at once and without the farewell of TLS.
#[derive(Clone, Debug)]
pub struct IsahcTransport {
    clients: Arc<Clients>,
    user_agent: HeaderValue,
    /// `None`: as the client of the user has it.
    proxies: Option<Arc<Proxies>>,
    /// What to know when the certificate of a server is not accepted.
    doubt: Option<Arc<str>>,
}

impl IsahcTransport {
    /// A transport with the defaults of [`IsahcTransportBuilder`].
    pub fn new() -> Result<Self, BuildError> {
        Self::builder().build()
    }

    /// Settings for a transport.
    pub fn builder() -> IsahcTransportBuilder {
        IsahcTransportBuilder::new()
    }

    /// A transport over a client of yours, with its proxies, resolver, TLS and so on. If it has
    /// no proxy setting, libcurl reads the variables of the environment by rules of its own.
    /// Link-local and loopback targets and [direct](Exchange::is_direct) exchanges are reached
    /// without a proxy.
    ///
    /// What the contract asks for is set on each request. It cannot undo default headers and
    /// cookie jars of the client: give it none. And libcurl may repeat a request without a body,
    /// which is `GetCallerIdentity` and changes nothing, unless the client was built with
    /// `connection_cache_size(0)`.
    ///
    /// The transport cannot make another such client. So an exchange that is dropped while the
    /// server is silent keeps its connection until its
    /// [limit](sts_client::transport::Limits::timeout), 10 seconds by default: 100 dropped
    /// exchanges a second are up to 1,000 descriptors. And in the child of a `fork` each exchange
    /// fails. isahc's log of this client may go silent, for it would hold credentials.
    #[must_use]
    pub fn from_client(client: HttpClient) -> Self {
        let clients = Clients {
            kept: ClientSlot::of_user(client.clone()),
            fresh: ClientSlot::of_user(client),
        };
        Self::over(clients, default_user_agent(), None, None)
    }

    pub(crate) fn over(
        clients: Clients,
        user_agent: HeaderValue,
        proxies: Option<Proxies>,
        doubt: Option<String>,
    ) -> Self {
        timer::start();
        let (proxies, doubt) = (proxies.map(Arc::new), doubt.map(Arc::from));
        Self { clients: Arc::new(clients), user_agent, proxies, doubt }
    }

    /// The way to the target of an exchange.
    fn route(&self, exchange: &Exchange) -> Result<Route<'_>, TransportError> {
        let target = exchange.request.uri();
        let refuse = |error| TransportError::of_proxy(error, Progress::NotSent);
        match &self.proxies {
            _ if exchange.is_direct => Ok(Route::Told(None)),
            Some(proxies) => Ok(Route::Told(proxies.for_target(target).map_err(refuse)?)),
            None if Proxies::is_local(target) => Ok(Route::Told(None)),
            None => Ok(Route::Own),
        }
    }

    /// The same request, with the headers that libcurl would otherwise choose by its own rules,
    /// and with what it would do of its own accord switched off.
    fn prepare(
        &self,
        request: Request<Body>,
        limits: Limits,
        route: Route<'_>,
    ) -> http::Result<Request<AsyncBody>> {
        let (head, body) = request.into_parts();
        let mut headers = head.headers;
        if !headers.contains_key(HOST)
            && let Some(host) = host(&head.uri)
        {
            headers.insert(HOST, host);
        }
        if body.is_empty() && !head.method.is_safe() {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(0));
        }
        headers.entry(USER_AGENT).or_insert_with(|| self.user_agent.clone());

        let request = Request::builder();
        let request = match route {
            Route::Own => request,
            Route::Told(proxy) => proxy::apply(proxy, request),
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
        if let Some(none) = request.headers_mut() {
            *none = headers;
        }
        request.body(once(body))
    }

    async fn exchange(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        check(&exchange.request)?;
        let route = self.route(&exchange)?;
        let Clients { kept, fresh } = &*self.clients;
        let slot = if exchange.request.body().is_empty() { fresh } else { kept };
        let (mut in_flight, client) = slot.begin()?;
        let outcome = self.exchange_over(&client, exchange, route).await;
        // libcurl still waits for the rest of what is too large.
        let is_too_large = |error: &TransportError| error.kind() == TransportErrorKind::TooLarge;
        if !outcome.as_ref().is_err_and(is_too_large) {
            in_flight.is_over();
        }
        outcome
    }

    async fn exchange_over(
        &self,
        client: &HttpClient,
        Exchange { request, limits, .. }: Exchange,
        route: Route<'_>,
    ) -> Result<Response<Body>, TransportError> {
        let target = authority(request.uri());
        let is_https = request.uri().scheme() == Some(&Scheme::HTTPS);
        let request = self.prepare(request, limits, route).map_err(refused)?;

        let started = Instant::now();
        let (reader, tunnel) = if is_https { (None, route.proxy()) } else { (route.proxy(), None) };
        let is_tunnelled = is_https && route.may_have_proxy();
        let is_heard = is_tunnelled && overheard::can_listen();
        let refusal = Refusal::default();
        let failure = |error| {
            let status = refusal.status().filter(|status| !status.is_success());
            if let Some((proxy, status)) = tunnel.zip(status) {
                return TransportError::of_proxy(proxy.refused(status), Progress::NotSent);
            }
            let said = match status {
                Some(status) => Some(format!("status {status}")),
                None if is_heard || tunnel.is_none() => None,
                None => Some("refused or unreachable: libcurl is not heard".to_owned()),
            };
            let said = said.filter(|_| !status.is_some_and(|status| status.is_server_error()));
            let is_early = started.elapsed() < limits.timeout;
            let (target, doubt) = (&*target, self.doubt.as_deref());
            let refusal = said.as_deref();
            errors::failure(error, &Circumstances { target, is_https, is_early, doubt, refusal })
        };
        let sending = pin!(async { client.send_async(request).await.map_err(&failure) });
        let response = if is_heard {
            Unlogged::new(refusal.noticed(sending)).await?
        } else {
            Unlogged::new(sending).await?
        };
        let (head, body) = response.into_parts();
        // It asks for credentials of a proxy, so it is not the service's.
        if let Some(proxy) = reader
            && head.status == StatusCode::PROXY_AUTHENTICATION_REQUIRED
        {
            let error = proxy.refused(head.status);
            return Err(TransportError::of_proxy(error, Progress::MaybeSent));
        }
        let body = collect(body, limits.body, failure).await?;
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

impl BlockingTransport for IsahcTransport {
    fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        block_on(self.exchange(exchange))
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// The way to a target.
#[derive(Clone, Copy)]
enum Route<'a> {
    /// As the client of the user has it, or libcurl finds it in the environment.
    Own,
    /// Through this proxy, or none.
    Told(Option<&'a Proxy>),
}

impl<'a> Route<'a> {
    const fn may_have_proxy(self) -> bool {
        !matches!(self, Self::Told(None))
    }

    const fn proxy(self) -> Option<&'a Proxy> {
        match self {
            Self::Own => None,
            Self::Told(proxy) => proxy,
        }
    }
}

/// Nothing was sent, for this reason.
fn refused(why: impl Into<Box<dyn Error + Send + Sync>>) -> TransportError {
    TransportError::not_sent(TransportErrorKind::Other).with_source(why)
}

/// Refuses what libcurl or isahc would not send as it is.
fn check(request: &Request<Body>) -> Result<(), TransportError> {
    let refuse = |why: &'static str| Err(refused(why));
    if !matches!(request.uri().scheme_str(), Some("https" | "http")) {
        return refuse("the URI is neither http nor https");
    }
    if request.headers().values().any(|value| value.to_str().is_err()) {
        return refuse("a header holds more than visible ASCII");
    }
    let target = request.uri().path_and_query().map_or("", PathAndQuery::as_str);
    if has_dot_segment(request.uri().path()) {
        return refuse("libcurl would take the dot segments out of the path");
    }
    if has_lower_case_escape(target) {
        return refuse("libcurl would turn the escapes of the path into upper case");
    }
    Ok(())
}

fn has_dot_segment(path: &str) -> bool {
    path.split('/').any(|segment| {
        let segment = segment.to_ascii_lowercase().replace("%2e", ".");
        matches!(segment.as_str(), "." | "..")
    })
}

fn has_lower_case_escape(target: &str) -> bool {
    target.split('%').skip(1).any(|rest| rest.bytes().take(2).any(|byte| byte.is_ascii_lowercase()))
}

/// The authority as written, without user information.
fn host(uri: &Uri) -> Option<HeaderValue> {
    let authority = uri.authority()?.as_str();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    HeaderValue::from_str(host).ok()
}

/// The host and port that a URI names.
fn authority(uri: &Uri) -> String {
    let host = uri.host().unwrap_or_default();
    let port =
        uri.port_u16().unwrap_or(if uri.scheme() == Some(&Scheme::HTTPS) { 443 } else { 80 });
    format!("{host}:{port}")
}

/// Whether the head had its end. libcurl takes a head that breaks off for a response without a body;
/// so there must be a byte of it, or a word on where it ends.
fn is_complete(head: &Parts, body: &Body) -> bool {
    let Some(length) = head.headers.get(CONTENT_LENGTH) else {
        return !body.is_empty()
            || head.headers.contains_key(TRANSFER_ENCODING)
            || matches!(head.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    };
    !body.is_empty() || length == "0" || head.status == StatusCode::NOT_MODIFIED
}

/// A body that can be read one time: isahc cannot rewind a reader.
fn once(body: Body) -> AsyncBody {
    if body.is_empty() {
        return AsyncBody::empty();
    }
    let length = u64::try_from(body.len()).unwrap_or(u64::MAX);
    AsyncBody::from_reader_sized(Cursor::new(body), length)
}

/// Reads the whole body, or stops where it outgrows `limit`.
async fn collect(
    mut body: AsyncBody,
    limit: usize,
    failure: impl Fn(isahc::Error) -> TransportError,
) -> Result<Body, TransportError> {
    let too_large = || TransportError::maybe_sent(TransportErrorKind::TooLarge);
    let declared = body.len().map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    if declared.is_some_and(|declared| declared > limit) {
        return Err(too_large());
    }
    let mut writer = BodyWriter::with_capacity(declared.unwrap_or(0));
    let mut piece = vec![0; 4096];
    // The end of a body whose length is known is not waited for.
    while declared != Some(writer.len()) {
        let length = body.read(&mut piece).await.map_err(|error| failure(error.into()))?;
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
