//! Credentials in the JSON of AWS: as processes print them, and as local servers send them.

use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use sts_proto::{Body, BodyWriter, Credentials, Secret, secret_json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::json_request::Object;

/// The two forms, which differ in one name and in what is required.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `SessionToken` and `Expiration` are optional, `Version` is 1.
    Process,
    /// `Token` and `Expiration` are required.
    Server,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Read {
    version: Option<u32>,
    access_key_id: Option<String>,
    #[serde(default, deserialize_with = "secret_json::deserialize_option")]
    secret_access_key: Option<Secret>,
    #[serde(default, deserialize_with = "secret_json::deserialize_option")]
    session_token: Option<Secret>,
    #[serde(default, deserialize_with = "secret_json::deserialize_option")]
    token: Option<Secret>,
    expiration: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Written<'a> {
    version: u32,
    access_key_id: &'a str,
    secret_access_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<String>,
    /// Ignored by readers of credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
}

/// Parses credentials. The fault does not quote the text.
pub(crate) fn read(text: &[u8], form: Form) -> Result<Credentials, String> {
    // The decoder's own message may quote a secret.
    let Object(fields): Object<Read> =
        serde_json::from_slice(text).map_err(|error| match error.classify() {
            Category::Data => "unexpected type of a field, or a duplicate field".to_owned(),
            _ => "not a JSON object".to_owned(),
        })?;
    let missing = |field| format!("missing field `{field}`");
    if form == Form::Process && fields.version != Some(1) {
        return Err("field `Version` must be the number 1".to_owned());
    }
    let access_key_id = fields.access_key_id.ok_or_else(|| missing("AccessKeyId"))?;
    let secret_access_key = fields.secret_access_key.ok_or_else(|| missing("SecretAccessKey"))?;
    let (token, expiration) = (fields.token, fields.expiration);
    let token = match form {
        Form::Process => fields.session_token,
        Form::Server => Some(token.ok_or_else(|| missing("Token"))?),
    };
    if form == Form::Server && expiration.is_none() {
        return Err(missing("Expiration"));
    }
    let mut credentials = Credentials::permanent(access_key_id, secret_access_key);
    if let Some(token) = token {
        credentials = credentials.security_token(token);
    }
    if let Some(expiration) = expiration {
        let end = OffsetDateTime::parse(&expiration, &Rfc3339)
            .map_err(|_| "field `Expiration` is not RFC 3339".to_owned())?;
        credentials.expiration = Some(end);
    }
    credentials.validate().map_err(|fault| fault.to_string())?;
    Ok(credentials)
}

/// Writes credentials in the form of a process, and a label. `None` if the expiration is outside the
/// years 0 to 9999.
pub(crate) fn write(credentials: &Credentials, label: Option<&str>) -> Option<Body> {
    let expiration = credentials.expiration.map(|end| end.format(&Rfc3339)).transpose().ok()?;
    let written = Written {
        version: 1,
        access_key_id: &credentials.access_key_id,
        secret_access_key: credentials.secret_access_key.expose_secret(),
        session_token: credentials.security_token.as_ref().map(Secret::expose_secret),
        expiration,
        label,
    };
    let mut body = BodyWriter::with_capacity(1024);
    serde_json::to_writer(&mut body, &written).ok()?;
    Some(body.finish())
}
