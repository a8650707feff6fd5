//! Issuer, audience and validity period of an assertion (SAML core, 2.5.1).

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::element::{ASSERTION, Element};
use super::error::AssertionError;
use super::provider::SamlProvider;

/// Checks the issuer of the assertion, and that of the response if it is present.
pub(super) fn check_issuer(
    response: Element<'_>,
    assertion: Element<'_>,
    provider: &SamlProvider,
) -> Result<(), AssertionError> {
    let issuer = assertion.only_child(ASSERTION, "Issuer").ok_or(AssertionError::Form)?;
    let mut issuers = response.children(ASSERTION, "Issuer");
    issuers.push(issuer);
    if issuers.iter().all(|issuer| issuer.text() == provider.issuer) {
        Ok(())
    } else {
        Err(AssertionError::Issuer)
    }
}

/// Checks the destination of the response, if the response and the configuration contain one.
pub(super) fn check_destination(
    response: Element<'_>,
    provider: &SamlProvider,
) -> Result<(), AssertionError> {
    let destination = response.attribute("Destination").filter(|text| !text.is_empty());
    match (destination, &provider.recipient) {
        (Some(destination), Some(recipient)) if destination != recipient => {
            Err(AssertionError::Recipient)
        }
        _ => Ok(()),
    }
}

/// Checks all conditions. Unsupported conditions are invalid (2.5.1.1).
pub(super) fn check(
    assertion: Element<'_>,
    provider: &SamlProvider,
    now: OffsetDateTime,
) -> Result<(), AssertionError> {
    let conditions = assertion.only_child(ASSERTION, "Conditions").ok_or(AssertionError::Form)?;
    let (start, end) = (time(conditions, "NotBefore")?, time(conditions, "NotOnOrAfter")?);
    if start.zip(end).is_some_and(|(start, end)| end <= start) {
        return Err(AssertionError::Form);
    }
    if start.is_some_and(|start| now < start) {
        return Err(AssertionError::NotYet);
    }
    if end.is_some_and(|end| end <= now) {
        return Err(AssertionError::Expired);
    }
    check_kinds(conditions)?;
    let restrictions = conditions.children(ASSERTION, "AudienceRestriction");
    let is_for_provider = |restriction: &Element<'_>| {
        let audiences = restriction.children(ASSERTION, "Audience");
        audiences.iter().any(|audience| audience.text() == provider.audience)
    };
    // Bearer assertions require an audience restriction (SAML profiles, 4.1.4.2), and all of them
    // must hold (2.5.1.4).
    if !restrictions.is_empty() && restrictions.iter().all(is_for_provider) {
        Ok(())
    } else {
        Err(AssertionError::Audience)
    }
}

/// `OneTimeUse` and `ProxyRestriction` do not restrict a service that neither stores nor issues
/// assertions. Each may occur once (2.5.1.5, 2.5.1.6).
fn check_kinds(conditions: Element<'_>) -> Result<(), AssertionError> {
    let (mut one_time_uses, mut proxy_restrictions) = (0, 0);
    for kind in conditions.child_names() {
        match kind {
            (ASSERTION, "AudienceRestriction") => {}
            (ASSERTION, "OneTimeUse") => one_time_uses += 1,
            (ASSERTION, "ProxyRestriction") => proxy_restrictions += 1,
            _ => return Err(AssertionError::Condition),
        }
    }
    if one_time_uses > 1 || proxy_restrictions > 1 {
        return Err(AssertionError::Condition);
    }
    Ok(())
}

/// Parses the time in an optional attribute.
pub(super) fn time(
    element: Element<'_>,
    attribute: &str,
) -> Result<Option<OffsetDateTime>, AssertionError> {
    let text = element.attribute(attribute);
    let time = text.map(|text| OffsetDateTime::parse(text, &Rfc3339)).transpose();
    time.map_err(|_| AssertionError::Form)
}
