//! What responses say about signatures.

use std::time::Duration;

use sts_credentials::ErrorKind;
use time::OffsetDateTime;

/// What a response of the service says about the signature of its request.
///
/// Create it only from responses of the service or its gateway: a captive portal or a proxy must not
/// be able to change the clock offset or the credentials. `sts-client` classifies the responses of
/// all services behind the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    pub(super) kind: Option<ErrorKind>,
    pub(super) date: Option<OffsetDateTime>,
    pub(super) wait: Option<Duration>,
}

impl Observation {
    /// Creates the observation of a successful response.
    #[must_use]
    pub const fn success() -> Self {
        Self { kind: None, date: None, wait: None }
    }

    /// Creates the observation of an unsuccessful response.
    #[must_use]
    pub const fn error(kind: ErrorKind) -> Self {
        Self { kind: Some(kind), date: None, wait: None }
    }

    /// Sets the `Date` of the response, from which the clock offset is learned. Omit the date of a
    /// response from a cache.
    #[must_use]
    pub const fn date(self, date: OffsetDateTime) -> Self {
        Self { date: Some(date), ..self }
    }

    /// Sets the wait that the service requests, for example in `Retry-After`.
    #[must_use]
    pub const fn wait(self, wait: Duration) -> Self {
        Self { wait: Some(wait), ..self }
    }
}

/// What to do after a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The response is a success.
    Accepted,
    /// The credentials were rejected. Sign the request again: the provider is asked for others.
    RetryWithNewCredentials,
    /// The signing date was rejected, and the clock offset is corrected. Sign the request again.
    RetryWithCorrectedClock,
    /// The rate limit was exceeded. Retry after the wait, or with backoff and jitter.
    Throttled {
        /// Wait that the service requests. It is not capped.
        wait: Option<Duration>,
    },
    /// Any other error. Another signature does not help.
    Failed,
}

impl Verdict {
    /// Returns whether to sign and send the request again immediately.
    #[must_use]
    pub const fn is_retry(self) -> bool {
        matches!(self, Self::RetryWithNewCredentials | Self::RetryWithCorrectedClock)
    }
}
