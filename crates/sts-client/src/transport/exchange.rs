//! Requests with their limits.

use std::fmt;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, HOST, HeaderValue, USER_AGENT};
use http::{Request, Uri};
use sts_proto::Body;

/// One request to send, with the limits that are part of the contract.
///
/// `Debug` shows method and host: the rest of an agent's URL may hold a token.
#[non_exhaustive]
pub struct Exchange {
    /// The request: absolute URI, signed, ready to be sent as it is.
    pub request: Request<Body>,
    /// The limits that the transport must enforce.
    pub limits: Limits,
    /// Whether the transport must connect to the host of the URI directly, even if it has proxies.
    /// False by default.
    pub is_direct: bool,
}

impl Exchange {
    /// Creates an exchange of a request under `limits`.
    #[must_use]
    pub const fn new(request: Request<Body>, limits: Limits) -> Self {
        Self { request, limits, is_direct: false }
    }

    /// Makes the exchange bypass proxies: a local credential endpoint receives tokens in cleartext
    /// and issues credentials, so no intermediary may receive its requests.
    #[must_use]
    pub fn direct(self) -> Self {
        Self { is_direct: true, ..self }
    }

    /// Adds the headers that HTTP stacks would otherwise set by their own rules, unless the request
    /// has them:
    ///
    /// - `Host`: the authority of the URI as written, including the port, without user info;
    /// - `Content-Length: 0` for a request without a body whose method is not safe;
    /// - `User-Agent`.
    pub fn set_default_headers(&mut self, user_agent: &HeaderValue) {
        if !self.request.headers().contains_key(HOST)
            && let Some(host) = host(self.request.uri())
        {
            self.request.headers_mut().insert(HOST, host);
        }
        let is_empty_post = self.request.body().is_empty() && !self.request.method().is_safe();
        let headers = self.request.headers_mut();
        if is_empty_post {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(0));
        }
        headers.entry(USER_AGENT).or_insert_with(|| user_agent.clone());
    }
}

/// Returns the authority as written, without user info.
fn host(uri: &Uri) -> Option<HeaderValue> {
    let authority = uri.authority()?.as_str();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    HeaderValue::from_str(host).ok()
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("method", self.request.method())
            .field("host", &self.request.uri().host())
            .field("limits", &self.limits)
            .field("is_direct", &self.is_direct)
            .finish_non_exhaustive()
    }
}

/// Limits of the duration of an exchange and the size of its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The timeout of the whole exchange, from name resolution to the last byte. 10 seconds by
    /// default.
    pub timeout: Duration,
    /// The maximum size of the response body in bytes. 1 MiB by default: the largest documented
    /// response has a few kilobytes.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(10), body: 1 << 20 }
    }
}

impl Limits {
    /// Sets the timeout of the whole exchange.
    #[must_use]
    pub const fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Sets the maximum size of the response body, in bytes.
    #[must_use]
    pub const fn body(self, body: usize) -> Self {
        Self { body, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_headers_do_not_replace_headers_of_the_request() {
        let agent = HeaderValue::from_static("agent/1");
        let uri = "http://user@example.com:80/";
        for (request, host, length, user_agent) in [
            (Request::get(uri), "example.com:80", None, "agent/1"),
            (Request::post(uri), "example.com:80", Some("0"), "agent/1"),
            (Request::get(uri).header(HOST, "a:443"), "a:443", None, "agent/1"),
            (Request::get(uri).header(USER_AGENT, "b"), "example.com:80", None, "b"),
        ] {
            let request = request.body(Body::empty()).unwrap();
            let mut exchange = Exchange::new(request, Limits::default());
            exchange.set_default_headers(&agent);
            let headers = exchange.request.headers();
            assert_eq!(headers[HOST], host);
            assert_eq!(headers.get(CONTENT_LENGTH).map(|value| value.to_str().unwrap()), length);
            assert_eq!(headers[USER_AGENT], user_agent);
        }
    }
}
