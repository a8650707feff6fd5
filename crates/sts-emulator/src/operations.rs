//! The service behind the gateway: five operations, one a file.

pub(crate) mod action;
mod assume_agency;
mod assume_agency_with_oidc;
mod assume_agency_with_saml;
mod decode_authorization_message;
mod get_caller_identity;
mod session;

use http::Response;
use http::header::{HeaderName, HeaderValue};
use sts_proto::server::{self, AnyOperation};
use sts_proto::{Body, Caller};
use time::OffsetDateTime;

pub(crate) use self::session::Wanted;
use crate::World;
use crate::oidc::OidcIssuer;
use crate::principal::Principal;
use crate::refusal::{Refusal, Unauthenticated};
use crate::seal::Seal;

/// What an answer says besides its content, to people.
pub(crate) const NOTE: HeaderName = HeaderName::from_static("x-sts-emulator-note");

/// When a call is carried out.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) now: OffsetDateTime,
    /// Whether keys that are issued have ended already.
    pub(crate) keys_have_ended: bool,
}

/// What the operations work with. It never changes: sessions live in their tokens.
pub(crate) struct Service {
    pub(crate) world: World,
    pub(crate) seal: Seal,
    pub(crate) issuer: OidcIssuer,
}

impl Service {
    /// Carries out an operation for `caller`, who is known for signed ones.
    pub(crate) fn answer(
        &self,
        operation: &AnyOperation,
        caller: Option<&Principal>,
        moment: Moment,
    ) -> Result<Response<Body>, Refusal> {
        let kind = caller.map_or(Caller::Permanent, Principal::caller);
        operation.validate_for(kind).map_err(Refusal::Limits)?;
        let signed = || caller.ok_or(Refusal::Unauthenticated(Unauthenticated::NoSignature));
        match operation {
            AnyOperation::AssumeAgency(operation) => {
                assume_agency::answer(self, operation, signed()?, moment)
                    .map(|out| server::answer(&out))
            }
            AnyOperation::AssumeAgencyWithOidc(operation) => {
                assume_agency_with_oidc::answer(self, operation, moment)
                    .map(|out| server::answer(&out))
            }
            AnyOperation::AssumeAgencyWithSaml(operation) => {
                assume_agency_with_saml::answer(self, operation, moment)
                    .map(|(out, is_verified)| note_unverified(server::answer(&out), is_verified))
            }
            AnyOperation::DecodeAuthorizationMessage(operation) => {
                decode_authorization_message::answer(self, operation, signed()?)
                    .map(|out| server::answer(&out))
            }
            AnyOperation::GetCallerIdentity(_) => {
                Ok(server::answer(&get_caller_identity::answer(signed()?)))
            }
            _ => Err(Refusal::Unreadable(server::UnreadableRequest::Path)),
        }
    }
}

fn note_unverified(mut response: Response<Body>, is_verified: bool) -> Response<Body> {
    if !is_verified {
        let note = HeaderValue::from_static("the signature of the assertion was not checked");
        response.headers_mut().insert(NOTE, note);
    }
    response
}
