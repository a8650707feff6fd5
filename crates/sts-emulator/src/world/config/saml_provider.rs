//! `[[accounts.saml_providers]]`

use serde::Deserialize;
use toml::Spanned;

use super::{Problem, part};
use crate::saml::{Certificate, SamlProvider};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SamlProviderConfig {
    pub(super) name: Spanned<String>,
    issuer: String,
    audience: String,
    recipient: Option<String>,
    certificate: Option<Spanned<String>>,
}

pub(super) fn read(account: &str, config: &SamlProviderConfig) -> Result<SamlProvider, Problem> {
    let certificate = match &config.certificate {
        None => None,
        Some(pem) => {
            let problem = "must be a certificate (X.509, version 3) in PEM";
            Some(Certificate::read(pem.as_ref()).ok_or((pem.span(), problem))?)
        }
    };
    Ok(SamlProvider {
        account: account.to_owned(),
        name: part(&config.name)?.to_owned(),
        issuer: config.issuer.clone(),
        audience: config.audience.clone(),
        recipient: config.recipient.clone(),
        certificate,
    })
}
