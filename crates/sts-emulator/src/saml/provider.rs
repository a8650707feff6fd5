//! SAML identity providers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest;

use super::signature::Certificate;

/// A provider whose authentication responses are accepted.
#[derive(Clone)]
pub(crate) struct SamlProvider {
    pub(crate) account: String,
    pub(crate) name: String,
    /// Entity id of the provider.
    pub(crate) issuer: String,
    /// Entity id of the service, the required audience of assertions.
    pub(crate) audience: String,
    /// Required recipient of assertions; `None` accepts all.
    pub(crate) recipient: Option<String>,
    /// Verifies signatures. Without it they are not verified.
    pub(crate) certificate: Option<Certificate>,
}

impl SamlProvider {
    pub(crate) fn urn(&self) -> String {
        format!("iam::{}:samlProvider:{}", self.account, self.name)
    }

    /// Returns the namespace of the provider's subjects, by the documented formula.
    pub(crate) fn name_qualifier(&self) -> String {
        let Self { issuer, account, name, .. } = self;
        let text = format!("{issuer}{account}/{name}");
        STANDARD.encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes()))
    }
}
