//! `AssumeAgencyWithOIDC`

use std::collections::BTreeMap;

use sts_proto::{AssumeAgencyWithOidc, AssumeAgencyWithOidcOutput};

use super::session::{Wanted, check_policy};
use super::{Moment, Service, action};
use crate::oidc::IdToken;
use crate::principal::Requester;
use crate::refusal::Refusal;

pub(super) fn answer(
    service: &Service,
    operation: &AssumeAgencyWithOidc,
    moment: Moment,
) -> Result<AssumeAgencyWithOidcOutput, Refusal> {
    check_policy(operation.policy.as_deref())?;
    let provider_urn = &operation.provider_urn;
    let provider = service
        .world
        .oidc_provider(provider_urn)
        .ok_or_else(|| Refusal::NoSuchProvider(provider_urn.clone()))?;
    let token = operation.id_token.expose_secret();
    let token =
        IdToken::read(token, provider, &service.issuer, moment.now).map_err(Refusal::IdToken)?;

    let urn = &operation.agency_urn;
    let agency = service.world.agency(urn).ok_or_else(|| Refusal::NoSuchAgency(urn.clone()))?;
    let requester = Requester::federated(provider_urn, &token.subject);
    action::check_assume(&service.world, &requester, action::ASSUME_WITH_OIDC, agency, None)?;
    let wanted = Wanted {
        name: &operation.agency_session_name,
        duration_seconds: operation.duration_seconds,
        source_identity: None,
        transitive_tags: BTreeMap::new(),
    };
    let (session, credentials) = service.issue(agency, wanted, moment)?;
    Ok(AssumeAgencyWithOidcOutput::new(
        session.assumed_agency(),
        credentials,
        token.audience,
        provider_urn,
        token.subject,
    ))
}
