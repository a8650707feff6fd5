//! What an HTTP status means, in the words of the service's documentation.

use http::StatusCode;
use sts_credentials::ErrorKind;

/// The hundred a status belongs to.
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
    /// 1xx: an interim answer. The HTTP library deals with those.
    Informational,
    /// 2xx: a success, if the body decodes as well.
    Success,
    /// 3xx: it stands elsewhere. Never followed: a signed request belongs to one host.
    Redirection,
    /// 4xx: something about the request, or about who sends it, has to change.
    ClientError,
    /// 5xx: something went wrong at the service or on the way to it.
    ServerError,
    /// 600 to 999: numbers that HTTP gives no meaning.
    Unassigned,
}

impl StatusClass {
    /// The class of `status`.
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

    /// The name in lower-case words, as in `client_error`.
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

/// Classifies a status alone: the kind of a response without a known code.
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
        200..300 => ErrorKind::UnreadableAnswer,
        ..400 | 600.. => ErrorKind::UnexpectedStatus,
        _ => ErrorKind::Other,
    }
}

/// What `status` means at this service, in one line: the rows of its status table, 494 of its
/// gateway, and for any other number the meaning of its class.
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
    reason = "single codes first, then what is left of a class"
)]
pub fn status_meaning(status: StatusCode) -> &'static str {
    match status.as_u16() {
        100 => "the first part of the request has arrived and is not refused",
        101 => "the connection changes to another protocol",
        200 => "success",
        201 => "success: something was created",
        202 => "taken on, but not finished",
        203 => "success, told by somebody other than the service",
        204 => "success without a body",
        205 => "success; the form may be cleared",
        206 => "a part of what was asked for",
        300 => "it stands in several places",
        301 => "it has moved for good",
        302 => "it has moved for a time",
        303 => "the answer stands at another address",
        304 => "it has not changed, so nothing was sent",
        305 => "it can be had through a proxy only",
        306 => "a retired code",
        307 => "it has moved for a time, the method is to stay the same",
        308 => "it has moved for good, the method is to stay the same",
        400 => "the request is wrong in form or in a parameter, or its key has ended",
        401 => "the signature, the key or the token was not accepted",
        402 => "reserved",
        403 => "understood and refused: a permission is missing or a policy forbids it",
        404 => "what was named does not exist, or the host has no such path",
        405 => "the method is not offered here, or the quota of an application is used up",
        406 => "the wanted form of content cannot be served",
        407 => "a proxy on the way wants its own credentials",
        408 => "the request did not arrive in time; it may be sent again unchanged",
        409 => "it exists already, or another change got in between",
        410 => "it is gone for good",
        411 => "the request has no Content-Length",
        412 => "a precondition of the request does not hold",
        413 => "the request is too large; if only for now, Retry-After says until when",
        414 => "the address is too long",
        415 => "the form of the body is not supported",
        416 => "the range asked for does not exist",
        417 => "what the Expect header asks for cannot be done",
        422 => "well formed, but it makes no sense",
        429 => "too many requests; Retry-After, if it is there, says how long to wait",
        494 => "the headers are too large, which a very long security token can cause",
        500 => "the service failed on the request",
        501 => "the service cannot do this",
        502 => "the gateway got no usable answer from the service behind it",
        503 => "the service is not available at the moment",
        504 => "the service behind the gateway did not answer in time",
        505 => "the version of HTTP is not supported",
        ..200 => "an interim answer",
        200..300 => "success, of a kind the service does not document",
        300..400 => "it stands elsewhere",
        400..500 => "something about the request has to change",
        500..600 => "something went wrong at the service or on the way to it",
        600.. => "a number that HTTP gives no meaning",
    }
}
