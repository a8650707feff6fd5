//! Local identity services: the pod identity agent of CCE, the metadata service of an ECS, and servers
//! in the protocol of AWS containers.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use sts_client::test_util::TestEnvironment;
use sts_providers::{ContainerCredentials, EcsMetadata, PodIdentity};

use super::outcome::{Outcome, compare};
use super::provider::{outcome, run};
use super::recorded::{RecordedRequest, RecordedResponse};
use super::{Failure, decode, equal};

const BASE: &str = "http://127.0.0.1:1";
const TOKEN_FILE: &str = "/token";
const TOKEN_FILE_VARIABLE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
const POD_FIELDS: [&str; 4] = [
    "credentials.accessKeyId",
    "credentials.secretAccessKey",
    "credentials.securityToken",
    "credentials.expiration",
];
const METADATA_FIELDS: [&str; 4] =
    ["credential.access", "credential.secret", "credential.securitytoken", "credential.expires_at"];

/// Checks a vector of these services; `None` if it is of another one.
pub(crate) fn check(operation: &str, vector: &str) -> Option<Result<(), Failure>> {
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
    let expect = vector.expect.unwrap_or_else(|| expected_of(last, Some("credential"), METADATA));
    compare(&expect, &outcome(refresh, METADATA_FIELDS)?)
}

/// The names of the fields in the responses.
const METADATA: [&str; 4] = ["access", "secret", "securitytoken", "expires_at"];
const CONTAINER: [&str; 4] = ["AccessKeyId", "SecretAccessKey", "Token", "Expiration"];

#[derive(Deserialize)]
struct Container {
    environment: BTreeMap<String, String>,
    /// The content of the token file, if the environment names one.
    token_file_text: Option<String>,
    /// Missing if the client must not send one.
    request: Option<RecordedRequest>,
    expect: Option<Map<String, Value>>,
}

fn container(vector: &str) -> Result<(), Failure> {
    let text = vector;
    let vector: Container = decode(text)?;
    let environment = TestEnvironment::new();
    for (name, value) in &vector.environment {
        let value = value.replace("PORT", "1");
        if let (TOKEN_FILE_VARIABLE, Some(content)) = (name.as_str(), &vector.token_file_text) {
            environment.write(&value, content.as_str());
        }
        environment.set(name, value);
    }
    let Some(recorded) = vector.request else {
        let failure = Map::from_iter([("ok".to_owned(), Value::Bool(false))]);
        let sent = ContainerCredentials::from_environment(&environment)
            .map_err(|error| error.to_string())
            .and_then(|server| run(&server, &environment, &[]));
        let outcome = match sent {
            Ok(_) => return Err("sends a request, which was not recorded".to_owned()),
            Err(message) => Outcome::Other { message, status: None },
        };
        return compare(&vector.expect.unwrap_or(failure), &outcome);
    };
    let response: RecordedResponse = decode(text)?;
    let server =
        ContainerCredentials::from_environment(&environment).map_err(|error| error.to_string())?;
    let expect = vector.expect.unwrap_or_else(|| expected_of(&response, None, CONTAINER));
    let refresh = run(&server, &environment, &[response])?;
    recorded.compare(refresh.requests.first().ok_or("sends no request")?)?;
    compare(&expect, &outcome(refresh, CONTAINER)?)
}

/// The expected result of a vector that states none: the credentials in the body of a response 200
/// with all `names`, or else a failure.
fn expected_of(
    response: &RecordedResponse,
    object: Option<&str>,
    names: [&str; 4],
) -> Map<String, Value> {
    let body = response.json_object().filter(|_| response.status == 200);
    let content = match (&body, object) {
        (Some(body), Some(object)) => body.get(object),
        (body, None) => body.as_ref(),
        (None, Some(_)) => None,
    };
    let value = |name: &str| {
        content.and_then(|content| content.get(name)?.as_str()).filter(|text| !text.is_empty())
    };
    let is_success = names.iter().all(|name| value(name).is_some());
    let mut expect = Map::from_iter([("ok".to_owned(), Value::Bool(is_success))]);
    if is_success {
        // The expiration is compared as a point in time only, which such a vector does not state.
        let fields = names.iter().take(3).filter_map(|name| {
            let path =
                object.map_or_else(|| (*name).to_owned(), |object| format!("{object}.{name}"));
            Some((path, Value::from(value(name)?)))
        });
        expect.insert("fields".to_owned(), Value::Object(fields.collect()));
    }
    expect
}
