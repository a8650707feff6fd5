//! Classic IAM (v3): federation with an ID token, credentials by token and by agency, look-ups.
//!
//! Its principals, agencies, providers and rules are those of STS.

mod access_key;
mod caller;
#[cfg(feature = "oidc")]
mod federation;
mod look_up;
mod token;

use http::{Request, Response};
use sts_proto::Body;

use self::caller::account;
pub(crate) use self::caller::{Caller, X_AUTH_TOKEN, read_token};
use crate::model::operation::IamOperation;
use crate::rejection::Rejection;
use crate::service::{RequestTime, Service};

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
