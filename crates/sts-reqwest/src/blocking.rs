//! The blocking transport, and signing of blocking requests.

use std::fmt;
use std::io::{self, Read};
use std::time::Duration;

use http::{HeaderValue, Response};
use sts_client::transport::{BuildError, Exchange, TransportError, TransportErrorKind as Kind};
use sts_client::{ClientBuilder, NoCredentials};
use sts_proto::{Body, BodyWriter};

use crate::builder::{ReqwestTransportBuilder, default_user_agent, invalid};
use crate::errors::classify;
use crate::exchange::{Prepared, Route, Via, check_head};
pub use crate::sign::blocking::{sign, sign_attempt, sign_attempt_with_payload, sign_with_payload};

/// [`sts_client::blocking::Client`] over [`ReqwestTransport`].
pub type Client<S = NoCredentials> = sts_client::blocking::Client<ReqwestTransport, S>;

/// A [blocking transport](sts_client::blocking::Transport) over reqwest's blocking client.
///
/// It behaves like [`crate::ReqwestTransport`], with two differences: it must not be used inside an
/// async runtime, and it cannot determine whether a request that timed out has been sent, so it
/// reports that it may have been.
#[derive(Clone)]
pub struct ReqwestTransport {
    route: Route<reqwest::blocking::Client>,
    user_agent: HeaderValue,
}

impl ReqwestTransport {
    /// Returns a transport with the defaults of [`ReqwestTransportBuilder`].
    ///
    /// # Errors
    ///
    /// Returns an error under the conditions listed at [`ReqwestTransportBuilder::build`].
    pub fn new() -> Result<Self, BuildError> {
        ReqwestTransportBuilder::new().build_blocking()
    }

    /// Returns a transport over an existing blocking client, which has to meet the contract; see
    /// [`ReqwestTransport::from_client`](crate::ReqwestTransport::from_client).
    #[must_use]
    pub fn from_client(client: reqwest::blocking::Client) -> Self {
        let route = Route { client, direct: None, proxies: None };
        Self::over(route, default_user_agent())
    }

    /// Sets the client for direct exchanges and link-local targets. It must not have a proxy; pass a
    /// clone of the other client if that has none.
    #[must_use]
    pub fn direct_client(mut self, client: reqwest::blocking::Client) -> Self {
        self.route.direct = Some(client);
        self
    }

    /// Returns a client builder with the clocks and the randomness of the operating system; call
    /// [`build_blocking`](ClientBuilder::build_blocking).
    pub fn client(self) -> ClientBuilder<Self> {
        sts_client::Client::builder(self)
    }

    pub(crate) const fn over(
        route: Route<reqwest::blocking::Client>,
        user_agent: HeaderValue,
    ) -> Self {
        Self { route, user_agent }
    }
}

impl ReqwestTransportBuilder {
    /// Builds a blocking transport.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn build_blocking(self) -> Result<ReqwestTransport, BuildError> {
        let build = |builder: reqwest::ClientBuilder| {
            reqwest::blocking::ClientBuilder::from(builder).build().map_err(invalid)
        };
        let proxies = self.settings.proxies()?;
        let (client, direct) = (build(self.proxied(&proxies))?, build(self.direct())?);
        let route = Route { client, direct: Some(direct), proxies: Some(proxies) };
        Ok(ReqwestTransport::over(route, self.settings.user_agent))
    }
}

impl sts_client::blocking::Transport for ReqwestTransport {
    fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        let prepared = self.route.prepare(exchange, &self.user_agent)?;
        let Prepared { client, request, url, limits, via } = prepared;
        let (head, body) = request.into_parts();
        let mut request = reqwest::blocking::Request::new(head.method, url.clone());
        *request.headers_mut() = head.headers;
        *request.timeout_mut() = Some(limits.timeout);
        if !body.is_empty() {
            *request.body_mut() = Some(body.into_bytes().into());
        }
        let response = client.execute(request).map_err(|error| classify(error, &via, true))?;
        let length = response.content_length();
        check_head(response.status(), response.url(), length, (&url, &via, limits))?;
        collect(response, limits.body, &via)
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// Reads the whole body, at most `limit` bytes.
fn collect(
    mut response: reqwest::blocking::Response,
    limit: usize,
    via: &Via,
) -> Result<Response<Body>, TransportError> {
    let mut body = BodyWriter::default();
    let mut piece = [0; 4096];
    loop {
        let length = response.read(&mut piece).map_err(|error| unread(error, via))?;
        let Some(read) = piece.get(..length).filter(|read| !read.is_empty()) else { break };
        if read.len() > limit - body.len() {
            return Err(TransportError::maybe_sent(Kind::TooLarge));
        }
        body.extend(read);
    }
    let mut collected = Response::new(body.finish());
    *collected.status_mut() = response.status();
    *collected.version_mut() = response.version();
    *collected.headers_mut() = std::mem::take(response.headers_mut());
    Ok(collected)
}

/// Classifies an error of the body, in which reqwest wraps its own.
fn unread(error: io::Error, via: &Via) -> TransportError {
    match error.downcast::<reqwest::Error>() {
        Ok(error) => classify(error, via, true),
        Err(error) => TransportError::maybe_sent(Kind::Closed).with_source(error),
    }
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestTransport")
            .field("user_agent", &self.user_agent)
            .field("proxies", &self.route.proxies)
            .finish_non_exhaustive()
    }
}
