//! `AssumeAgencyWithSAML`

use std::collections::BTreeMap;

use sts_proto::{AssumeAgencyWithSaml, AssumeAgencyWithSamlOutput};

use super::session::{DEFAULT_DURATION, Wanted, check_policy};
use super::{Moment, Service, action};
use crate::principal::Requester;
use crate::refusal::Refusal;
use crate::saml::Assertion;

/// The answer, and whether the signature of the assertion was checked.
pub(super) fn answer(
    service: &Service,
    operation: &AssumeAgencyWithSaml,
    moment: Moment,
) -> Result<(AssumeAgencyWithSamlOutput, bool), Refusal> {
    check_policy(operation.policy.as_deref())?;
    let provider_urn = &operation.provider_urn;
    let provider = service
        .world
        .saml_provider(provider_urn)
        .ok_or_else(|| Refusal::NoSuchProvider(provider_urn.clone()))?;
    let assertion = operation.saml_assertion.expose_secret();
    let assertion = Assertion::read(assertion, provider, moment.now).map_err(Refusal::Assertion)?;

    let urn = &operation.agency_urn;
    let agency = service.world.agency(urn).ok_or_else(|| Refusal::NoSuchAgency(urn.clone()))?;
    let requester = Requester::federated(provider_urn, &assertion.subject);
    action::check_assume(&service.world, &requester, action::ASSUME_WITH_SAML, agency, None)?;
    if assertion.source_identity.is_some() {
        action::check_rules(&service.world, &requester, action::SET_SOURCE_IDENTITY, urn)?;
    }
    let asked = operation.duration_seconds.unwrap_or(DEFAULT_DURATION);
    let wanted = Wanted {
        name: &assertion.session_name,
        duration_seconds: Some(
            assertion.longest_session.map_or(asked, |longest| longest.min(asked)),
        ),
        source_identity: assertion.source_identity,
        transitive_tags: BTreeMap::new(),
    };
    let (session, credentials) = service.issue(agency, wanted, moment)?;
    let mut output = AssumeAgencyWithSamlOutput::new(session.assumed_agency(), credentials);
    output.source_identity = session.source_identity;
    output.audience = Some(assertion.recipient);
    output.issuer = Some(provider.issuer.clone());
    output.name_qualifier = Some(provider.name_qualifier());
    output.subject = Some(assertion.subject);
    output.subject_type = assertion.subject_type;
    Ok((output, assertion.is_verified))
}
