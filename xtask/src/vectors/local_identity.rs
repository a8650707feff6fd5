//! Local identity services: the pod identity agent of CCE, the metadata service of an ECS, and servers
//! in the protocol of AWS containers.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use sts_client::test_util::TestEnvironment;
use sts_providers::{ContainerCredentials, EcsMetadata, PodIdentity};

use super::outcome::compare;
use super::provider::{outcome, run};
use super::recorded::{RecordedRequest, RecordedResponse};
use super::{Failure, decode, equal};

const BASE: &str = "http://127.0.0.1:1";
const TOKEN_FILE: &str = "/token";
const POD_FIELDS: [&str; 4] = [
    "credentials.accessKeyId",
    "credentials.secretAccessKey",
    "credentials.securityToken",
    "credentials.expiration",
];
const METADATA_FIELDS: [&str; 4] =
    ["credential.access", "credential.secret", "credential.securitytoken", "credential.expires_at"];

/// Checks a vector of these services; `None` if it is of another one.
pub(super) fn check(operation: &str, vector: &str) -> Option<Result<(), Failure>> {
    match operation {
        "pod_identity" => Some(pod(vector)),
        "ecs_metadata" => Some(metadata(vector)),
        "aws_container" => Some(container(vector)),
        _ => None,
    }
}

#[derive(Deserialize)]
struct Pod {
    params: Option<PodParams>,
    expect: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct PodParams {
    path_of_uri: String,
    token_file_text: String,
}

fn pod(vector: &str) -> Result<(), Failure> {
    let Pod { params, expect } = decode(vector)?;
    let environment = TestEnvironment::new();
    let (path, token) = match &params {
        Some(params) => (params.path_of_uri.as_str(), params.token_file_text.as_str()),
        None => ("/v1/credentials", "token"),
    };
    environment.write(TOKEN_FILE, token);
    let pod = PodIdentity::new(&format!("{BASE}{path}"), TOKEN_FILE).map_err(|e| e.to_string())?;
    if let Some(expect) = expect {
        let response: RecordedResponse = decode(vector)?;
        let refresh = run(&pod, &environment, &[response])?;
        return compare(&expect, &outcome(refresh, POD_FIELDS)?);
    }
    let recorded: RecordedRequest = decode(vector)?;
    let refresh = run(&pod, &environment, &[])?;
    recorded.compare(refresh.requests.first().ok_or("sends no request")?)
}

#[derive(Deserialize)]
struct Metadata {
    answers: Vec<RecordedResponse>,
    requests: Vec<RecordedRequest>,
    expect: Option<Map<String, Value>>,
}

fn metadata(vector: &str) -> Result<(), Failure> {
    let vector: Metadata = decode(vector)?;
    let metadata = EcsMetadata::at(BASE).map_err(|error| error.to_string())?;
    let refresh = run(&metadata, &TestEnvironment::new(), &vector.answers)?;
    let (ours, recorded) = (&refresh.requests, &vector.requests);
    equal("number of requests", &ours.len().to_string(), &recorded.len().to_string())?;
    for (ours, recorded) in ours.iter().zip(recorded) {
        recorded.compare(ours)?;
    }
    let last = vector.answers.last().ok_or("answers is empty")?;
    let is_success = (200..300).contains(&last.status);
    let expect =
        vector.expect.unwrap_or_else(|| Map::from_iter([("ok".to_owned(), is_success.into())]));
    compare(&expect, &outcome(refresh, METADATA_FIELDS)?)
}

/// The names of the fields in such a response.
const CONTAINER_FIELDS: [&str; 4] = ["AccessKeyId", "SecretAccessKey", "Token", "Expiration"];

#[derive(Deserialize)]
struct Container {
    environment: BTreeMap<String, String>,
    request: RecordedRequest,
    status: u16,
    body_text: String,
    expect: Option<Map<String, Value>>,
}

fn container(vector: &str) -> Result<(), Failure> {
    let response: RecordedResponse = decode(vector)?;
    let vector: Container = decode(vector)?;
    let environment = TestEnvironment::new();
    for (name, value) in &vector.environment {
        environment.set(name, value.replace("PORT", "1"));
    }
    let server =
        ContainerCredentials::from_environment(&environment).map_err(|error| error.to_string())?;
    let refresh = run(&server, &environment, &[response])?;
    vector.request.compare(refresh.requests.first().ok_or("sends no request")?)?;
    let expect = match vector.expect {
        Some(expect) => expect,
        None => expected_of(vector.status, &vector.body_text),
    };
    compare(&expect, &outcome(refresh, CONTAINER_FIELDS)?)
}

/// The expected result of a vector that states none: the fields of the body, if it is a success.
fn expected_of(status: u16, body: &str) -> Map<String, Value> {
    let mut expect = Map::from_iter([("ok".to_owned(), Value::Bool(status == 200))]);
    if status == 200
        && let Ok(Value::Object(mut fields)) = serde_json::from_str(body)
    {
        fields.retain(|name, _| CONTAINER_FIELDS[..3].contains(&name.as_str()));
        expect.insert("fields".to_owned(), Value::Object(fields));
    }
    expect
}
