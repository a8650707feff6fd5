//! Other methods and spellings of the emulator's own paths are not requests to other services.

use http::{Method, Request};
use serde_json::Value;
use sts_emulator::{Clock as _, builtin};
use sts_proto::Body;

use crate::caller::{Sts, json_of, signer, sts, sts_with};

/// Each operation with its method.
const OPERATIONS: [(&str, &str); 19] = [
    ("POST", "/v5/agencies/assume"),
    ("POST", "/v5/agencies/assume-with-oidc"),
    ("POST", "/v5/agencies/assume-with-saml"),
    ("POST", "/v5/decode-authorization-message"),
    ("GET", "/v5/caller-identity"),
    ("POST", "/v3.0/OS-AUTH/id-token/tokens"),
    ("POST", "/v3/OS-FEDERATION/identity_providers/emulator/protocols/oidc/auth"),
    ("POST", "/v3.0/OS-CREDENTIAL/securitytokens"),
    ("GET", "/v3/projects"),
    ("GET", "/v3/auth/domains"),
    ("POST", "/v1/clients"),
    ("POST", "/v1/device/authorize"),
    ("POST", "/v1/tokens"),
    ("GET", "/v1/assigned-accounts"),
    ("GET", "/v1/assigned-agencies"),
    ("GET", "/v1/credentials"),
    ("POST", "/v1/logout"),
    ("GET", "/device"),
    ("POST", "/device"),
];

const CONTROL: [&str; 5] = [
    "/_emulator",
    "/_emulator/",
    "/_emulator/v1/reset",
    "/_emulator/v1/faults/1",
    "/_emulator/v1/health",
];

async fn any_service() -> Sts {
    sts_with(sts_emulator::Builder::any_service).await
}

fn signed(sts: &Sts, method: &str, path: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(format!("{}{path}", sts.emulator.url()));
    let mut request = request.body(Body::from(b"{}".to_vec())).unwrap();
    signer(&builtin::credentials()).sign(&mut request, sts.clock.now()).unwrap();
    request
}

/// Other spellings that a server or a proxy may read as the same path.
fn spellings(path: &str) -> Vec<String> {
    let (first, rest) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
    let last = path.rfind('/').unwrap();
    let letter = path.find(|c: char| c.is_ascii_alphabetic()).unwrap();
    let encoded = format!("%{:02x}", path.as_bytes()[letter]);
    let mut spellings = vec![
        format!("{path}/"),
        format!("{path}//"),
        format!("/{path}"),
        format!("/.{path}"),
        format!("/x/..{path}"),
        format!("/x/%2e%2E{path}"),
        format!("/..{path}"),
        format!("{path}/."),
        format!("{path}/x/.."),
        format!("{path};v=1"),
        format!("{path}%20"),
        format!("{path}%2F"),
        format!("{path}%252f"),
        path.replace('/', "//"),
        format!("/{}", path[1..].replace('/', "%2F")),
        format!("/{}", path[1..].replace('/', "%5c")),
        path.to_uppercase(),
        format!("{}{encoded}{}", &path[..letter], &path[letter + 1..]),
        format!("{}/%2e{}", &path[..last], &path[last..]),
    ];
    if !rest.is_empty() {
        spellings.push(format!("/{first};a=b/{rest}"));
    }
    spellings.retain(|spelling| spelling != path);
    spellings
}

#[tokio::test]
async fn another_method_of_an_operation_is_not_found() {
    for sts in [sts().await, any_service().await] {
        for (_, path) in OPERATIONS {
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE"] {
                if OPERATIONS.contains(&(method, path)) {
                    continue;
                }
                let response = sts.send(signed(&sts, method, path)).await;
                let error = json_of(&response, 404);
                assert_eq!(error["error_code"], "APIGW.0101", "{method} {path}");
                let message = error["error_msg"].as_str().unwrap();
                assert!(message.contains("method is not defined"), "{method} {path}: {message}");
            }
            // The response to HEAD has no body.
            let response = sts.send(signed(&sts, "HEAD", path)).await;
            assert_eq!(response.status(), 404, "{path}");
        }
    }
}

#[tokio::test]
async fn another_spelling_of_an_operation_is_not_found() {
    let sts = any_service().await;
    for path in OPERATIONS.map(|(_, path)| path).iter().chain(&CONTROL) {
        for spelling in spellings(path) {
            for method in ["GET", "POST"] {
                let response = sts.send(signed(&sts, method, &spelling)).await;
                let error = json_of(&response, 404);
                assert_eq!(error["error_code"], "APIGW.0101", "{method} {spelling}");
            }
        }
    }
}

#[tokio::test]
async fn the_control_endpoint_is_not_at_the_port_of_the_services() {
    let sts = sts_with(|builder| builder.any_service().control("127.0.0.1:0")).await;
    for path in CONTROL {
        for method in ["GET", "POST", "DELETE"] {
            json_of(&sts.send(signed(&sts, method, path)).await, 404);
            json_of(&sts.send_json(method, path, &[], &Value::Null).await, 404);
        }
    }
}

#[tokio::test]
async fn other_paths_are_those_of_other_services() {
    let sts = any_service().await;
    for path in [
        "/",
        "/v5",
        "/v5/caller-identity/details",
        "/v5/caller-identities",
        "/obs/v5/caller-identity",
        "/v3/projects/0a1b",
        "/v3/OS-FEDERATION/identity_providers//protocols/oidc/auth",
        "/v1/0a1b/_emulator",
        "/v1/0a1b%2Fservers//x/../y/",
    ] {
        let response = sts.send(signed(&sts, "GET", path)).await;
        assert_eq!(json_of(&response, 200)["target"], path);
    }
}

#[test]
fn the_emulator_without_sockets_has_the_same_paths() {
    let emulator = sts_emulator::Emulator::builder().any_service().in_process().unwrap();
    let now = time::OffsetDateTime::now_utc();
    for (method, path, status) in [
        (Method::DELETE, "/v5/caller-identity", 404),
        (Method::GET, "/v5//caller-identity", 404),
        (Method::GET, "/v5/caller-identity", 200),
        (Method::GET, "/v5/other", 200),
    ] {
        let request = Request::builder().method(method).uri(format!("http://sts.example{path}"));
        let mut request = request.body(Body::empty()).unwrap();
        signer(&builtin::credentials()).sign(&mut request, now).unwrap();
        assert_eq!(emulator.respond(request).status(), status, "{path}");
    }
}
