//! What a transport is given.

use std::fmt;
use std::time::Duration;

use http::Request;
use sts_proto::Body;

/// One request to send, with the limits that are part of the contract.
///
/// `Debug` shows method and host: the rest of an agent's URL may hold a token.
#[non_exhaustive]
pub struct Exchange {
    /// The request: absolute URI, signed, ready to go out as it is.
    pub request: Request<Body>,
    /// What the transport must hold to.
    pub limits: Limits,
    /// Whether the transport must connect to the host of the URI itself, whatever proxies it has.
    /// False by default.
    pub is_direct: bool,
}

impl Exchange {
    /// A request under `limits`.
    #[must_use]
    pub const fn new(request: Request<Body>, limits: Limits) -> Self {
        Self { request, limits, is_direct: false }
    }

    /// The same exchange without a proxy: a local credential endpoint gets tokens in clear and
    /// gives out identities, so nobody in between may see or answer its requests.
    #[must_use]
    pub fn direct(self) -> Self {
        Self { is_direct: true, ..self }
    }
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

/// How long an exchange may take and how large its answer may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// For the whole exchange, from resolving the name to the last byte. 10 seconds by default.
    pub timeout: Duration,
    /// Bytes in the body of the answer. 1 MiB by default: the largest documented answer has a
    /// few kilobytes.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(10), body: 1 << 20 }
    }
}

impl Limits {
    /// The same limits with another time for the whole exchange.
    #[must_use]
    pub const fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The same limits with another number of bytes in the answer's body.
    #[must_use]
    pub const fn with_body(self, body: usize) -> Self {
        Self { body, ..self }
    }
}
