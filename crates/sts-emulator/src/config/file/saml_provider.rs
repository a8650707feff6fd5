//! `[[accounts.saml_providers]]`

use serde::Deserialize;
use toml::Spanned;

use super::text::{Problem, part, text};
use crate::saml::{Certificate, SamlProvider};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SamlProviderTable {
    pub(super) name: Spanned<String>,
    issuer: Spanned<String>,
    audience: Spanned<String>,
    recipient: Option<Spanned<String>>,
    certificate: Option<Spanned<String>>,
}

pub(super) fn read(account: &str, table: &SamlProviderTable) -> Result<SamlProvider, Problem> {
    let certificate = match &table.certificate {
        None => None,
        Some(pem) => {
            let problem = "must be a certificate (X.509, version 3) in PEM";
            Some(Certificate::read(pem.as_ref()).ok_or((pem.span(), problem))?)
        }
    };
    Ok(SamlProvider {
        account: account.to_owned(),
        name: part(&table.name)?.to_owned(),
        issuer: text(&table.issuer)?,
        audience: text(&table.audience)?,
        recipient: table.recipient.as_ref().map(text).transpose()?,
        certificate,
    })
}
