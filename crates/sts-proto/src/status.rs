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
