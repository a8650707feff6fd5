//! What the async and the blocking transport have in common.

use std::sync::Arc;
use std::time::Duration;

use http::uri::Scheme;
use http::{HeaderValue, Request, StatusCode, Uri};
use reqwest::Url;
use sts_client::transport::{
    Exchange, Limits, Proxies, Proxy, TransportError, TransportErrorKind as Kind,
};
use sts_proto::Body;

/// The longest timeout that every part of reqwest supports.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The reqwest clients of a transport.
#[derive(Clone)]
pub(crate) struct Route<C> {
    pub(crate) client: C,
    /// For direct exchanges, because the proxies of a reqwest client apply to all its requests.
    pub(crate) direct: Option<C>,
    /// `None` for a client passed to `from_client`, whose proxies are not known.
    pub(crate) proxies: Option<Arc<Proxies>>,
}

/// An exchange that is ready to be sent with `client`.
pub(crate) struct Prepared<'a, C> {
    pub(crate) client: &'a C,
    pub(crate) request: Request<Body>,
    /// The target as reqwest sends it.
    pub(crate) url: Url,
    pub(crate) limits: Limits,
    pub(crate) via: Via,
}

/// The proxy between this transport and the target.
#[derive(Clone)]
pub(crate) enum Via {
    Nothing,
    /// Forwards the request, or opens a tunnel to a target with TLS. Boxed, because the future of an
    /// exchange is moved several times.
    Proxy(Box<Proxy>),
    /// Unknown settings of a client.
    Unknown,
}

impl<C> Route<C> {
    /// Chooses the client, and rejects a request that reqwest would not send unchanged.
    pub(crate) fn prepare(
        &self,
        mut exchange: Exchange,
        user_agent: &HeaderValue,
    ) -> Result<Prepared<'_, C>, TransportError> {
        let target = exchange.request.uri();
        let (client, via) = match &self.proxies {
            Some(proxies) => match proxies.for_exchange(&exchange)? {
                Some(proxy) => (Some(&self.client), Via::Proxy(Box::new(proxy.clone()))),
                None => (self.direct.as_ref(), Via::Nothing),
            },
            None if exchange.is_direct || Proxies::is_link_local(target) => {
                (self.direct.as_ref(), Via::Nothing)
            }
            None => (Some(&self.client), Via::Unknown),
        };
        let client = client.ok_or_else(|| not_sent(NO_DIRECT_CLIENT))?;
        let url = unchanged(target)?;
        exchange.set_default_headers(user_agent);
        let Exchange { request, mut limits, .. } = exchange;
        limits.timeout = limits.timeout.min(DAY);
        Ok(Prepared { client, request, url, limits, via })
    }
}

const NO_DIRECT_CLIENT: &str = "direct exchanges and link-local targets must not use a proxy, and the \
                                proxies of the reqwest client are not known: set `direct_client`";

impl Via {
    /// Returns whether a proxy may read the request and respond to it.
    pub(crate) fn check(&self, status: StatusCode, url: &Url) -> Result<(), TransportError> {
        if url.scheme() != Scheme::HTTP.as_str() {
            return Ok(());
        }
        match self {
            Self::Proxy(proxy) => proxy.check_forwarded(status),
            Self::Unknown if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                Err(TransportError::maybe_sent(Kind::Proxy))
            }
            Self::Nothing | Self::Unknown => Ok(()),
        }
    }
}

/// Returns the URL, unless reqwest would normalize the signed target.
fn unchanged(target: &Uri) -> Result<Url, TransportError> {
    let url = Url::parse(&target.to_string()).map_err(not_sent)?;
    if url.path() != target.path() || url.query() != target.query() {
        return Err(not_sent("reqwest would normalize the target of the request"));
    }
    Ok(url)
}

/// Returns the error of a request that was not sent.
pub(crate) fn not_sent(
    reason: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> TransportError {
    TransportError::not_sent(Kind::Other).with_source(reason)
}

/// Checks the head of a response: `final_url` differs from `url` if reqwest followed a redirect.
pub(crate) fn check_head(
    status: StatusCode,
    final_url: &Url,
    content_length: Option<u64>,
    (url, via, limits): (&Url, &Via, Limits),
) -> Result<(), TransportError> {
    if final_url != url {
        return Err(TransportError::maybe_sent(Kind::Other).with_source(REDIRECTED));
    }
    via.check(status, url)?;
    // 101 without an upgrade request: a final response will not follow.
    if status.is_informational() {
        return Err(TransportError::maybe_sent(Kind::Protocol));
    }
    if content_length.is_some_and(|length| length > limits.body as u64) {
        return Err(TransportError::maybe_sent(Kind::TooLarge));
    }
    Ok(())
}

const REDIRECTED: &str = "the reqwest client followed a redirect, which may send credentials to \
                          another host: build it with `redirect::Policy::none()`";
