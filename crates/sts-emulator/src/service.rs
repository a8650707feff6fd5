//! The service behind the gateway. Each operation has a module.

mod assume_agency;
#[cfg(feature = "oidc")]
mod assume_agency_with_oidc;
#[cfg(feature = "saml")]
mod assume_agency_with_saml;
pub(crate) mod authorization;
mod decode_authorization_message;
mod get_caller_identity;
mod iam_format;
mod session;
mod session_log;
pub(crate) mod session_token;
mod state;

use http::Response;
use http::header::HeaderName;
#[cfg(not(all(feature = "oidc", feature = "saml")))]
use sts_proto::Operation as _;
use sts_proto::server::{AnyOperation, RequestError, ToResponse as _};
use sts_proto::{Body, Caller};

pub(crate) use self::iam_format::{credential_object, iam_time};
pub(crate) use self::session::SessionRequest;
pub(crate) use self::session_log::SessionLog;
pub(crate) use self::state::{CurrentService, RequestTime, Service};
use crate::model::principal::Principal;
use crate::rejection::{Rejection, Unauthenticated};

/// Response header with additional information for people.
pub(crate) const NOTE: HeaderName = HeaderName::from_static("x-sts-emulator-note");

impl Service {
    /// Executes an operation. `caller` is `None` for unsigned operations.
    pub(crate) fn execute(
        &self,
        operation: &AnyOperation,
        caller: Option<&Principal>,
        time: RequestTime,
    ) -> Result<Response<Body>, Rejection> {
        let kind = caller.map_or(Caller::Permanent, Principal::caller);
        operation.validate_for(kind).map_err(Rejection::Limits)?;
        let signed = || caller.ok_or(Rejection::Unauthenticated(Unauthenticated::NoSignature));
        match operation {
            AnyOperation::AssumeAgency(operation) => {
                assume_agency::execute(self, operation, signed()?, time)
                    .map(|out| out.to_response())
            }
            #[cfg(feature = "oidc")]
            AnyOperation::AssumeAgencyWithOidc(operation) => {
                assume_agency_with_oidc::execute(self, operation, time).map(|out| out.to_response())
            }
            #[cfg(not(feature = "oidc"))]
            AnyOperation::AssumeAgencyWithOidc(_) => Err(Rejection::NotBuiltIn {
                operation: sts_proto::AssumeAgencyWithOidc::NAME,
                feature: "oidc",
            }),
            #[cfg(feature = "saml")]
            AnyOperation::AssumeAgencyWithSaml(operation) => {
                assume_agency_with_saml::execute(self, operation, time)
                    .map(|(out, is_verified)| note_unverified(out.to_response(), is_verified))
            }
            #[cfg(not(feature = "saml"))]
            AnyOperation::AssumeAgencyWithSaml(_) => Err(Rejection::NotBuiltIn {
                operation: sts_proto::AssumeAgencyWithSaml::NAME,
                feature: "saml",
            }),
            AnyOperation::DecodeAuthorizationMessage(operation) => {
                decode_authorization_message::execute(self, operation, signed()?)
                    .map(|out| out.to_response())
            }
            AnyOperation::GetCallerIdentity(_) => {
                Ok(get_caller_identity::execute(signed()?).to_response())
            }
            _ => Err(Rejection::Unreadable(RequestError::UnknownOperation)),
        }
    }
}

#[cfg(feature = "saml")]
fn note_unverified(mut response: Response<Body>, is_verified: bool) -> Response<Body> {
    if !is_verified {
        let note =
            http::HeaderValue::from_static("the signature of the assertion was not verified");
        response.headers_mut().insert(NOTE, note);
    }
    response
}
