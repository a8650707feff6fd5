//! The async transport.

use std::fmt;
use std::time::Duration;

use http::{HeaderValue, Response};
use sts_client::transport::{
    BuildError, Exchange, OnRuntime, RequestBody, RuntimeGone, Transport, TransportError,
    TransportErrorKind as Kind, Written,
};
use sts_proto::{Body, BodyWriter};

use crate::builder::{ReqwestTransportBuilder, default_user_agent};
use crate::errors::classify;
use crate::exchange::{Prepared, Route, Via, check_head};

/// A [`Transport`] over reqwest.
///
/// Clones share connections. It must be used inside a tokio runtime with I/O and time enabled, and
/// on one runtime only, because a connection belongs to the runtime on which it was opened. An
/// exchange is bound to the runtime on which it is first polled. If that runtime shuts down, the
/// exchange fails with [`Cancelled`](Kind::Cancelled).
///
/// - Requests are sent unchanged. `Host` defaults to the authority of the URI as written, including
///   the port, because the signature covers it. `User-Agent` is added if it is missing; reqwest adds
///   `Accept: */*`.
/// - Targets that reqwest would normalize are rejected: those with dot segments, or with characters
///   that the URL standard encodes in a query, such as `'`.
/// - Redirects, retries, `Referer` and content encodings are disabled, and HTTP/1.1 is used.
/// - Proxies are read from the environment unless the builder sets
///   [a proxy](ReqwestTransportBuilder::proxy). The rules are those of
///   [`Proxies`](sts_client::transport::Proxies), not those of reqwest.
#[derive(Clone)]
pub struct ReqwestTransport {
    route: Route<reqwest::Client>,
    user_agent: HeaderValue,
}

impl ReqwestTransport {
    /// Returns a transport with the defaults of [`ReqwestTransportBuilder`].
    ///
    /// # Errors
    ///
    /// Returns an error under the conditions listed at [`ReqwestTransportBuilder::build`].
    pub fn new() -> Result<Self, BuildError> {
        Self::builder().build()
    }

    /// Returns a builder with the default settings.
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder::new()
    }

    /// Returns a transport over an existing reqwest client with its connections, proxies and TLS
    /// settings.
    ///
    /// The settings of a reqwest client apply to all its requests and cannot be queried, so the
    /// client has to meet the contract: build it with `redirect(Policy::none())`,
    /// `retry(retry::never())` and `referer(false)`, without a cookie store, decompression or
    /// default headers that the service would interpret. An exchange in which reqwest followed a
    /// redirect fails, but by then credentials may have been sent to another host.
    ///
    /// Exchanges that [are direct](Exchange::is_direct) and those to link-local targets must bypass
    /// proxies. They are rejected unless [`direct_client`](Self::direct_client) is set.
    ///
    /// ```no_run
    /// use sts_reqwest::ReqwestTransport;
    /// use sts_reqwest::reqwest::{Client, redirect, retry};
    ///
    /// let client = Client::builder()
    ///     .redirect(redirect::Policy::none())
    ///     .retry(retry::never())
    ///     .referer(false)
    ///     .no_proxy()
    ///     .build()?;
    /// let transport = ReqwestTransport::from_client(client.clone()).direct_client(client);
    /// # Ok::<(), sts_reqwest::reqwest::Error>(())
    /// ```
    #[must_use]
    pub fn from_client(client: reqwest::Client) -> Self {
        let route = Route { client, direct: None, proxies: None };
        Self::over(route, default_user_agent())
    }

    /// Sets the client for direct exchanges and link-local targets. It must not have a proxy; pass a
    /// clone of the other client if that has none.
    #[must_use]
    pub fn direct_client(mut self, client: reqwest::Client) -> Self {
        self.route.direct = Some(client);
        self
    }

    pub(crate) const fn over(route: Route<reqwest::Client>, user_agent: HeaderValue) -> Self {
        Self { route, user_agent }
    }

    /// Returns a future that does not borrow this transport.
    fn start(
        prepared: Prepared<'_, reqwest::Client>,
    ) -> impl Future<Output = Result<Response<Body>, TransportError>> + Send + use<> {
        let Prepared { client, request, url, limits, via } = prepared;
        let (head, body) = request.into_parts();
        let body = RequestBody::new(body.into_bytes());
        let written = body.written();
        let mut request = reqwest::Request::new(head.method, url.clone());
        *request.headers_mut() = head.headers;
        *request.body_mut() = Some(reqwest::Body::wrap(body));
        let response = client.execute(request);

        async move {
            let response = async {
                let response =
                    response.await.map_err(|error| classify(error, &via, written.has_begun()))?;
                let length = response.content_length();
                check_head(response.status(), response.url(), length, (&url, &via, limits))?;
                collect(response, limits.body, &via).await
            };
            let response = tokio::time::timeout(limits.timeout, response).await;
            response.unwrap_or_else(|_| Err(timed_out(written)))
        }
    }
}

/// The request was dropped, so the progress is final.
fn timed_out(written: Written) -> TransportError {
    if written.never_begins() {
        TransportError::not_sent(Kind::Timeout)
    } else {
        TransportError::maybe_sent(Kind::Timeout)
    }
}

impl Transport for ReqwestTransport {
    async fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        let prepared = self.route.prepare(exchange, &self.user_agent)?;
        let started = OnRuntime::start(|| Self::start(prepared))
            .map_err(|error| TransportError::not_sent(Kind::Other).with_source(error))?;
        started.await.unwrap_or_else(|error| {
            Err(TransportError::maybe_sent(Kind::Cancelled).with_source(error))
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

/// Reads the whole body, at most `limit` bytes.
async fn collect(
    mut response: reqwest::Response,
    limit: usize,
    via: &Via,
) -> Result<Response<Body>, TransportError> {
    // At most `limit`, because the head was checked.
    let declared = response.content_length().and_then(|length| length.try_into().ok());
    let mut body = BodyWriter::with_capacity(declared.unwrap_or(0));
    while let Some(piece) = response.chunk().await.map_err(|error| classify(error, via, true))? {
        if piece.len() > limit - body.len() {
            return Err(TransportError::maybe_sent(Kind::TooLarge));
        }
        body.extend(&piece);
    }
    let mut collected = Response::new(body.finish());
    *collected.status_mut() = response.status();
    *collected.version_mut() = response.version();
    *collected.headers_mut() = std::mem::take(response.headers_mut());
    Ok(collected)
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestTransport")
            .field("user_agent", &self.user_agent)
            .field("proxies", &self.route.proxies)
            .finish_non_exhaustive()
    }
}
