//! SAML identity providers and what they sign.

mod assertion;
mod bounds;
mod conditions;
mod element;
mod signature;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest;

pub(crate) use self::assertion::Assertion;
pub(crate) use self::signature::Certificate;

/// A provider whose authentication responses are taken.
#[derive(Clone)]
pub(crate) struct SamlProvider {
    pub(crate) account: String,
    pub(crate) name: String,
    /// Its entity id.
    pub(crate) issuer: String,
    /// The entity id of the service, which an assertion has to be for.
    pub(crate) audience: String,
    /// Where assertions are delivered; any place without it.
    pub(crate) recipient: Option<String>,
    /// What signatures are held against; they are not checked without it.
    pub(crate) certificate: Option<Certificate>,
}

impl SamlProvider {
    pub(crate) fn urn(&self) -> String {
        format!("iam::{}:samlProvider:{}", self.account, self.name)
    }

    /// What tells subjects of this provider from those of others, by the documented formula.
    pub(crate) fn name_qualifier(&self) -> String {
        let Self { issuer, account, name, .. } = self;
        let text = format!("{issuer}{account}/{name}");
        STANDARD.encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()))
    }
}

/// Why an authentication response is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RefusedAssertion {
    #[error("it is not base64 of XML without a document type")]
    Xml,
    #[error("it has more elements, attributes or namespaces than any SAML response needs")]
    Size,
    #[error("it is not a SAML 2.0 response with one assertion for a bearer")]
    Form,
    #[error("its assertion is encrypted, which is not supported here")]
    Encrypted,
    #[error("its status is not Success")]
    Status,
    #[error("neither the response nor its assertion is signed")]
    Unsigned,
    #[error("its signature is of a form or an algorithm that is not supported here")]
    Algorithm,
    #[error("its content is not what was signed")]
    Digest,
    #[error("its signature is not of the provider's key")]
    Signature,
    #[error("its issuer is not the provider's")]
    Issuer,
    #[error("its audience is not the provider's: one in each AudienceRestriction must be")]
    Audience,
    #[error("it has a condition that is not supported here, or one twice")]
    Condition,
    #[error("its recipient is not the provider's")]
    Recipient,
    #[error("it is not valid yet")]
    NotYet,
    #[error("it has expired")]
    Expired,
    #[error("its SessionName or SourceIdentity has characters or a length that are not allowed")]
    Name,
}
