//! Whether an assertion is of the provider, for this service, and valid now (SAML core, 2.5.1).

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::element::{ASSERTION, Element};
use super::{RefusedAssertion, SamlProvider};

/// Holds the issuer against the provider's. The response may leave its own out, as long as it is
/// not another one.
pub(super) fn check_issuer(
    response: Element<'_>,
    assertion: Element<'_>,
    provider: &SamlProvider,
) -> Result<(), RefusedAssertion> {
    let issuer = assertion.only_child(ASSERTION, "Issuer").ok_or(RefusedAssertion::Form)?;
    let mut issuers = response.children(ASSERTION, "Issuer");
    issuers.push(issuer);
    if issuers.iter().all(|issuer| issuer.text() == provider.issuer) {
        Ok(())
    } else {
        Err(RefusedAssertion::Issuer)
    }
}

/// A response that names its destination has to be for the recipient, if one is configured.
pub(super) fn check_destination(
    response: Element<'_>,
    provider: &SamlProvider,
) -> Result<(), RefusedAssertion> {
    let destination = response.attribute("Destination").filter(|text| !text.is_empty());
    match (destination, &provider.recipient) {
        (Some(destination), Some(recipient)) if destination != recipient => {
            Err(RefusedAssertion::Recipient)
        }
        _ => Ok(()),
    }
}

/// All conditions have to hold, and one that is not understood does not (2.5.1.1).
pub(super) fn check(
    assertion: Element<'_>,
    provider: &SamlProvider,
    now: OffsetDateTime,
) -> Result<(), RefusedAssertion> {
    let conditions = assertion.only_child(ASSERTION, "Conditions").ok_or(RefusedAssertion::Form)?;
    let (start, end) = (time(conditions, "NotBefore")?, time(conditions, "NotOnOrAfter")?);
    if start.zip(end).is_some_and(|(start, end)| end <= start) {
        return Err(RefusedAssertion::Form);
    }
    if start.is_some_and(|start| now < start) {
        return Err(RefusedAssertion::NotYet);
    }
    if end.is_some_and(|end| end <= now) {
        return Err(RefusedAssertion::Expired);
    }
    check_kinds(conditions)?;
    let restrictions = conditions.children(ASSERTION, "AudienceRestriction");
    let is_for_provider = |restriction: &Element<'_>| {
        let audiences = restriction.children(ASSERTION, "Audience");
        audiences.iter().any(|audience| audience.text() == provider.audience)
    };
    // Bearers need one (SAML profiles, 4.1.4.2), and of several each has to hold (2.5.1.4).
    if !restrictions.is_empty() && restrictions.iter().all(is_for_provider) {
        Ok(())
    } else {
        Err(RefusedAssertion::Audience)
    }
}

/// `OneTimeUse` and `ProxyRestriction` do not restrict a service that keeps no assertion and
/// issues none; each may occur once (2.5.1.5, 2.5.1.6).
fn check_kinds(conditions: Element<'_>) -> Result<(), RefusedAssertion> {
    let (mut one_time_uses, mut proxy_restrictions) = (0, 0);
    for kind in conditions.child_names() {
        match kind {
            (ASSERTION, "AudienceRestriction") => {}
            (ASSERTION, "OneTimeUse") => one_time_uses += 1,
            (ASSERTION, "ProxyRestriction") => proxy_restrictions += 1,
            _ => return Err(RefusedAssertion::Condition),
        }
    }
    if one_time_uses > 1 || proxy_restrictions > 1 {
        return Err(RefusedAssertion::Condition);
    }
    Ok(())
}

/// The time in an attribute, if it is there.
pub(super) fn time(
    element: Element<'_>,
    attribute: &str,
) -> Result<Option<OffsetDateTime>, RefusedAssertion> {
    let text = element.attribute(attribute);
    let time = text.map(|text| OffsetDateTime::parse(text, &Rfc3339)).transpose();
    time.map_err(|_| RefusedAssertion::Form)
}
