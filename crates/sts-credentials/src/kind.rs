//! Error kinds and the retry advice of each.

use std::fmt;

/// Classification of an error, in terms of what to do next.
///
/// The list is short because callers branch on it. `sts-proto` classifies responses by a table of
/// error codes and statuses, which `docs/errors.md` lists. Only clients and credential
/// providers report [`Transport`](Self::Transport), [`Credentials`](Self::Credentials),
/// [`Timeout`](Self::Timeout), [`Configuration`](Self::Configuration) and
/// [`Completed`](Self::Completed); a response never has one of these kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Rate limit of the service or its gateway exceeded: 429, gateway 0308, `IAM.0012`. Wait as
    /// long as the response says, or 2 to 5 seconds, and retry.
    Throttled,
    /// The service or an intermediary is down, slow or failing: 408, 5xx except 501 and 505, 413
    /// with `Retry-After`. Retry with backoff and jitter, a bounded number of times.
    Unavailable,
    /// Misconfiguration on the server: gateway 0103 to 0105 with a status below 500, 0108, 0612,
    /// `IAM.0020`. Retries and other requests do not help; contact support.
    ServiceFault,
    /// The caller lacks a permission: 403, `STS5.1001`, `PAP5.0001`, policies on IP addresses.
    /// The encoded authorization message contains the reason.
    AccessDenied,
    /// The access key or the signature was rejected: 401, gateway 0301 with most messages,
    /// `IAM.1104`, `IAM.1106`, `IAM.1107`. Do not retry with the same access key: more than five
    /// consecutive failures lock it for all of its users. If the `Date` of the response differs
    /// from the local clock by more than 15 minutes, the clock is the cause.
    InvalidCredentials,
    /// The temporary credentials expired: `IAM.1105`, `IAM.1108`, `IAM.0066`, gateway 0307, and
    /// messages of 0301 about tokens; some of them have status 400. Refresh the credentials and
    /// retry once.
    ExpiredCredentials,
    /// The access key is locked after too many failed signatures: a message of gateway 0301. The
    /// lockout ends after five minutes without attempts. Other access keys are unaffected.
    AccessKeyLocked,
    /// The signing date is too far from the service's clock: a message of gateway 0301 or 0303.
    /// Correct the clock offset with the `Date` of the response and retry once.
    ClockSkew,
    /// The request is invalid: 400 and other codes about its format or size, and messages of
    /// gateway 0301 about a missing or malformed `Authorization` header.
    InvalidRequest,
    /// A resource was not found: 404, 410, `STS5.1106`, or the host, path or method of gateway
    /// 0101. An agency may not be available everywhere within seconds of its creation.
    NotFound,
    /// Conflict with an existing resource or a concurrent change: 409, `IAM.0005`.
    Conflict,
    /// A quota, which is not a rate limit, is exhausted: `PAP5.0003`, gateway 0501.
    QuotaExceeded,
    /// The identity provider's token or assertion was rejected: `STS5.2001`. Compare the settings
    /// of the identity provider in the account with the contents of the token.
    FederationRejected,
    /// Not supported by this endpoint: 405, 501, 505, and codes about the region, the protocol or
    /// its version. Another region may support it.
    Unsupported,
    /// Neither a success nor an error: 1xx, 3xx and unassigned statuses. Redirects are not
    /// followed because a signature is valid for one host. Check the endpoint and proxies.
    UnexpectedStatus,
    /// A 2xx response without a valid body: empty, such as 204, HTML of a proxy, truncated, or
    /// with a missing field. The service may have executed the request.
    InvalidResponse,
    /// No response was received. The source of the error says whether the request was sent.
    Transport,
    /// The credential provider failed, so the request could not be signed and was not sent.
    Credentials,
    /// The deadline of the call, which includes all retries, was exceeded.
    Timeout,
    /// The client cannot make calls as it is configured: it has no endpoint. Nothing was sent.
    Configuration,
    /// A state machine was polled after it had returned its outcome: a bug in its driver.
    Completed,
    /// Any other error status: 402, 407, and undocumented 4xx. Do not retry unchanged.
    Other,
}

impl ErrorKind {
    /// All kinds, in the order of their declaration.
    pub const ALL: &'static [Self] = &[
        Self::Throttled,
        Self::Unavailable,
        Self::ServiceFault,
        Self::AccessDenied,
        Self::InvalidCredentials,
        Self::ExpiredCredentials,
        Self::AccessKeyLocked,
        Self::ClockSkew,
        Self::InvalidRequest,
        Self::NotFound,
        Self::Conflict,
        Self::QuotaExceeded,
        Self::FederationRejected,
        Self::Unsupported,
        Self::UnexpectedStatus,
        Self::InvalidResponse,
        Self::Transport,
        Self::Credentials,
        Self::Timeout,
        Self::Configuration,
        Self::Completed,
        Self::Other,
    ];

    /// Returns whether and when to retry the call.
    #[must_use]
    pub const fn advice(self) -> RetryAdvice {
        match self {
            Self::Throttled | Self::Unavailable | Self::Transport => RetryAdvice::AfterBackoff,
            Self::InvalidCredentials | Self::ExpiredCredentials => RetryAdvice::AfterNewCredentials,
            Self::AccessKeyLocked => RetryAdvice::AfterLockout,
            Self::ClockSkew => RetryAdvice::AfterClockCorrection,
            Self::ServiceFault
            | Self::AccessDenied
            | Self::InvalidRequest
            | Self::NotFound
            | Self::Conflict
            | Self::QuotaExceeded
            | Self::FederationRejected
            | Self::Unsupported
            | Self::UnexpectedStatus
            | Self::InvalidResponse
            | Self::Credentials
            | Self::Timeout
            | Self::Configuration
            | Self::Completed
            | Self::Other => RetryAdvice::Never,
        }
    }

    /// Returns whether the credentials or the signing date were rejected. A status alone does not show
    /// it: the code of a 401 may be that of a rate limit or of a missing permission.
    #[must_use]
    pub const fn rejects_credentials(self) -> bool {
        matches!(
            self,
            Self::InvalidCredentials
                | Self::ExpiredCredentials
                | Self::AccessKeyLocked
                | Self::ClockSkew
        )
    }

    /// Returns the name for logs and metrics, as in `access_denied`. Names are stable.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::ServiceFault => "service_fault",
            Self::AccessDenied => "access_denied",
            Self::InvalidCredentials => "invalid_credentials",
            Self::ExpiredCredentials => "expired_credentials",
            Self::AccessKeyLocked => "access_key_locked",
            Self::ClockSkew => "clock_skew",
            Self::InvalidRequest => "invalid_request",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::QuotaExceeded => "quota_exceeded",
            Self::FederationRejected => "federation_rejected",
            Self::Unsupported => "unsupported",
            Self::UnexpectedStatus => "unexpected_status",
            Self::InvalidResponse => "invalid_response",
            Self::Transport => "transport",
            Self::Credentials => "credentials",
            Self::Timeout => "timeout",
            Self::Configuration => "configuration",
            Self::Completed => "completed",
            Self::Other => "other",
        }
    }

    /// Returns a short description for the beginning of an error message.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Throttled => "rate limit exceeded",
            Self::Unavailable => "service unavailable",
            Self::ServiceFault => "server misconfiguration",
            Self::AccessDenied => "access denied",
            Self::InvalidCredentials => "credentials rejected",
            Self::ExpiredCredentials => "credentials expired",
            Self::AccessKeyLocked => "access key locked after too many failed signatures",
            Self::ClockSkew => "signing date too far from the service's clock",
            Self::InvalidRequest => "invalid request",
            Self::NotFound => "resource not found",
            Self::Conflict => "conflict with existing resource",
            Self::QuotaExceeded => "quota exceeded",
            Self::FederationRejected => "identity token or assertion rejected",
            Self::Unsupported => "not supported by this endpoint",
            Self::UnexpectedStatus => "unexpected status",
            Self::InvalidResponse => "invalid response",
            Self::Transport => "no response received",
            Self::Credentials => "no credentials",
            Self::Timeout => "deadline exceeded",
            Self::Configuration => "invalid client configuration",
            Self::Completed => "polled after completion",
            Self::Other => "request rejected",
        }
    }
}

impl fmt::Display for ErrorKind {
    /// Writes the name, as in `access_denied`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Whether and when to retry a failed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryAdvice {
    /// Do not retry unchanged.
    Never,
    /// Retry after the wait that the service requests, or with exponential backoff and jitter.
    AfterBackoff,
    /// Retry once with other credentials, never with the same ones.
    AfterNewCredentials,
    /// Retry once with the clock offset corrected by the `Date` of the response.
    AfterClockCorrection,
    /// Retry with this access key after its lockout, or with another one immediately.
    AfterLockout,
}

impl RetryAdvice {
    /// Returns the name for logs and metrics, as in `after_backoff`. Names are stable.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::AfterBackoff => "after_backoff",
            Self::AfterNewCredentials => "after_new_credentials",
            Self::AfterClockCorrection => "after_clock_correction",
            Self::AfterLockout => "after_lockout",
        }
    }
}

impl fmt::Display for RetryAdvice {
    /// Writes the name, as in `after_backoff`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
