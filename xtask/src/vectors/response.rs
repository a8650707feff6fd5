//! Responses and the expected results of decoding them.

use std::collections::BTreeMap;

use http::Response;
use serde::Deserialize;
use serde_json::{Map, Value};
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, AssumedAgency, Credentials,
    DecodeAuthorizationMessage, GetCallerIdentity, Operation, Secret, ServiceError,
};

use super::{Failure, equal, repeated};

#[derive(Deserialize)]
struct Vector {
    operation: String,
    status: u16,
    headers: BTreeMap<String, String>,
    body_text: Option<String>,
    /// Stands for what `<N times C>` is in `body_shape`.
    body_repeat: Option<(String, usize)>,
    body_shape: Option<String>,
    expect: Map<String, Value>,
}

pub(super) fn check(vector: &str) -> Result<(), Failure> {
    let vector: Vector =
        serde_json::from_str(vector).map_err(|error| format!("cannot be read: {error}"))?;
    let mut response = Response::builder().status(vector.status);
    for (name, value) in &vector.headers {
        response = response.header(name, value);
    }
    let response = response.body(vector.body()?).map_err(|error| error.to_string())?;
    let read = match vector.operation.as_str() {
        "assume_agency" => AssumeAgency::read(&response).map(|output| {
            session(output.source_identity, &output.assumed_agency, &output.credentials)
        }),
        "assume_agency_with_oidc" => AssumeAgencyWithOidc::read(&response).map(|output| {
            let mut fields =
                session(output.source_identity, &output.assumed_agency, &output.credentials);
            fields.insert("audience", output.audience);
            fields.insert("provider", output.provider);
            fields.insert("subject_from_id_token", output.subject_from_id_token);
            fields
        }),
        "assume_agency_with_saml" => AssumeAgencyWithSaml::read(&response).map(|output| {
            let mut fields =
                session(output.source_identity, &output.assumed_agency, &output.credentials);
            let optional = [
                ("audience", output.audience),
                ("issuer", output.issuer),
                ("name_qualifier", output.name_qualifier),
                ("subject", output.subject),
                ("subject_type", output.subject_type),
            ];
            fields.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value?))));
            fields
        }),
        "decode_authorization_message" => DecodeAuthorizationMessage::read(&response)
            .map(|output| Fields::from([("decoded_message", output.decoded_message)])),
        "get_caller_identity" => GetCallerIdentity::read(&response).map(|output| {
            Fields::from([
                ("account_id", output.account_id),
                ("principal_urn", output.principal_urn),
                ("principal_id", output.principal_id),
            ])
        }),
        other => return Err(format!("there is no operation {other:?}")),
    };
    compare(&vector.expect, &read)
}

impl Vector {
    fn body(&self) -> Result<String, Failure> {
        if let Some(text) = &self.body_text {
            return Ok(text.clone());
        }
        let (Some((unit, count)), Some(shape)) = (&self.body_repeat, &self.body_shape) else {
            return Err("has no body".to_owned());
        };
        let mark = format!("<{count} times {unit}>");
        if !shape.contains(&mark) {
            return Err(format!("body_shape does not hold {mark:?}"));
        }
        Ok(shape.replace(&mark, &repeated(unit, *count)?))
    }
}

/// The content of a response, by its names on the wire.
type Fields = BTreeMap<&'static str, String>;

fn session(
    source_identity: Option<String>,
    agency: &AssumedAgency,
    credentials: &Credentials,
) -> Fields {
    let mut fields = Fields::from([
        ("assumed_agency.urn", agency.urn.clone()),
        ("assumed_agency.id", agency.id.clone()),
        ("credentials.access_key_id", credentials.access_key_id.clone()),
        ("credentials.secret_access_key", credentials.secret_access_key.expose_secret().to_owned()),
    ]);
    let token = credentials.security_token.as_ref().map(Secret::expose_secret);
    fields.extend(token.map(|token| ("credentials.security_token", token.to_owned())));
    let expiration = credentials.expiration.map(|end| end.unix_timestamp_nanos().to_string());
    fields.extend(expiration.map(|end| ("credentials.expiration_unix_nanos", end)));
    fields.extend(source_identity.map(|identity| ("source_identity", identity)));
    fields
}

/// Compares the result with every key of `expect`. An unknown key is a failure, because it
/// would not be compared with anything.
fn compare(
    expect: &Map<String, Value>,
    read: &Result<Fields, ServiceError>,
) -> Result<(), Failure> {
    for (key, expected) in expect {
        match (key.as_str(), read) {
            ("ok", read) => {
                if *expected != Value::Bool(read.is_ok()) {
                    let outcome = match read {
                        Ok(_) => "a success".to_owned(),
                        Err(error) => format!("an error ({error})"),
                    };
                    return Err(format!("was read as {outcome}"));
                }
            }
            ("fields", Ok(fields)) => {
                let expected = expected.as_object().ok_or("expect.fields is no object")?;
                for (name, expected) in expected {
                    let ours = fields.get(name.as_str()).map_or("null", String::as_str);
                    equal(name, ours, &text(expected))?;
                }
            }
            ("status", Err(error)) => {
                equal(key, &error.status().as_u16().to_string(), &text(expected))?;
            }
            ("error_code", Err(error)) => {
                let code = error.code().map_or("null", |code| code.as_str());
                equal(key, code, &text(expected))?;
            }
            ("error_msg", Err(error)) => {
                equal(key, error.message().unwrap_or("null"), &text(expected))?;
            }
            ("request_id", Err(error)) => {
                equal(key, error.request_id().unwrap_or("null"), &text(expected))?;
            }
            ("encoded_authorization_message", Err(error)) => {
                let encoded = error.encoded_authorization_message().unwrap_or("null");
                equal(key, encoded, &text(expected))?;
            }
            ("status" | "error_code" | "error_msg" | "request_id", Ok(_)) => {
                return Err(format!("was read as a success, which has no {key}"));
            }
            ("fields", Err(error)) => return Err(format!("was read as an error: {error}")),
            (key, _) => return Err(format!("expect.{key} is not known to this checker")),
        }
    }
    Ok(())
}

fn text(expected: &Value) -> String {
    match expected {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
