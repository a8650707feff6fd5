//! SAML identity providers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest;

use super::signature::Certificate;

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
