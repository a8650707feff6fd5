//! The checker of vectors can fail: altered expectations are found.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test that goes wrong panics")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::{Value, json};

const RESPONSES: &str = "../crates/sts-proto/tests/vectors/responses.json";
const WIRE_REQUESTS: &str = "../crates/sts-proto/tests/vectors/wire-requests.json";
const SDK_HMAC: &str = "../crates/sts-sign/tests/vectors/signing-sdk-hmac-sha256.json";
const V11_HMAC: &str = "../crates/sts-sign/tests/vectors/signing-v11-hmac-sha256.json";
const IAM_REQUESTS: &str = "../crates/sts-providers/tests/vectors/iam-v3-requests.json";
const IAM_RESPONSES: &str = "../crates/sts-providers/tests/vectors/iam-v3-responses.json";
const CENTER_REQUESTS: &str = "../crates/sts-providers/tests/vectors/identity-center-requests.json";
const CENTER_RESPONSES: &str =
    "../crates/sts-providers/tests/vectors/identity-center-responses.json";
const LOCAL_IDENTITY: &str = "../crates/sts-providers/tests/vectors/local-identity.json";
const CI_IDENTITY: &str = "../crates/sts-providers/tests/vectors/ci-identity.json";
const VARIANTS: &str = "../crates/sts-providers/tests/vectors/variants.json";

fn check(files: &[PathBuf]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("vectors").args(files).output();
    output.expect("xtask runs")
}

fn last_line(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().last().unwrap_or_default().to_owned()
}

/// Checks the first vector of `file` that has a value at `pointer`, with the value replaced.
fn check_altered(file: &str, pointer: &str, value: Value) -> Output {
    let vectors: Value =
        serde_json::from_str(&fs::read_to_string(file).expect("a file")).expect("JSON");
    let mut vector = vectors["vectors"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|vector| vector.pointer(pointer).is_some())
        .expect("the value stands somewhere")
        .clone();
    let place = vector.pointer_mut(pointer).expect("it was found");
    assert_ne!(*place, value, "the alteration alters");
    *place = value;
    let name = format!("{}{}", file.replace(['/', '.'], "_"), pointer.replace('/', "_"));
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, json!({ "vectors": [vector] }).to_string()).expect("written");
    check(&[path])
}

fn assert_one_fails(output: &Output, naming: &str) {
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(last_line(output).ends_with(", 1 failed"), "{text}");
    assert!(text.contains(naming), "{text}");
}

#[test]
fn recorded_vectors_pass() {
    let files = [RESPONSES, WIRE_REQUESTS, SDK_HMAC, V11_HMAC, IAM_REQUESTS, IAM_RESPONSES];
    let output = check(&files.map(PathBuf::from));
    assert_eq!(last_line(&output), "168 passed, 0 failed");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn vectors_of_identity_center_pass() {
    let output = check(&[CENTER_REQUESTS, CENTER_RESPONSES].map(PathBuf::from));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "20 passed, 0 failed\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn vectors_of_local_and_ci_identities_pass() {
    let output = check(&[CI_IDENTITY, LOCAL_IDENTITY].map(PathBuf::from));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "17 passed, 0 failed\n");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn altered_expectations_fail() {
    let altered = [
        (CI_IDENTITY, "/expect/fields/value", json!("other"), "value"),
        (CI_IDENTITY, "/headers/authorization", json!("Bearer other"), "authorization"),
        (CI_IDENTITY, "/target", json!("/idtoken/1?audience=other"), "target"),
        (LOCAL_IDENTITY, "/request/headers/authorization", json!("other"), "authorization"),
        (RESPONSES, "/expect/ok", json!(false), "success"),
        (RESPONSES, "/expect/fields/credentials.security_token", json!("other"), "security_token"),
        (RESPONSES, "/expect/fields/credentials.expiration_unix_nanos", json!("4"), "expiration"),
        (RESPONSES, "/expect/status", json!(201), "status"),
        (RESPONSES, "/expect/error_code", json!("X.1"), "error_code"),
        (RESPONSES, "/expect/error_msg", json!("other"), "error_msg"),
        (RESPONSES, "/expect/request_id", json!("other"), "request_id"),
        (RESPONSES, "/expect/encoded_authorization_message", json!("e"), "encoded"),
        (WIRE_REQUESTS, "/method", json!("PUT"), "method"),
        (WIRE_REQUESTS, "/target", json!("/v5/agencies"), "target"),
        (WIRE_REQUESTS, "/content_type", json!("text/plain"), "content type"),
        (WIRE_REQUESTS, "/body_json/agency_session_name", json!("session-2"), "body"),
        (WIRE_REQUESTS, "/params/agency_urn", json!("iam::x:agency:y"), "body"),
        (SDK_HMAC, "/expect/canonical_request", json!("GET"), "canonical request"),
        (SDK_HMAC, "/expect/string_to_sign", json!("SDK"), "string to sign"),
        (SDK_HMAC, "/expect/authorization", json!("SDK"), "authorization"),
        (SDK_HMAC, "/expect/signed_headers/0", json!("hosts"), "signed headers"),
        (SDK_HMAC, "/expect/request_target", json!("/other"), "request target"),
        (SDK_HMAC, "/body_repeat", json!(["x", u64::MAX]), "body_repeat"),
        (RESPONSES, "/body_repeat/1", json!(u64::MAX), "body_shape"),
        (IAM_REQUESTS, "/requests/0/headers/x-idp-id", json!("i"), "federate: header x-idp-id"),
        (IAM_REQUESTS, "/requests/1/body_json/auth", json!({}), "federate: body"),
        (IAM_REQUESTS, "/params/x_idp_id", json!("i"), "token-unscoped: header x-idp-id"),
        (IAM_REQUESTS, "/body_json/auth/scope/project/id", json!("p"), "project-scope: body"),
        (IAM_REQUESTS, "/credentials/token", json!("t"), "in-header: header x-auth-token"),
        (IAM_REQUESTS, "/credentials/security_token", json!("t"), "header x-security-token"),
        (IAM_REQUESTS, "/headers/x-domain-id", json!("d"), "header x-domain-id"),
        (IAM_REQUESTS, "/headers/authorization", json!("V11 x"), "header authorization"),
        (IAM_REQUESTS, "/credentials/kind", json!("global"), "which was not recorded"),
        (IAM_RESPONSES, "/expect/fields/x_subject_token", json!("t"), "x_subject_token"),
        (IAM_RESPONSES, "/expect/fields/credential.secret", json!("s"), "credential.secret"),
        (IAM_RESPONSES, "/expect/error_msg", json!("other"), "error_msg"),
        (LOCAL_IDENTITY, "/method", json!("PUT"), "pod-request: method"),
        (LOCAL_IDENTITY, "/target", json!("/v1"), "pod-request: target"),
        (LOCAL_IDENTITY, "/headers/authorization", json!("t"), "pod-request: header"),
        (LOCAL_IDENTITY, "/expect/fields/credentials.accessKeyId", json!("A"), "pod-200: "),
        (LOCAL_IDENTITY, "/requests/1/headers/x-metadata-token", json!("t"), "metadata-v2: header"),
        (CENTER_REQUESTS, "/params/body/start_url", json!("https://b"), "device-authorize: body"),
        (CENTER_REQUESTS, "/params/agency_urn", json!("iam::x"), "credentials: target"),
        (CENTER_REQUESTS, "/headers/access-token", json!("t"), "accounts: header"),
        (CENTER_RESPONSES, "/expect/poll", json!("denied"), "poll-pending-oauth: poll"),
        (VARIANTS, "/expect/poll", json!("backoff"), "poll-pending-code: poll"),
        (VARIANTS, "/expect/fields/account_list", json!(["a"]), "accounts-empty: account_list"),
        (VARIANTS, "/headers/x-project-id", json!("p"), "by-agency-project: header x-project-id"),
        (VARIANTS, "/requests/0/method", json!("GET"), "federate-token-with-crlf: method"),
        (VARIANTS, "/token_file_text", json!("other"), "container-token-file-precedes: header"),
        (CENTER_RESPONSES, "/expect/fields/client_info.client_id", json!("x"), "register-200: "),
        (V11_HMAC, "/region_id", json!("cn-north-1"), "string to sign"),
        (V11_HMAC, "/secret_access_key", json!("other"), "authorization"),
    ];
    for (file, pointer, value, naming) in altered {
        assert_one_fails(&check_altered(file, pointer, value), naming);
    }
}

#[test]
fn what_is_no_vector_fails() {
    let unknown = check_altered(RESPONSES, "/expect", json!({"ok": true, "colour": "red"}));
    assert_one_fails(&unknown, "colour");
    let mut expect = json!({"colour": "red"});
    for field in ["request_target", "canonical_request", "string_to_sign", "authorization"] {
        expect[field] = json!("");
    }
    expect["signed_headers"] = json!([]);
    assert_one_fails(&check_altered(SDK_HMAC, "/expect", expect), "colour");

    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("no_vectors");
    for text in ["", "[]", "{\"vectors\":[]}", "{\"vectors\":[{\"name\":\"a\"}]}"] {
        fs::write(&path, text).expect("written");
        assert_one_fails(&check(std::slice::from_ref(&path)), "no_vectors");
    }
    assert_one_fails(&check(&[PathBuf::from("there/is/none.json")]), "none.json");
}

#[test]
fn variants_pass() {
    let output = check(&[PathBuf::from(VARIANTS)]);
    assert!(last_line(&output).ends_with(" passed, 0 failed"), "{output:?}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn an_unknown_form_of_a_service_fails_by_its_name() {
    let request = json!({"method": "GET", "target": "/x", "headers": {}, "body_json": null});
    let response = json!({"status": 200, "headers": {}, "body_text": "{}"});
    let vectors = [
        ("no-operation", "", request.clone()),
        ("unknown-request", "list_gadgets", request.clone()),
        ("unknown-response", "list_gadgets", response.clone()),
        ("no-params", "register_client", request),
        ("no-expect", "create_token_with_id_token", response.clone()),
        ("no-requests", "ecs_metadata", response.clone()),
        ("no-environment", "aws_container", response.clone()),
        ("no-body", "pod_identity", json!({"status": 200, "expect": {"ok": true}})),
        ("no-boolean", "pod_identity", response.clone()),
        ("no-keys", "list_accounts", response.clone()),
        ("no-poll", "create_token", response.clone()),
        ("no-field", "logout", response),
    ];
    for (name, operation, mut vector) in vectors {
        vector["name"] = json!(name);
        vector["operation"] = json!(operation);
        match name {
            "no-boolean" => vector["expect"] = json!({"ok": "false"}),
            "no-keys" => vector["expect"] = json!({}),
            "no-poll" => vector["expect"] = json!({"poll": "gadget"}),
            "no-field" => vector["expect"] = json!({"ok": true, "fields": {"gadget": "1"}}),
            _ => {}
        }
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.json"));
        fs::write(&path, json!({ "vectors": [vector] }).to_string()).expect("written");
        assert_one_fails(&check(&[path]), &format!(": {name}: "));
    }
}

#[test]
fn without_files_the_usage_is_told() {
    let output = check(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("FILE"));
}
