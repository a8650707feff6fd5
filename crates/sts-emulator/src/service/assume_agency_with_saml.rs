//! `AssumeAgencyWithSAML`

use std::collections::BTreeMap;

use sts_proto::{AssumeAgencyWithSaml, AssumeAgencyWithSamlOutput};

use super::authorization;
use super::session::{DEFAULT_DURATION, SessionRequest, check_policy};
use super::state::{RequestTime, Service};
use crate::model::action;
use crate::model::requester::Requester;
use crate::rejection::Rejection;
use crate::saml::Assertion;

/// Returns the response, and whether the signature of the assertion was verified.
pub(super) fn execute(
    service: &Service,
    operation: &AssumeAgencyWithSaml,
    time: RequestTime,
) -> Result<(AssumeAgencyWithSamlOutput, bool), Rejection> {
    check_policy(operation.policy.as_deref())?;
    let provider_urn = &operation.provider_urn;
    let provider = service
        .config
        .saml_provider(provider_urn)
        .ok_or_else(|| Rejection::NoSuchProvider(provider_urn.clone()))?;
    let assertion = operation.saml_assertion.expose_secret();
    let assertion = Assertion::read(assertion, provider, time.now).map_err(Rejection::Assertion)?;

    let urn = &operation.agency_urn;
    let agency = service.config.agency(urn).ok_or_else(|| Rejection::NoSuchAgency(urn.clone()))?;
    let requester = Requester::federated(provider_urn, &assertion.subject);
    authorization::check_assume(
        &service.config,
        &requester,
        action::ASSUME_WITH_SAML,
        agency,
        None,
    )?;
    authorization::check_without_mfa(&requester, action::ASSUME_WITH_SAML, agency)?;
    let identity = assertion.source_identity.as_ref();
    authorization::check_source_identity(&service.config, &requester, identity, urn)?;
    // The shortest one applies; a longer request is not an error.
    let limits = [operation.duration_seconds.unwrap_or(DEFAULT_DURATION), agency.max_duration];
    let duration = limits.into_iter().chain(assertion.longest_session).min();
    let session_request = SessionRequest {
        name: &assertion.session_name,
        duration_seconds: duration,
        source_identity: assertion.source_identity,
        transitive_tags: BTreeMap::new(),
    };
    let (session, credentials) = service.issue(agency, session_request, time)?;
    let mut output = AssumeAgencyWithSamlOutput::new(session.assumed_agency(), credentials);
    output.source_identity = session.source_identity;
    output.audience = Some(assertion.recipient);
    output.issuer = Some(provider.issuer.clone());
    output.name_qualifier = Some(provider.name_qualifier());
    output.subject = Some(assertion.subject);
    output.subject_type = assertion.subject_type;
    Ok((output, assertion.is_verified))
}
