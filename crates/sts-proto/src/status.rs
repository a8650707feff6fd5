//! Classes, kinds and meanings of HTTP statuses.

use http::StatusCode;
use sts_credentials::ErrorKind;

/// The class (1xx–5xx) of a status code.
///
/// ```
/// use http::StatusCode;
/// use sts_proto::StatusClass;
///
/// assert_eq!(StatusClass::of(StatusCode::FORBIDDEN), StatusClass::ClientError);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusClass {
    /// 1xx: interim response, which HTTP libraries handle.
    Informational,
    /// 2xx: success, if the body is valid.
    Success,
    /// 3xx: redirect. Never followed, because a signature is valid for one host.
    Redirection,
    /// 4xx: error in the request or its authentication.
    ClientError,
    /// 5xx: error of the service or an intermediary.
    ServerError,
    /// 600 to 999: not assigned by HTTP.
    Unassigned,
}

impl StatusClass {
    /// Returns the class of `status`.
    #[must_use]
    pub fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            ..200 => Self::Informational,
            200..300 => Self::Success,
            300..400 => Self::Redirection,
            400..500 => Self::ClientError,
            500..600 => Self::ServerError,
            600.. => Self::Unassigned,
        }
    }

    /// Returns the name for logs and metrics, as in `client_error`. Names are stable.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Informational => "informational",
            Self::Success => "success",
            Self::Redirection => "redirection",
            Self::ClientError => "client_error",
            Self::ServerError => "server_error",
            Self::Unassigned => "unassigned",
        }
    }
}

/// Returns the kind of a response with this status and without a known code.
#[must_use]
pub fn kind_of_status(status: StatusCode) -> ErrorKind {
    match status.as_u16() {
        400 | 406 | 411..=417 | 422 | 494 => ErrorKind::InvalidRequest,
        401 => ErrorKind::InvalidCredentials,
        403 => ErrorKind::AccessDenied,
        404 | 410 => ErrorKind::NotFound,
        405 | 501 | 505 => ErrorKind::Unsupported,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::Throttled,
        408 | 500..600 => ErrorKind::Unavailable,
        200..300 => ErrorKind::InvalidResponse,
        ..400 | 600.. => ErrorKind::UnexpectedStatus,
        _ => ErrorKind::Other,
    }
}

/// Returns the meaning of `status` in the service's documentation, or the meaning of its class.
///
/// ```
/// use http::StatusCode;
///
/// let meaning = sts_proto::status_meaning(StatusCode::TOO_MANY_REQUESTS);
/// assert!(meaning.contains("Retry-After"));
/// ```
#[must_use]
#[expect(
    clippy::match_overlapping_arm,
    reason = "documented codes first, then the rest of the class"
)]
pub fn status_meaning(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100 => "continue: the first part of the request was received",
        101 => "switching to another protocol version",
        200 => "success",
        201 => "success: resource created",
        202 => "accepted, not completed",
        203 => "success, from an intermediary",
        204 => "success without a body",
        205 => "success; reset the form",
        206 => "success: part of the content",
        300 => "multiple locations",
        301 => "moved permanently",
        302 => "moved temporarily",
        303 => "see another location",
        304 => "not modified, no content",
        305 => "accessible only through a proxy",
        306 => "code no longer used",
        307 => "moved temporarily, with the same method",
        308 => "moved permanently, with the same method",
        400 => "invalid request or parameter, or expired credentials",
        401 => "authentication failed: signature, access key or token rejected",
        402 => "reserved",
        403 => "access denied: missing permission or denied by a policy",
        404 => "resource or path not found",
        405 => "method not allowed, or app quota exhausted",
        406 => "requested content format not available",
        407 => "proxy authentication required",
        408 => "timeout while the server waited for the request",
        409 => "resource already exists, or conflicting change",
        410 => "permanently deleted",
        411 => "missing Content-Length",
        412 => "precondition failed",
        413 => "request too large; temporary if Retry-After is present",
        414 => "URI too long",
        415 => "unsupported body format",
        416 => "invalid range",
        417 => "Expect header cannot be satisfied",
        422 => "well-formed, but semantically invalid",
        429 => "rate limit exceeded; Retry-After may contain the wait",
        494 => "headers too large, for example because of a long security token",
        500 => "internal server error",
        501 => "function not supported",
        502 => "invalid response from the backend",
        503 => "service unavailable",
        504 => "backend timeout",
        505 => "HTTP version not supported",
        ..200 => "interim response",
        200..300 => "success, not documented by the service",
        300..400 => "redirect",
        400..500 => "error in the request",
        500..600 => "error of the service or an intermediary",
        600.. => "status not assigned by HTTP",
    }
}
