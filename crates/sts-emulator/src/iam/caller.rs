//! Callers and bodies of operations.

use http::header::HeaderValue;
use http::{Request, StatusCode};
use serde::de::DeserializeOwned;
use sts_proto::Body;
use time::OffsetDateTime;

use super::token::IamToken;
use crate::model::principal::Principal;
use crate::rejection::Rejection;
use crate::service::Service;
use crate::table::Table;

/// Header with the token of the caller.
pub(crate) const X_AUTH_TOKEN: &str = "x-auth-token";

/// The caller of an operation.
pub(crate) enum Caller {
    /// The signer of the request.
    Signer(Principal),
    /// The holder of the token in the header.
    Token(IamToken),
}

/// Returns the content of the token in a header.
pub(crate) fn read_token(
    service: &Service,
    token: &HeaderValue,
    now: OffsetDateTime,
) -> Result<IamToken, Rejection> {
    open_token(service, token.to_str().unwrap_or_default(), now)
}

pub(super) fn open_token(
    service: &Service,
    token: &str,
    now: OffsetDateTime,
) -> Result<IamToken, Rejection> {
    IamToken::open(token, &service.seal, now).ok_or_else(|| {
        let message = "The token is invalid, has expired or was issued by another emulator.";
        rejected(StatusCode::UNAUTHORIZED, message)
    })
}

/// Returns the account of a caller that may call services.
pub(super) fn account(caller: Option<&Caller>) -> Result<String, Rejection> {
    match caller {
        None => Err(unauthorized()),
        Some(Caller::Signer(principal)) => Ok(principal.account().to_owned()),
        Some(Caller::Token(token)) if token.is_scoped => Ok(token.account.clone()),
        Some(Caller::Token(_)) => Err(unscoped()),
    }
}

pub(super) fn unauthorized() -> Rejection {
    rejected(StatusCode::UNAUTHORIZED, "The request you have made requires authentication.")
}

pub(super) fn unscoped() -> Rejection {
    rejected(StatusCode::FORBIDDEN, "An unscoped token can only be exchanged for credentials.")
}

pub(super) fn rejected(status: StatusCode, message: impl Into<String>) -> Rejection {
    Rejection::Service { status, code: None, message: message.into() }
}

/// Decodes the JSON of a body.
pub(super) fn decode<T: DeserializeOwned>(request: &Request<Body>) -> Result<T, Rejection> {
    let body = serde_json::from_slice(request.body().as_ref());
    // Without the position and the value, which may be secret.
    let invalid = |_| rejected(StatusCode::BAD_REQUEST, "Request body is invalid.");
    body.map(|Table(body)| body).map_err(invalid)
}
