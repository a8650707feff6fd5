//! Error kinds, and the retry advice that follows from each.

use std::fmt;

/// What happened, in terms of what to do now.
///
/// The list is short: it is what callers branch on. `sts-proto` classifies responses by a table of
/// codes and statuses, which `docs/errors.md` lists. A response never has one of the kinds
/// [`Transport`](Self::Transport), [`Credentials`](Self::Credentials) and
/// [`Timeout`](Self::Timeout): they are for clients and credential providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The service or its gateway limits the rate: 429, gateway 0308, `IAM.0012`. Wait as long as
    /// the response says, else 2 to 5 seconds, and send the same again.
    Throttled,
    /// The service or something on the way to it is down, slow or failing: 408, 5xx but 501 and
    /// 505, 413 with `Retry-After`. Back off with jitter and send the same again, a bounded
    /// number of times.
    Unavailable,
    /// The service is set up wrongly on its own side: gateway 0103 to 0105 below 500, 0108,
    /// 0612, `IAM.0020`. Neither waiting for seconds nor another request helps; tell support.
    ServiceFault,
    /// The caller is known and not allowed: 403, `STS5.1001`, `PAP5.0001`, policies on addresses.
    /// Someone has to change a permission; the encoded authorization message says which.
    AccessDenied,
    /// The key or its signature is not accepted: 401, gateway 0301 in most of its forms (a wrong
    /// signature, an unknown key),
    /// `IAM.1104`, `IAM.1106`, `IAM.1107`. Never repeat it with the same key: more than five
    /// failures in a row lock the key for everybody who uses it. Compare the answer's date with
    /// the clock: more than 15 minutes apart give the same error.
    InvalidCredentials,
    /// The temporary key or its token has ended: `IAM.1105`, `IAM.1108`, `IAM.0066`, gateway 0307,
    /// messages of 0301 about tokens. Some of them come with status 400. Get new ones and send
    /// the call once more.
    ExpiredCredentials,
    /// Too many failed signatures in a row have locked the key: a message of gateway 0301. It
    /// opens after five minutes if nobody tries before; other keys work.
    KeyLocked,
    /// The signing date is too far from the service's clock: a message of gateway 0301 or 0303.
    /// Correct the clock by the answer's date and send the call once more.
    ClockSkew,
    /// The request is wrong: 400 and other codes about its form or size, and the messages of
    /// gateway 0301 about an `Authorization` header that is missing or malformed. The caller, or
    /// a proxy that drops headers, has to change.
    InvalidRequest,
    /// What the request names does not exist: 404, 410, `STS5.1106`, or the host, path or method
    /// of gateway 0101. An agency that was made seconds ago may not be known everywhere yet; a
    /// caller who knows that may wait and ask again.
    NotFound,
    /// It exists already or another change got in between: 409, `IAM.0005`.
    Conflict,
    /// A quota is used up, which is not a rate: `PAP5.0003`, gateway 0501. Ask for a larger one
    /// or free something.
    QuotaExceeded,
    /// The identity provider's token or assertion is refused: `STS5.2001`. The provider's settings
    /// in the account and what it issues do not agree.
    FederationRefused,
    /// Not offered here: 405, 501, 505, codes about the region, the protocol or its version.
    /// Another region may offer it.
    Unsupported,
    /// Neither success nor error: 1xx, 3xx and numbers without a meaning. Redirects are not
    /// followed, for a signed request belongs to one host. Look at the endpoint and at proxies.
    UnexpectedStatus,
    /// A 2xx without the answer in it: empty, HTML of a proxy, cut off, a field missing. 204 is
    /// one. The service may have carried the request out.
    UnreadableAnswer,
    /// No answer came at all. A client gives this one; its source says how far the request got.
    Transport,
    /// There was nothing to sign with: the source of the caller's own keys gave none. A client
    /// gives this one, and sends nothing.
    Credentials,
    /// The time for the whole call, retries and all, is over. A client gives this one.
    Timeout,
    /// An error status that fits nowhere else: 402, 407, and 4xx that nobody documents. Not to be
    /// repeated unchanged.
    Other,
}

impl ErrorKind {
    /// All kinds, in order.
    pub const ALL: &'static [Self] = &[
        Self::Throttled,
        Self::Unavailable,
        Self::ServiceFault,
        Self::AccessDenied,
        Self::InvalidCredentials,
        Self::ExpiredCredentials,
        Self::KeyLocked,
        Self::ClockSkew,
        Self::InvalidRequest,
        Self::NotFound,
        Self::Conflict,
        Self::QuotaExceeded,
        Self::FederationRefused,
        Self::Unsupported,
        Self::UnexpectedStatus,
        Self::UnreadableAnswer,
        Self::Transport,
        Self::Credentials,
        Self::Timeout,
        Self::Other,
    ];

    /// Whether and when the call may be made again.
    #[must_use]
    pub const fn advice(self) -> RetryAdvice {
        match self {
            Self::Throttled | Self::Unavailable | Self::Transport => RetryAdvice::AfterBackoff,
            Self::InvalidCredentials | Self::ExpiredCredentials => RetryAdvice::AfterNewCredentials,
            Self::KeyLocked => RetryAdvice::AfterLock,
            Self::ClockSkew => RetryAdvice::AfterClockCorrection,
            Self::ServiceFault
            | Self::AccessDenied
            | Self::InvalidRequest
            | Self::NotFound
            | Self::Conflict
            | Self::QuotaExceeded
            | Self::FederationRefused
            | Self::Unsupported
            | Self::UnexpectedStatus
            | Self::UnreadableAnswer
            | Self::Credentials
            | Self::Timeout
            | Self::Other => RetryAdvice::Never,
        }
    }

    /// The name for logs and metrics, as in `access_denied`. It stays the same.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::ServiceFault => "service_fault",
            Self::AccessDenied => "access_denied",
            Self::InvalidCredentials => "invalid_credentials",
            Self::ExpiredCredentials => "expired_credentials",
            Self::KeyLocked => "key_locked",
            Self::ClockSkew => "clock_skew",
            Self::InvalidRequest => "invalid_request",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::QuotaExceeded => "quota_exceeded",
            Self::FederationRefused => "federation_refused",
            Self::Unsupported => "unsupported",
            Self::UnexpectedStatus => "unexpected_status",
            Self::UnreadableAnswer => "unreadable_answer",
            Self::Transport => "transport",
            Self::Credentials => "credentials",
            Self::Timeout => "timeout",
            Self::Other => "other",
        }
    }

    /// What happened, in a few words, to begin a sentence about the error.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Throttled => "too many requests",
            Self::Unavailable => "the service is not available at the moment",
            Self::ServiceFault => "the service is set up wrongly on its own side",
            Self::AccessDenied => "access denied",
            Self::InvalidCredentials => "the key or its signature is not accepted",
            Self::ExpiredCredentials => "the key or its token has ended",
            Self::KeyLocked => "the key is locked after too many failed signatures",
            Self::ClockSkew => "the signing date is too far from the service's clock",
            Self::InvalidRequest => "the request is wrong",
            Self::NotFound => "what the request names does not exist",
            Self::Conflict => "it exists already or was changed meanwhile",
            Self::QuotaExceeded => "a quota is used up",
            Self::FederationRefused => "the identity provider's token or assertion is refused",
            Self::Unsupported => "this is not offered here",
            Self::UnexpectedStatus => "the status is neither a success nor an error",
            Self::UnreadableAnswer => "the answer cannot be read",
            Self::Transport => "no answer came",
            Self::Credentials => "there are no keys to sign with",
            Self::Timeout => "the time for the call is over",
            Self::Other => "the request was refused",
        }
    }
}

impl fmt::Display for ErrorKind {
    /// The name, as in `access_denied`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Whether and when a call that failed may be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryAdvice {
    /// Not unchanged: someone has to change something first.
    Never,
    /// The same again after a wait: the one the service asks for, else back-off with jitter.
    AfterBackoff,
    /// Once more with other keys; never with the same ones.
    AfterNewCredentials,
    /// Once more with a signing date corrected by the answer's date.
    AfterClockCorrection,
    /// With this key only after its lock time; with another one at once.
    AfterLock,
}

impl RetryAdvice {
    /// The name for logs, as in `after_backoff`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::AfterBackoff => "after_backoff",
            Self::AfterNewCredentials => "after_new_credentials",
            Self::AfterClockCorrection => "after_clock_correction",
            Self::AfterLock => "after_lock",
        }
    }
}

impl fmt::Display for RetryAdvice {
    /// The name, as in `after_backoff`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
