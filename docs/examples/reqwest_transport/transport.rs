//! A transport over reqwest. Copy this file into a program that has reqwest.
//!
//! `docs/tests/transports.rs` runs the conformance suite on it. `docs/transports.md` lists the
//! failures that reqwest does not distinguish.

use std::error::Error as StdError;
use std::io::{self, ErrorKind};
use std::time::Duration;

use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderValue, Request, Response, StatusCode};
use sts_client::transport::TransportErrorKind as Kind;
use sts_client::{Exchange, Transport, TransportError};
use sts_proto::{Body, BodyWriter};

/// A transport over reqwest, for use inside a tokio runtime.
pub(crate) struct ReqwestTransport {
    client: reqwest::Client,
    /// For direct exchanges, because the proxy of a reqwest client applies to all its requests.
    direct: reqwest::Client,
    has_proxy: bool,
}

impl ReqwestTransport {
    /// Creates a transport that uses `proxy`, if it is given.
    pub(crate) fn new(
        settings: impl Fn() -> reqwest::ClientBuilder,
        proxy: Option<&str>,
    ) -> reqwest::Result<Self> {
        let mut builder = settings();
        if let Some(proxy) = proxy {
            // Metadata services have link-local addresses.
            let link_local = reqwest::NoProxy::from_string("169.254.0.0/16,fe80::/10");
            builder = builder.proxy(reqwest::Proxy::all(proxy)?.no_proxy(link_local));
        }
        let has_proxy = proxy.is_some();
        Ok(Self { client: builder.build()?, direct: settings().build()?, has_proxy })
    }
}

impl Transport for ReqwestTransport {
    async fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        let Exchange { request, limits, is_direct, .. } = exchange;
        let request = prepare(request)?;
        let client = if is_direct { &self.direct } else { &self.client };
        let is_read_by_proxy = self.has_proxy && !is_direct && request.url().scheme() == "http";
        let exchange = async {
            let response = client.execute(request).await.map_err(classify)?;
            if is_read_by_proxy && response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
                return Err(TransportError::maybe_sent(Kind::Proxy));
            }
            collect(response, limits.body).await
        };
        // reqwest does not report how far the request got.
        let time_is_over = |_| Err(TransportError::maybe_sent(Kind::Timeout));
        tokio::time::timeout(limits.timeout, exchange).await.unwrap_or_else(time_is_over)
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

/// Converts the request. Fails if reqwest would normalize the signed target.
fn prepare(mut request: Request<Body>) -> Result<reqwest::Request, TransportError> {
    let uri = request.uri().clone();
    if let Some(authority) = uri.authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        request.headers_mut().entry(HOST).or_insert(host);
    }
    if request.body().is_empty() && !request.method().is_safe() {
        request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(0));
    }
    let request = reqwest::Request::try_from(request.map(Body::into_bytes)).map_err(classify)?;
    if request.url().path() != uri.path() || request.url().query() != uri.query() {
        return Err(TransportError::not_sent(Kind::Other)
            .with_source("reqwest would normalize the request target"));
    }
    Ok(request)
}

/// Reads the whole body, at most `limit` bytes.
async fn collect(
    mut response: reqwest::Response,
    limit: usize,
) -> Result<Response<Body>, TransportError> {
    let too_large = || TransportError::maybe_sent(Kind::TooLarge);
    if response.status().is_informational() {
        return Err(TransportError::maybe_sent(Kind::Protocol));
    } else if response.content_length().is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    let mut body = BodyWriter::default();
    while let Some(piece) = response.chunk().await.map_err(classify)? {
        if piece.len() > limit - body.len() {
            return Err(too_large());
        }
        body.extend(&piece);
    }
    let (head, _) = Response::from(response).into_parts();
    Ok(Response::from_parts(head, body.finish()))
}

/// Classifies an error, and whether the request may have been sent.
fn classify(error: reqwest::Error) -> TransportError {
    // The URL may contain a token.
    let error = error.without_url();
    let classified = if error.is_builder() {
        TransportError::not_sent(Kind::Other)
    } else if error.is_dns() {
        TransportError::not_sent(Kind::Resolve)
    } else if causes(&error).any(|cause| cause.to_string().contains("proxy authorization required"))
    {
        TransportError::not_sent(Kind::Proxy)
    } else if error.is_connect() && error.is_timeout() {
        TransportError::not_sent(Kind::Timeout)
    } else if error.is_connect() {
        TransportError::not_sent(if is_of_tls(&error) { Kind::Tls } else { Kind::Connect })
    } else if error.is_timeout() {
        TransportError::maybe_sent(Kind::Timeout)
    } else {
        // reqwest does not distinguish a closed connection from invalid HTTP, but hyper does.
        TransportError::maybe_sent(match causes(&error).find_map(|cause| cause.downcast_ref()) {
            Some(error) if hyper::Error::is_parse_too_large(error) => Kind::TooLarge,
            Some(error) if error.is_parse() => Kind::Protocol,
            Some(error) if error.is_user() => Kind::Other,
            _ => Kind::Closed,
        })
    };
    classified.with_source(error)
}

/// Returns whether the TLS handshake of an open connection failed.
fn is_of_tls(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| match cause.downcast_ref().map(io::Error::kind) {
        Some(kind) => matches!(kind, ErrorKind::ConnectionReset | ErrorKind::UnexpectedEof),
        None => cause.is::<rustls::Error>(),
    })
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    // The error inside an `io::Error` is not its source.
    std::iter::successors(error.source(), |&cause| match cause.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|wrapped| wrapped as _),
        None => cause.source(),
    })
}

/// Settings of reqwest that the transport contract requires.
pub(crate) fn settings() -> reqwest::ClientBuilder {
    // This workspace builds reqwest without a crypto provider; its feature `rustls` has one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .http1_only()
        .no_proxy()
        // Shorter than the timeout of an exchange, so that the error shows which of the two expired.
        .connect_timeout(Duration::from_secs(5))
}
