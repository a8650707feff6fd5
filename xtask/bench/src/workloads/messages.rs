//! Messages, against bare `serde_json` and against a peer.

use std::hint::black_box;
use std::time::Duration;

use http::Response;
use oauth2::basic::BasicClient;
use oauth2::{ClientId, ClientSecret, Scope, TokenResponse, TokenUrl};
use sts_proto::{AssumeAgency, Body, Endpoint, Operation, Region};

use super::by_hand;
use crate::comparison::{Comparison, Rival};
use crate::responses;
use crate::row::Goal;
use crate::work::{Work, repeated};

pub const URN: &str = "iam::0123456789abcdef0123456789abcdef:agency:reader";

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
            ours: Box::new(read),
            rivals: vec![Rival {
                name: "serde_json into a bare struct",
                work: Box::new(read_bare),
                goal: Some(Goal::RatioAtMost(1.08)),
            }],
            // Six of the floor, and the copy that wiping needs.
            most_allocations: Some(7.0),
        },
        Comparison {
            name: "build the request of AssumeAgency",
            ours: Box::new(build),
            rivals: vec![Rival {
                name: "serde_json of its body",
                work: Box::new(build_bare),
                goal: Some(Goal::RatioAtMost(1.5)),
            }],
            most_allocations: None,
        },
        Comparison {
            name: "validate the request of AssumeAgency",
            ours: Box::new(validate),
            rivals: vec![Rival {
                name: "serde_json of its body",
                work: Box::new(build_bare),
                goal: Some(Goal::AtMost(90.0)),
            }],
            most_allocations: Some(0.0),
        },
        Comparison {
            name: "build a request, read its response, no signature",
            ours: Box::new(build_and_read),
            rivals: vec![Rival {
                name: "oauth2, client credentials",
                work: Box::new(oauth2),
                goal: None,
            }],
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

/// The floor: the fields of the response and nothing else.
fn read_bare() -> Work {
    let bytes = responses::assume_agency();
    repeated(move || {
        black_box(by_hand::read(black_box(&bytes)));
    })
}

/// Validates a request against the limits, in relation to building it.
fn validate() -> Work {
    let operation = operation();
    repeated(move || {
        black_box(&operation).validate().expect("a valid request");
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
    let request = by_hand::body();
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
