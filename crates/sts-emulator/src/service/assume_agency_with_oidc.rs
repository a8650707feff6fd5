//! `AssumeAgencyWithOIDC`

use std::collections::BTreeMap;

use sts_proto::{AssumeAgencyWithOidc, AssumeAgencyWithOidcOutput};

use super::authorization;
use super::session::{SessionRequest, check_policy};
use super::state::{RequestTime, Service};
use crate::model::action;
use crate::model::requester::Requester;
use crate::oidc::IdToken;
use crate::rejection::Rejection;

pub(super) fn execute(
    service: &Service,
    operation: &AssumeAgencyWithOidc,
    time: RequestTime,
) -> Result<AssumeAgencyWithOidcOutput, Rejection> {
    check_policy(operation.policy.as_deref())?;
    let provider_urn = &operation.provider_urn;
    let provider = service
        .config
        .oidc_provider(provider_urn)
        .ok_or_else(|| Rejection::NoSuchProvider(provider_urn.clone()))?;
    let token = operation.id_token.expose_secret();
    let token =
        IdToken::read(token, provider, &service.issuer, time.now).map_err(Rejection::IdToken)?;

    let urn = &operation.agency_urn;
    let agency = service.config.agency(urn).ok_or_else(|| Rejection::NoSuchAgency(urn.clone()))?;
    let requester = Requester::federated(provider_urn, &token.subject);
    authorization::check_assume(
        &service.config,
        &requester,
        action::ASSUME_WITH_OIDC,
        agency,
        None,
    )?;
    authorization::check_without_mfa(&requester, action::ASSUME_WITH_OIDC, agency)?;
    let session_request = SessionRequest {
        name: &operation.agency_session_name,
        duration_seconds: operation.duration_seconds,
        source_identity: None,
        transitive_tags: BTreeMap::new(),
    };
    let (session, credentials) = service.issue(agency, session_request, time)?;
    Ok(AssumeAgencyWithOidcOutput::new(
        session.assumed_agency(),
        credentials,
        token.audience,
        provider_urn,
        token.subject,
    ))
}
