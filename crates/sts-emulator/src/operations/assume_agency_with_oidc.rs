//! `AssumeAgencyWithOIDC`

use sts_proto::AssumeAgencyWithOidc;

use crate::refusal::Refusal;

/// No world has an OIDC provider, so none is found.
pub(super) fn answer(operation: &AssumeAgencyWithOidc) -> Refusal {
    Refusal::NoSuchProvider(operation.provider_urn.clone())
}
