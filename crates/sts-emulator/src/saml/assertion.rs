//! Authentication responses of SAML 2.0: parsing and validation.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use time::OffsetDateTime;

use super::conditions::{self, time};
use super::element::{ASSERTION, Element, PROTOCOL, parse};
use super::error::AssertionError;
use super::provider::SamlProvider;
use super::signature;

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const NAME_ID_FORMAT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:";

/// The content of a valid assertion that the service uses.
pub(crate) struct Assertion {
    pub(crate) subject: String,
    /// Format of the subject's name, as the service returns it.
    pub(crate) subject_type: Option<String>,
    pub(crate) recipient: String,
    pub(crate) session_name: String,
    pub(crate) source_identity: Option<String>,
    /// Maximum duration of the session, in seconds.
    pub(crate) longest_session: Option<u32>,
    /// Whether the signature was verified.
    pub(crate) is_verified: bool,
}

impl Assertion {
    /// Verifies a response of `provider`, base64 of XML, at the time `now`.
    pub(crate) fn read(
        response: &str,
        provider: &SamlProvider,
        now: OffsetDateTime,
    ) -> Result<Self, AssertionError> {
        let xml = STANDARD.decode(response).map_err(|_| AssertionError::Xml)?;
        let xml = String::from_utf8(xml).map_err(|_| AssertionError::Xml)?;
        let document = parse(&xml)?;
        let response = Element::root(&document, PROTOCOL, "Response");
        let response = response.ok_or(AssertionError::Form)?;
        let assertion = find_assertion(response)?;
        conditions::check_issuer(response, assertion, provider)?;
        if let Some(certificate) = &provider.certificate {
            signature::verify(response, assertion, certificate)?;
        }
        conditions::check_destination(response, provider)?;
        conditions::check(assertion, provider, now)?;
        read(assertion, provider, now)
    }
}

fn find_assertion(response: Element<'_>) -> Result<Element<'_>, AssertionError> {
    let status = response.only_child(PROTOCOL, "Status");
    let code = status.and_then(|status| status.only_child(PROTOCOL, "StatusCode"));
    if code.and_then(|code| code.attribute("Value")) != Some(SUCCESS) {
        return Err(AssertionError::Status);
    }
    if response.child(ASSERTION, "EncryptedAssertion").is_some() {
        return Err(AssertionError::Encrypted);
    }
    let assertion = response.only_child(ASSERTION, "Assertion").ok_or(AssertionError::Form)?;
    let is_known = |element: Element<'_>| element.attribute("Version") == Some("2.0");
    if is_known(response) && is_known(assertion) {
        Ok(assertion)
    } else {
        Err(AssertionError::Form)
    }
}

fn read(
    assertion: Element<'_>,
    provider: &SamlProvider,
    now: OffsetDateTime,
) -> Result<Assertion, AssertionError> {
    let subject = assertion.only_child(ASSERTION, "Subject").ok_or(AssertionError::Form)?;
    let name_id = subject.only_child(ASSERTION, "NameID").ok_or(AssertionError::Form)?;
    let format = name_id.attribute("Format");
    let name = name_id.text();
    if name.is_empty() {
        return Err(AssertionError::Form);
    }
    let session_name =
        attribute(assertion, "SessionName").unwrap_or_else(|| as_session_name(&name));
    let source_identity = attribute(assertion, "SourceIdentity");
    if !is_name(&session_name, 128) || source_identity.as_ref().is_some_and(|id| !is_name(id, 64)) {
        return Err(AssertionError::Name);
    }
    Ok(Assertion {
        subject: name,
        subject_type: format
            .map(|format| format.strip_prefix(NAME_ID_FORMAT).unwrap_or(format).to_owned()),
        recipient: recipient(subject, provider, now)?,
        session_name,
        source_identity,
        longest_session: longest_session(assertion, now)?,
        is_verified: provider.certificate.is_some(),
    })
}

/// Returns the recipient of the first valid bearer confirmation; at least one is required (SAML
/// profiles, 4.1.4.3). If none is valid, returns the error of the first.
fn recipient(
    subject: Element<'_>,
    provider: &SamlProvider,
    now: OffsetDateTime,
) -> Result<String, AssertionError> {
    let mut rejection = None;
    for confirmation in subject.children(ASSERTION, "SubjectConfirmation") {
        if confirmation.attribute("Method") == Some(BEARER) {
            match confirmed_recipient(confirmation, provider, now) {
                Ok(recipient) => return Ok(recipient),
                Err(why) => rejection = rejection.or(Some(why)),
            }
        }
    }
    Err(rejection.unwrap_or(AssertionError::Form))
}

fn confirmed_recipient(
    confirmation: Element<'_>,
    provider: &SamlProvider,
    now: OffsetDateTime,
) -> Result<String, AssertionError> {
    let data = confirmation.only_child(ASSERTION, "SubjectConfirmationData");
    let data = data.ok_or(AssertionError::Form)?;
    // For bearers both are mandatory, and NotBefore is not allowed (SAML profiles, 4.1.4.2).
    let recipient = data.attribute("Recipient").ok_or(AssertionError::Form)?;
    let end = time(data, "NotOnOrAfter")?.ok_or(AssertionError::Form)?;
    if data.attribute("NotBefore").is_some() {
        Err(AssertionError::Form)
    } else if provider.recipient.as_ref().is_some_and(|expected| expected != recipient) {
        Err(AssertionError::Recipient)
    } else if end <= now {
        Err(AssertionError::Expired)
    } else {
        Ok(recipient.to_owned())
    }
}

/// Returns the minimum of `SessionNotOnOrAfter` and `SessionDuration`, in seconds from now.
fn longest_session(
    assertion: Element<'_>,
    now: OffsetDateTime,
) -> Result<Option<u32>, AssertionError> {
    let mut longest = None;
    for statement in assertion.children(ASSERTION, "AuthnStatement") {
        if let Some(end) = time(statement, "SessionNotOnOrAfter")? {
            if end <= now {
                return Err(AssertionError::Expired);
            }
            let left = u32::try_from((end - now).whole_seconds()).unwrap_or(u32::MAX);
            longest = Some(longest.map_or(left, |longest: u32| longest.min(left)));
        }
    }
    if let Some(duration) = attribute(assertion, "SessionDuration") {
        let seconds = duration.parse().map_err(|_| AssertionError::Form)?;
        longest = Some(longest.map_or(seconds, |longest| longest.min(seconds)));
    }
    Ok(longest)
}

/// Returns the first value of an attribute. A namespace that ends with a slash or a colon may
/// precede the name.
fn attribute(assertion: Element<'_>, name: &str) -> Option<String> {
    let statements = assertion.children(ASSERTION, "AttributeStatement");
    let mut attributes =
        statements.iter().flat_map(|statement| statement.children(ASSERTION, "Attribute"));
    let attribute = attributes.find(|attribute| {
        let full = attribute.attribute("Name").unwrap_or_default();
        full.rsplit(['/', ':']).next() == Some(name)
    })?;
    Some(attribute.child(ASSERTION, "AttributeValue")?.text())
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)
}

fn is_name(text: &str, longest: usize) -> bool {
    (2..=longest).contains(&text.len()) && text.chars().all(is_name_character)
}

/// Returns a subject's name with invalid characters of session names replaced.
fn as_session_name(subject: &str) -> String {
    let character = |c| if is_name_character(c) { c } else { '-' };
    subject.chars().map(character).take(128).collect()
}
