//! Messages, against bare `serde_json` and against a peer.

use std::hint::black_box;
use std::time::Duration;

use http::Response;
use oauth2::basic::BasicClient;
use oauth2::{ClientId, ClientSecret, Scope, TokenResponse, TokenUrl};
use serde::{Deserialize, Serialize};
use sts_proto::{AssumeAgency, Body, Endpoint, Operation, Region};
use time::OffsetDateTime;

use crate::comparison::{Comparison, Rival};
use crate::responses;
use crate::row::Goal;
use crate::work::{Work, repeated};

const URN: &str = "iam::0123456789abcdef0123456789abcdef:agency:reader";

/// About 300 bytes of JSON.
pub fn operation() -> AssumeAgency {
    AssumeAgency::new(URN, "build-42")
        .duration(Duration::from_secs(1800))
        .source_identity("ci@corp")
        .tag("team", "infrastructure-and-reliability")
        .tag("cost-center", "0123456789-0123456789")
        .tag("note", "")
}

pub fn all() -> Vec<Comparison> {
    vec![
        Comparison {
            name: "read the response of AssumeAgency",
            ours: read(),
            rivals: vec![Rival {
                name: "serde_json into a bare struct",
                work: read_bare(),
                goal: Some(Goal::RatioAtMost(1.15)),
            }],
            // Six of the floor, and the copy that wiping needs.
            most_allocations: Some(7.0),
        },
        Comparison {
            name: "build the request of AssumeAgency",
            ours: build(),
            rivals: vec![Rival {
                name: "serde_json of its body",
                work: build_bare(),
                goal: Some(Goal::RatioAtMost(1.5)),
            }],
            most_allocations: None,
        },
        Comparison {
            name: "build a request, read its response, no signature",
            ours: build_and_read(),
            rivals: vec![Rival { name: "oauth2, client credentials", work: oauth2(), goal: None }],
            most_allocations: None,
        },
    ]
}

fn read() -> Work {
    let response = Response::new(Body::from(responses::assume_agency()));
    repeated(move || {
        black_box(AssumeAgency::read(black_box(&response)).expect("an output"));
    })
}

/// The floor: what anybody would write who wants the fields and nothing else.
fn read_bare() -> Work {
    #[derive(Deserialize)]
    #[allow(dead_code)]
    struct Answer {
        source_identity: Option<String>,
        assumed_agency: Agency,
        credentials: Credentials,
    }

    #[derive(Deserialize)]
    #[allow(dead_code)]
    struct Agency {
        urn: String,
        id: String,
    }

    #[derive(Deserialize)]
    #[allow(dead_code)]
    struct Credentials {
        access_key_id: String,
        secret_access_key: String,
        security_token: String,
        #[serde(with = "time::serde::rfc3339")]
        expiration: OffsetDateTime,
    }

    let bytes = responses::assume_agency();
    repeated(move || {
        black_box(serde_json::from_slice::<Answer>(black_box(&bytes)).expect("a response"));
    })
}

fn build() -> Work {
    let (operation, endpoint) = (operation(), Endpoint::from(Region::CN_NORTH_4));
    repeated(move || {
        let request = black_box(&operation).to_request_unvalidated(&endpoint);
        black_box(request.expect("a request"));
    })
}

fn build_bare() -> Work {
    #[derive(Serialize)]
    struct Request {
        duration_seconds: u32,
        agency_urn: &'static str,
        agency_session_name: &'static str,
        source_identity: &'static str,
        tags: Vec<Tag>,
    }

    #[derive(Serialize)]
    struct Tag {
        key: &'static str,
        value: &'static str,
    }

    let request = Request {
        duration_seconds: 1800,
        agency_urn: URN,
        agency_session_name: "build-42",
        source_identity: "ci@corp",
        tags: vec![
            Tag { key: "team", value: "infrastructure-and-reliability" },
            Tag { key: "cost-center", value: "0123456789-0123456789" },
            Tag { key: "note", value: "" },
        ],
    };
    let ours = operation().to_request(&Endpoint::from(Region::CN_NORTH_4)).expect("a request");
    assert_eq!(serde_json::to_vec(&request).expect("JSON"), ours.body().as_ref());
    repeated(move || {
        black_box(serde_json::to_vec(black_box(&request)).expect("JSON"));
    })
}

fn build_and_read() -> Work {
    let (operation, endpoint) = (operation(), Endpoint::from(Region::CN_NORTH_4));
    let bytes = responses::assume_agency();
    repeated(move || {
        black_box(black_box(&operation).to_request(&endpoint).expect("a request"));
        let response = Response::new(bytes.clone());
        black_box(AssumeAgency::read(black_box(&response)).expect("an output"));
    })
}

/// The client of another token service.
fn oauth2() -> Work {
    let bytes = responses::access_token();
    let client = BasicClient::new(ClientId::new("build-42".to_owned()))
        .set_client_secret(ClientSecret::new("aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL".to_owned()))
        .set_token_uri(TokenUrl::new("https://token.example/token".to_owned()).expect("a URL"));
    repeated(move || {
        let token = client
            .exchange_client_credentials()
            .add_scope(Scope::new("infrastructure-and-reliability".to_owned()))
            .request(&|request| {
                black_box(request);
                Ok::<_, std::io::Error>(Response::new(bytes.clone()))
            })
            .expect("a token");
        assert_eq!(token.access_token().secret().len(), 1000);
    })
}
