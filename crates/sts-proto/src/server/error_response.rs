//! Error responses.

use http::header::HeaderValue;
use http::{Response, StatusCode};
use serde::Serialize;

use super::request::RequestError;
use super::response::{json_response, write};
use crate::body::Body;

/// Error response in the documented format, with the request id in header and body.
///
/// ```
/// use http::StatusCode;
/// use sts_proto::server::ErrorResponse;
/// use sts_proto::{AssumeAgency, Operation};
///
/// let response = ErrorResponse::new(StatusCode::NOT_FOUND)
///     .code("STS5.1106")
///     .message("the agency 'x' cannot be found")
///     .request_id("c0ffee")
///     .to_response();
/// let error = AssumeAgency::read(&response).unwrap_err();
/// assert_eq!(error.request_id(), Some("c0ffee"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorResponse {
    /// HTTP status.
    pub status: StatusCode,
    /// Error code, as in `STS5.1106`.
    pub code: Option<String>,
    /// Error message.
    pub message: Option<String>,
    /// Request id.
    pub request_id: Option<String>,
    /// Encoded reason of an access-denied error.
    pub encoded_authorization_message: Option<String>,
}

impl ErrorResponse {
    /// Creates an error response with a status only.
    #[must_use]
    pub const fn new(status: StatusCode) -> Self {
        Self {
            status,
            code: None,
            message: None,
            request_id: None,
            encoded_authorization_message: None,
        }
    }

    /// Sets the error code.
    #[must_use]
    pub fn code(self, code: impl Into<String>) -> Self {
        Self { code: Some(code.into()), ..self }
    }

    /// Sets the message.
    #[must_use]
    pub fn message(self, message: impl Into<String>) -> Self {
        Self { message: Some(message.into()), ..self }
    }

    /// Sets the request id.
    #[must_use]
    pub fn request_id(self, request_id: impl Into<String>) -> Self {
        Self { request_id: Some(request_id.into()), ..self }
    }

    /// Sets the encoded reason of an access-denied error.
    #[must_use]
    pub fn encoded_authorization_message(self, message: impl Into<String>) -> Self {
        Self { encoded_authorization_message: Some(message.into()), ..self }
    }

    /// Returns the HTTP response. A request id that is not a valid header value is only in the body.
    #[must_use]
    pub fn to_response(&self) -> Response<Body> {
        #[derive(Serialize)]
        struct View<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            error_code: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            error_msg: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            request_id: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            encoded_authorization_message: Option<&'a str>,
        }
        let body = write(&View {
            error_code: self.code.as_deref(),
            error_msg: self.message.as_deref(),
            request_id: self.request_id.as_deref(),
            encoded_authorization_message: self.encoded_authorization_message.as_deref(),
        });
        let mut response = json_response(self.status, body);
        let request_id = self.request_id.as_deref().map(HeaderValue::from_str);
        if let Some(Ok(request_id)) = request_id {
            response.headers_mut().insert("x-request-id", request_id);
        }
        response
    }
}

impl From<RequestError> for ErrorResponse {
    /// Converts the error to the response of the gateway or the service.
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::UnknownOperation => Self::new(StatusCode::NOT_FOUND)
                .code("APIGW.0101")
                .message("The API does not exist or has not been published in the environment"),
            RequestError::WrongMethod => Self::new(StatusCode::NOT_FOUND)
                .code("APIGW.0101")
                .message("The API does not exist: the method is not defined"),
            RequestError::InvalidBody(why) => Self::new(StatusCode::BAD_REQUEST)
                .code("APIGW.0106")
                .message(format!("Invalid body parameter: {why}")),
        }
    }
}
