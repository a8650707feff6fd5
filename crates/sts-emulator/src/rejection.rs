//! Rejected requests, and the error responses of the gateway and the service.

pub(crate) mod denial;
mod format;

use std::borrow::Cow;
use std::fmt;

use http::StatusCode;
use sts_proto::InvalidRequest;
use sts_proto::server::{ErrorResponse, RequestError};

use self::denial::Denial;
pub(crate) use self::format::ErrorFormat;
use crate::faults::{Fault, RequestFaults};
use crate::model::poll_error::PollError;
#[cfg(feature = "oidc")]
use crate::oidc::IdTokenError;
#[cfg(feature = "saml")]
use crate::saml::AssertionError;
use crate::seal::Seal;

/// A rejected request. `Display` is for the request log.
#[derive(Debug)]
pub(crate) enum Rejection {
    /// Unknown path, wrong method, or a body that is not the operation's JSON.
    Unreadable(RequestError),
    TooLarge(TooLarge),
    Unauthenticated(Unauthenticated),
    /// The security token was sent, but is not among the signed headers.
    TokenNotSigned,
    /// A documented limit of a field is exceeded.
    Limits(InvalidRequest),
    /// A rule of sessions that is not a limit of a single field.
    Session(&'static str),
    MalformedPolicy,
    /// The caller has no MFA device with this serial number.
    NoSuchDevice,
    /// Unknown URN of an agency.
    NoSuchAgency(String),
    /// The operation requires a feature that is not compiled in.
    #[cfg(not(all(feature = "oidc", feature = "saml")))]
    NotBuiltIn {
        operation: &'static str,
        feature: &'static str,
    },
    /// Unknown URN of an identity provider.
    #[cfg(any(feature = "oidc", feature = "saml"))]
    NoSuchProvider(String),
    /// Invalid ID token.
    #[cfg(feature = "oidc")]
    IdToken(IdTokenError),
    /// Invalid SAML response.
    #[cfg(feature = "saml")]
    Assertion(AssertionError),
    Denied(Denial),
    /// Rejected by a service other than STS.
    Service {
        status: StatusCode,
        /// `None`: the code that the service has for this status.
        code: Option<&'static str>,
        message: String,
    },
    /// The encoded message was not issued with this seed.
    ForeignMessage,
    /// No token is issued for a device code (yet).
    Poll(PollError),
    /// Rate limit exceeded. `retry_after` is in seconds.
    Throttled {
        retry_after: Option<u32>,
    },
    /// A simulated failure of the service.
    ServerError(StatusCode),
}

/// The part of a request that exceeds a limit of the gateway.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TooLarge {
    Body,
    Uri,
    Headers,
}

/// The causes of `APIGW.0301`.
#[derive(Debug)]
pub(crate) enum Unauthenticated {
    NoSignature,
    Format { why: String },
    UnknownKey,
    Signature { why: String, canonical_request: Option<String> },
    ForeignToken,
    TokenEnded { expires_at: String },
    Locked,
}

impl Rejection {
    /// Returns the rejection that faults put in place of the response.
    pub(crate) fn of_faults(faults: &RequestFaults) -> Option<Self> {
        faults.faults().find_map(|fault| match fault {
            Fault::Throttling { retry_after } => Some(Self::Throttled { retry_after }),
            Fault::ServerError(status) => Some(Self::ServerError(status)),
            // It is not sent, but logged.
            Fault::Outage => Some(Self::ServerError(StatusCode::SERVICE_UNAVAILABLE)),
            _ => None,
        })
    }

    /// Returns the error in the format of STS, without the request id.
    fn to_error(&self, seal: &Seal) -> ErrorResponse {
        let bad_request = ErrorResponse::new(StatusCode::BAD_REQUEST);
        let not_found = ErrorResponse::new(StatusCode::NOT_FOUND);
        match self {
            Self::Unreadable(unreadable) => ErrorResponse::from(unreadable.clone()),
            Self::TooLarge(part) => {
                ErrorResponse::new(part.status()).code("APIGW.0201").message(part.message())
            }
            Self::Unauthenticated(why) => ErrorResponse::new(StatusCode::UNAUTHORIZED)
                .code("APIGW.0301")
                .message(format!("Incorrect IAM authentication information: {}", why.detail())),
            Self::TokenNotSigned => bad_request.code("APIGW.0602").message("Bad request"),
            Self::Limits(_) => bad_request.code("EMULATOR.0001").message(self.to_string()),
            Self::Session(rule) => bad_request.code("EMULATOR.0002").message(*rule),
            Self::MalformedPolicy => bad_request.code("PAP5.0011").message(self.to_string()),
            Self::NoSuchDevice => bad_request.code("PAP5.0041").message(self.to_string()),
            Self::ForeignMessage => bad_request.code("EMULATOR.0003").message(self.to_string()),
            Self::NoSuchAgency(_) => not_found.code("STS5.1106").message(self.to_string()),
            #[cfg(not(all(feature = "oidc", feature = "saml")))]
            Self::NotBuiltIn { .. } => ErrorResponse::new(StatusCode::NOT_IMPLEMENTED)
                .code("EMULATOR.0007")
                .message(self.to_string()),
            #[cfg(any(feature = "oidc", feature = "saml"))]
            Self::NoSuchProvider(_) => not_found.code("EMULATOR.0004").message(self.to_string()),
            #[cfg(feature = "oidc")]
            Self::IdToken(why) => bad_request.code(why.code()).message(self.to_string()),
            #[cfg(feature = "saml")]
            Self::Assertion(_) => bad_request.code("EMULATOR.0006").message(self.to_string()),
            Self::Denied(denial) => ErrorResponse::new(StatusCode::FORBIDDEN)
                .code("PAP5.0001")
                .message(format!("access denied: {}", denial.failure()))
                .encoded_authorization_message(denial.encode(seal)),
            Self::Service { status, code, message } => {
                let error = ErrorResponse::new(*status).message(message);
                match code {
                    Some(code) => error.code(*code),
                    None => error,
                }
            }
            Self::Poll(why) => bad_request.code(why.code()).message(why.description()),
            Self::Throttled { .. } => ErrorResponse::new(StatusCode::TOO_MANY_REQUESTS)
                .code("APIGW.0308")
                .message(self.to_string()),
            Self::ServerError(status) => {
                let response = ErrorResponse::new(*status).message(self.to_string());
                match failure_code(*status) {
                    Some(code) => response.code(code),
                    None => response,
                }
            }
        }
    }

    /// Returns the value of the Retry-After header, in seconds.
    pub(crate) const fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Throttled { retry_after } => *retry_after,
            _ => None,
        }
    }
}

/// Returns the code of a failure of the gateway or of the service behind it.
fn failure_code(status: StatusCode) -> Option<&'static str> {
    match status {
        StatusCode::INTERNAL_SERVER_ERROR => Some("APIGW.0601"),
        StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => Some("APIGW.0201"),
        StatusCode::SERVICE_UNAVAILABLE => Some("APIGW.0613"),
        _ => None,
    }
}

#[cfg(feature = "oidc")]
impl IdTokenError {
    /// The code of a wrong audience is documented; those of other errors are not.
    const fn code(self) -> &'static str {
        match self {
            Self::Audience => "STS5.2001",
            _ => "EMULATOR.0005",
        }
    }
}

impl TooLarge {
    fn status(self) -> StatusCode {
        match self {
            Self::Body => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Uri => StatusCode::URI_TOO_LONG,
            // 494 is a valid status code without a name.
            Self::Headers => StatusCode::from_u16(494).unwrap_or(StatusCode::BAD_REQUEST),
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::Body => "Request entity too large",
            Self::Uri => "Request URI too large",
            Self::Headers => "Request headers too large",
        }
    }
}

impl Unauthenticated {
    /// Returns the text after "Incorrect IAM authentication information:".
    fn detail(&self) -> Cow<'static, str> {
        match self {
            Self::NoSignature => "x-auth-token not found".into(),
            Self::Format { .. } => "the authorization format is incorrect".into(),
            Self::UnknownKey => "Get secretKey failed: ak not exist".into(),
            Self::Signature { canonical_request: None, .. } => "verify aksk signature fail".into(),
            Self::Signature { canonical_request: Some(echo), .. } => {
                let echo = echo.replace('\n', "|");
                format!("verify aksk signature fail, canonicalRequest:{echo}").into()
            }
            Self::ForeignToken => "decrypt token fail".into(),
            Self::TokenEnded { expires_at } => {
                format!("token expires, expires_at: {expires_at}").into()
            }
            Self::Locked => "AK access failed to reach the limit, forbidden".into(),
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(unreadable) => write!(f, "{unreadable}"),
            Self::TooLarge(part) => f.write_str(part.message()),
            Self::Unauthenticated(why) => match why {
                // Without the canonical request, which contains the security token.
                Unauthenticated::Signature { why, .. } | Unauthenticated::Format { why } => {
                    f.write_str(why)
                }
                other => f.write_str(&other.detail()),
            },
            Self::TokenNotSigned => f.write_str("X-Security-Token is not among the signed headers"),
            Self::Limits(invalid) => {
                f.write_str("Invalid parameter")?;
                for (index, violation) in invalid.violations().iter().enumerate() {
                    write!(f, "{} {violation}", if index == 0 { ":" } else { ";" })?;
                }
                Ok(())
            }
            Self::Session(rule) => f.write_str(rule),
            Self::MalformedPolicy => f.write_str("malformed policy document"),
            Self::NoSuchDevice => f.write_str("invalid serial number"),
            Self::NoSuchAgency(urn) => write!(f, "the agency '{urn}' cannot be found"),
            #[cfg(not(all(feature = "oidc", feature = "saml")))]
            Self::NotBuiltIn { operation, feature } => {
                write!(f, "{operation} requires the feature `{feature}` of sts-emulator")
            }
            #[cfg(any(feature = "oidc", feature = "saml"))]
            Self::NoSuchProvider(urn) => {
                write!(f, "the identity provider '{urn}' cannot be found")
            }
            #[cfg(feature = "oidc")]
            Self::IdToken(why) => write!(f, "invalid ID token: {why}"),
            #[cfg(feature = "saml")]
            Self::Assertion(why) => write!(f, "invalid SAML response: {why}"),
            Self::Denied(denial) => write!(f, "{}: {}", denial.action(), denial.failure()),
            Self::Service { message, .. } => f.write_str(message),
            Self::Poll(why) => f.write_str(why.description()),
            Self::ForeignMessage => {
                f.write_str("the encoded message is damaged or was not issued by this service")
            }
            Self::Throttled { .. } => f.write_str(
                "The throttling threshold has been reached: policy user over ratelimit,\
                 limit:200,time:1 second",
            ),
            Self::ServerError(status) => f.write_str(match *status {
                StatusCode::INTERNAL_SERVER_ERROR => "Internal server error",
                StatusCode::BAD_GATEWAY => "Backend unavailable",
                StatusCode::SERVICE_UNAVAILABLE => "The IAM service is currently unavailable",
                StatusCode::GATEWAY_TIMEOUT => "Backend timeout",
                _ => "An unexpected error occurred",
            }),
        }
    }
}
