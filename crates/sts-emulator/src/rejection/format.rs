//! The formats of error responses.

use http::{Response, StatusCode};
use serde_json::{Value, json};
use sts_proto::Body;
use sts_proto::server::{ErrorResponse, RequestError};

use super::Rejection;
use crate::model::operation::{IamOperation, Route};
use crate::model::poll_error::PollError;
use crate::seal::Seal;
use crate::server::json_response;

/// The format of the errors of an operation. Errors of the gateway always have its own format.
#[derive(Clone, Copy)]
pub(crate) enum ErrorFormat {
    /// `error_code` and `error_msg`, with codes of STS.
    Sts,
    /// The same with codes of IAM.
    Iam,
    /// An object with a numeric code, message and title.
    Keystone,
    /// As of STS with codes of Identity Center; and the format of OAuth for device codes.
    IdentityCenter,
}

impl ErrorFormat {
    pub(crate) const fn of(route: Option<Route>) -> Self {
        match route {
            None | Some(Route::AnyService) => Self::Sts,
            Some(Route::Iam(IamOperation::CreateTokenWithIdToken)) => Self::Iam,
            Some(Route::Iam(_)) => Self::Keystone,
            Some(Route::IdentityCenter(_)) => Self::IdentityCenter,
        }
    }

    /// Returns the error code for the request log, and the response.
    pub(crate) fn write(
        self,
        rejection: &Rejection,
        seal: &Seal,
        request_id: &str,
    ) -> (String, Response<Body>) {
        let error = rejection.to_error(seal).request_id(request_id);
        let format = if rejection.is_of_gateway() { Self::Sts } else { self };
        match format {
            Self::Sts => flat(error),
            Self::Iam => {
                let code = iam_code(error.status);
                flat(error.code(code))
            }
            Self::Keystone => keystone(&error, request_id),
            Self::IdentityCenter => match rejection {
                Rejection::Poll(why) => oauth(*why, request_id),
                Rejection::Service { code: Some(_), .. } => flat(error),
                _ => {
                    let code = identity_center_code(error.status);
                    flat(error.code(code))
                }
            },
        }
    }
}

fn flat(error: ErrorResponse) -> (String, Response<Body>) {
    let response = error.to_response();
    (error.code.unwrap_or_default(), response)
}

/// The documented codes of `CreateTokenWithIdToken`.
fn iam_code(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "IAM.0001",
        403 => "IAM.0002",
        404 => "IAM.0004",
        500.. => "IAM.0006",
        _ => "IAM.0011",
    }
}

/// Codes of the published table.
fn identity_center_code(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 | 403 => "IIC.1001",
        404 => "IIC.404",
        _ => "IIC.400",
    }
}

/// The format of RFC 8628. For a denial it contains the published code as well.
fn oauth(why: PollError, request_id: &str) -> (String, Response<Body>) {
    let mut body = json!({
        "error": why.code(),
        "error_description": why.description(),
        "request_id": request_id,
    });
    if let (PollError::Denied, Some(members)) = (why, body.as_object_mut()) {
        members.insert("error_code".to_owned(), "IIC.1404".into());
        members.insert(
            "error_msg".to_owned(),
            format!("Access denied: {}.", why.description()).into(),
        );
    }
    (why.code().to_owned(), with_request_id(StatusCode::BAD_REQUEST, &body, request_id))
}

fn keystone(error: &ErrorResponse, request_id: &str) -> (String, Response<Body>) {
    let code = error.status.as_u16();
    let body = json!({"error": {
        "code": code,
        "message": error.message,
        "title": error.status.canonical_reason(),
    }});
    (code.to_string(), with_request_id(error.status, &body, request_id))
}

fn with_request_id(status: StatusCode, body: &Value, request_id: &str) -> Response<Body> {
    let mut response = json_response(status, body);
    if let Ok(value) = request_id.parse() {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

impl Rejection {
    /// Whether the gateway in front of all services rejected the request.
    const fn is_of_gateway(&self) -> bool {
        match self {
            Self::Unreadable(unreadable) => !matches!(unreadable, RequestError::InvalidBody(_)),
            Self::TooLarge(_)
            | Self::Unauthenticated(_)
            | Self::TokenNotSigned
            | Self::Throttled { .. }
            | Self::ServerError(_) => true,
            #[cfg(not(all(feature = "oidc", feature = "saml")))]
            Self::NotBuiltIn { .. } => true,
            _ => false,
        }
    }
}
