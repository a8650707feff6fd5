//! `AssumeAgencyWithSAML`

use sts_proto::AssumeAgencyWithSaml;

use crate::refusal::Refusal;

/// No world has a SAML provider, so none is found.
pub(super) fn answer(operation: &AssumeAgencyWithSaml) -> Refusal {
    Refusal::NoSuchProvider(operation.provider_urn.clone())
}
