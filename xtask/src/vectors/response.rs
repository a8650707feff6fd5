//! Responses and the expected results of decoding them.

use std::collections::BTreeMap;

use http::Response;
use serde::Deserialize;
use serde_json::{Map, Value};
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, AssumedAgency, Credentials,
    DecodeAuthorizationMessage, GetCallerIdentity, Operation, Secret,
};

use super::services::outcome::{Fields, Outcome, compare};
use super::services::recorded::RecordedBody;
use super::{Failure, decode};

#[derive(Deserialize)]
struct Vector {
    operation: String,
    status: u16,
    headers: BTreeMap<String, String>,
    #[serde(flatten)]
    body: RecordedBody,
    expect: Map<String, Value>,
}

pub(super) fn check(vector: &str) -> Result<(), Failure> {
    let vector: Vector = decode(vector)?;
    let mut response = Response::builder().status(vector.status);
    for (name, value) in &vector.headers {
        response = response.header(name, value);
    }
    let response = response.body(vector.body.text()?).map_err(|error| error.to_string())?;
    let read = match vector.operation.as_str() {
        "assume_agency" => AssumeAgency::read(&response).map(|output| {
            session(output.source_identity, &output.assumed_agency, &output.credentials)
        }),
        "assume_agency_with_oidc" => AssumeAgencyWithOidc::read(&response).map(|output| {
            let mut fields =
                session(output.source_identity, &output.assumed_agency, &output.credentials);
            fields.insert("audience".to_owned(), output.audience);
            fields.insert("provider".to_owned(), output.provider);
            fields.insert("subject_from_id_token".to_owned(), output.subject_from_id_token);
            fields
        }),
        "assume_agency_with_saml" => AssumeAgencyWithSaml::read(&response).map(|output| {
            let mut fields =
                session(output.source_identity, &output.assumed_agency, &output.credentials);
            let optional = [
                ("audience".to_owned(), output.audience),
                ("issuer".to_owned(), output.issuer),
                ("name_qualifier".to_owned(), output.name_qualifier),
                ("subject".to_owned(), output.subject),
                ("subject_type".to_owned(), output.subject_type),
            ];
            fields.extend(optional.into_iter().filter_map(|(name, value)| Some((name, value?))));
            fields
        }),
        "decode_authorization_message" => DecodeAuthorizationMessage::read(&response)
            .map(|output| Fields::from([("decoded_message".to_owned(), output.decoded_message)])),
        "get_caller_identity" => GetCallerIdentity::read(&response).map(|output| {
            Fields::from([
                ("account_id".to_owned(), output.account_id),
                ("principal_urn".to_owned(), output.principal_urn),
                ("principal_id".to_owned(), output.principal_id),
            ])
        }),
        other => return Err(format!("there is no operation {other:?}")),
    };
    compare(&vector.expect, &Outcome::from(read))
}

fn session(
    source_identity: Option<String>,
    agency: &AssumedAgency,
    credentials: &Credentials,
) -> Fields {
    let mut fields = Fields::from([
        ("assumed_agency.urn".to_owned(), agency.urn.clone()),
        ("assumed_agency.id".to_owned(), agency.id.clone()),
        ("credentials.access_key_id".to_owned(), credentials.access_key_id.clone()),
        (
            "credentials.secret_access_key".to_owned(),
            credentials.secret_access_key.expose_secret().to_owned(),
        ),
    ]);
    let token = credentials.security_token.as_ref().map(Secret::expose_secret);
    fields.extend(token.map(|token| ("credentials.security_token".to_owned(), token.to_owned())));
    let expiration = credentials.expiration.map(|end| end.unix_timestamp_nanos().to_string());
    fields.extend(expiration.map(|end| ("credentials.expiration_unix_nanos".to_owned(), end)));
    fields.extend(source_identity.map(|identity| ("source_identity".to_owned(), identity)));
    fields
}
