//! Keys as the metadata service and the pod identity agent write them.

use serde::Deserialize;
use serde_json::error::Category;
use sts_proto::{Body, Credentials, Secret};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// One form with two spellings: that of the metadata service, and after `alias` that of the agent.
#[derive(Deserialize)]
struct Answer {
    #[serde(alias = "credentials")]
    credential: Option<Issued>,
}

#[derive(Deserialize)]
struct Issued {
    #[serde(alias = "accessKeyId")]
    access: Option<String>,
    #[serde(alias = "secretAccessKey")]
    secret: Option<Secret>,
    #[serde(alias = "securityToken")]
    securitytoken: Option<Secret>,
    #[serde(alias = "expiration")]
    expires_at: Option<String>,
}

/// Reads keys. The complaint completes a sentence that begins with whose answer it is, and quotes
/// nothing of it.
pub(super) fn read(body: &Body) -> Result<Credentials, &'static str> {
    // The decoder's own message may quote a key.
    let answer: Answer =
        serde_json::from_slice(body.as_ref()).map_err(|error| match error.classify() {
            Category::Data => "has a field of another form than documented",
            _ => "is no JSON",
        })?;
    let issued = answer.credential.ok_or("holds no keys")?;
    let access = issued.access.filter(|access| !access.is_empty()).ok_or("lacks the access key")?;
    let secret = issued.secret.filter(|secret| !secret.is_empty()).ok_or("lacks the secret key")?;
    let token =
        issued.securitytoken.filter(|token| !token.is_empty()).ok_or("lacks the security token")?;
    let expires_at = issued.expires_at.ok_or("does not tell when the keys end")?;
    let end = OffsetDateTime::parse(&expires_at, &Rfc3339)
        .map_err(|_| "tells the end of the keys in another form than RFC 3339")?;
    Ok(Credentials::temporary(access, secret, token, end))
}
