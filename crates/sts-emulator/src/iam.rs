//! Classic IAM (v3): federation with an ID token, credentials by token and by agency, look-ups.
//!
//! Its principals, agencies, providers and rules are those of STS.

mod access_key;
#[cfg(feature = "oidc")]
mod federation;
mod look_up;
mod token;

use http::header::HeaderValue;
use http::{Request, Response, StatusCode};
use serde::de::DeserializeOwned;
use sts_proto::Body;
use time::OffsetDateTime;

pub(crate) use self::token::IamToken;
use crate::model::operation::IamOperation;
use crate::model::principal::Principal;
use crate::rejection::Rejection;
use crate::service::{RequestTime, Service};
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

/// Executes an operation. `caller` is `None` without a signature and without a token in the header.
pub(crate) fn execute(
    service: &Service,
    operation: IamOperation,
    request: &Request<Body>,
    caller: Option<&Caller>,
    time: RequestTime,
) -> Result<Response<Body>, Rejection> {
    match operation {
        #[cfg(feature = "oidc")]
        IamOperation::CreateTokenWithIdToken => federation::from_body(service, request, time),
        #[cfg(feature = "oidc")]
        IamOperation::CreateUnscopedTokenWithIdToken => {
            federation::from_header(service, request, time)
        }
        #[cfg(not(feature = "oidc"))]
        IamOperation::CreateTokenWithIdToken | IamOperation::CreateUnscopedTokenWithIdToken => {
            Err(Rejection::NotBuiltIn { operation: "CreateTokenWithIdToken", feature: "oidc" })
        }
        IamOperation::CreateTemporaryAccessKey => {
            access_key::create(service, request, caller, time)
        }
        IamOperation::ListProjects => look_up::projects(service, request.uri(), &account(caller)?),
        IamOperation::ListAuthDomains => look_up::domains(service, &account(caller)?),
    }
}

/// Returns the content of the token in a header.
pub(crate) fn read_token(
    service: &Service,
    token: &HeaderValue,
    now: OffsetDateTime,
) -> Result<IamToken, Rejection> {
    open_token(service, token.to_str().unwrap_or_default(), now)
}

fn open_token(service: &Service, token: &str, now: OffsetDateTime) -> Result<IamToken, Rejection> {
    IamToken::open(token, &service.seal, now).ok_or_else(|| {
        let message = "The token is invalid, has expired or was issued by another emulator.";
        rejected(StatusCode::UNAUTHORIZED, message)
    })
}

/// Returns the account of a caller that may call services.
fn account(caller: Option<&Caller>) -> Result<String, Rejection> {
    match caller {
        None => Err(unauthorized()),
        Some(Caller::Signer(principal)) => Ok(principal.account().to_owned()),
        Some(Caller::Token(token)) if token.is_scoped => Ok(token.account.clone()),
        Some(Caller::Token(_)) => Err(unscoped()),
    }
}

fn unauthorized() -> Rejection {
    rejected(StatusCode::UNAUTHORIZED, "The request you have made requires authentication.")
}

fn unscoped() -> Rejection {
    rejected(StatusCode::FORBIDDEN, "An unscoped token can only be exchanged for credentials.")
}

fn rejected(status: StatusCode, message: impl Into<String>) -> Rejection {
    Rejection::Service { status, message: message.into() }
}

/// Decodes the JSON of a body.
fn decode<T: DeserializeOwned>(request: &Request<Body>) -> Result<T, Rejection> {
    let body = serde_json::from_slice(request.body().as_ref());
    // Without the position and the value, which may be secret.
    let invalid = |_| rejected(StatusCode::BAD_REQUEST, "Request body is invalid.");
    body.map(|Table(body)| body).map_err(invalid)
}
