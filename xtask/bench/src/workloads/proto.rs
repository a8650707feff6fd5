//! Messages, against bare `serde_json`.

use std::hint::black_box;

use http::Response;
use serde::{Deserialize, Serialize};
use sts_proto::{AssumeAgency, Body, Endpoint, Operation, Region};
use time::OffsetDateTime;

use crate::measure::Comparison;

/// A token of 1000 characters makes an answer of about 1356 bytes.
pub fn answer() -> Vec<u8> {
    let token = "ggpjbi1l".repeat(125);
    format!(
        concat!(
            r#"{{"source_identity":"ci@corp","assumed_agency":{{"urn":"#,
            r#""sts::0123456789abcdef0123456789abcdef:assumed-agency:reader/build-42","#,
            r#""id":"fedcba9876543210fedcba9876543210:build-42"}},"credentials":{{"#,
            r#""access_key_id":"HSTEXAMPLE0000000001","#,
            r#""secret_access_key":"0123456789012345678901234567890123456789","#,
            r#""security_token":"{}","expiration":"2036-03-05T07:38:09.512Z"}}}}"#,
        ),
        token
    )
    .into_bytes()
}

/// The floor: what anybody would write who wants the fields and nothing else.
#[derive(Deserialize)]
#[allow(dead_code)]
struct Bare {
    source_identity: Option<String>,
    assumed_agency: BareAgency,
    credentials: BareCredentials,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct BareAgency {
    urn: String,
    id: String,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct BareCredentials {
    access_key_id: String,
    secret_access_key: String,
    security_token: String,
    #[serde(with = "time::serde::rfc3339")]
    expiration: OffsetDateTime,
}

#[derive(Serialize)]
struct BareRequest<'a> {
    duration_seconds: u32,
    agency_urn: &'a str,
    agency_session_name: &'a str,
    source_identity: &'a str,
    tags: Vec<BareTag<'a>>,
}

#[derive(Serialize)]
struct BareTag<'a> {
    key: &'a str,
    value: &'a str,
}

const URN: &str = "iam::0123456789abcdef0123456789abcdef:agency:reader";

/// About 300 bytes of JSON.
pub fn operation() -> AssumeAgency {
    AssumeAgency::new(URN, "build-42")
        .duration_seconds(1800)
        .source_identity("ci@corp")
        .tag("team", "infrastructure-and-reliability")
        .tag("cost-center", "0123456789-0123456789")
        .tag("note", "")
}

pub fn all() -> Vec<Comparison> {
    let bytes = answer();
    let response = Response::new(Body::from(bytes.clone()));
    let operation = operation();
    let endpoint = Endpoint::from(Region::CN_NORTH_4);
    let bare_request = || BareRequest {
        duration_seconds: 1800,
        agency_urn: URN,
        agency_session_name: "build-42",
        source_identity: "ci@corp",
        tags: vec![
            BareTag { key: "team", value: "infrastructure-and-reliability" },
            BareTag { key: "cost-center", value: "0123456789-0123456789" },
            BareTag { key: "note", value: "" },
        ],
    };
    let bare = bare_request();
    vec![
        Comparison {
            name: "read the answer of AssumeAgency",
            against: "serde_json into a bare struct",
            ours: Box::new(move || {
                let _ = black_box(AssumeAgency::read(black_box(&response)));
            }),
            theirs: Box::new(move || {
                let _ = black_box(serde_json::from_slice::<Bare>(black_box(&bytes)));
            }),
            goal: Some(1.15),
            // Six of the floor, and the copy that wiping needs.
            allocations_goal: Some(7),
        },
        Comparison {
            name: "build the request of AssumeAgency",
            against: "serde_json of its body",
            ours: Box::new(move || {
                let _ = black_box(black_box(&operation).to_request_unvalidated(&endpoint));
            }),
            theirs: Box::new(move || {
                let _ = black_box(serde_json::to_vec(black_box(&bare)));
            }),
            goal: Some(1.5),
            allocations_goal: None,
        },
    ]
}
