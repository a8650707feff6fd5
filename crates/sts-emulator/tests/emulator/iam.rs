//! Classic IAM: federation, credentials by token and by agency, look-ups.

use http::Response;
use serde_json::{Value, json};
use sts_emulator::{Config, Fault, Injection, builtin};
use sts_proto::{AssumeAgency, Body, Credentials, GetCallerIdentity};

use crate::caller::{Sts, json_of, sts, sts_with};

const ID_TOKEN_TOKENS: &str = "/v3.0/OS-AUTH/id-token/tokens";
const SECURITY_TOKENS: &str = "/v3.0/OS-CREDENTIAL/securitytokens";
const FEDERATION_AUTH: &str = "/v3/OS-FEDERATION/identity_providers/emulator/protocols/oidc/auth";

fn id_token(sts: &Sts) -> String {
    let token = sts.emulator.oidc_issuer().id_token("run-7", builtin::OIDC_CLIENT_ID);
    token.expose_secret().to_owned()
}

/// Requests an IAM token for this ID token.
async fn iam_token_for(sts: &Sts, provider: &str, id_token: &str, scope: Value) -> Response<Body> {
    let mut body = json!({"auth": {"id_token": {"id": id_token}}});
    if !scope.is_null() {
        body["auth"]["scope"] = scope;
    }
    sts.send_json("POST", ID_TOKEN_TOKENS, &[("x-idp-id", provider)], &body).await
}

fn subject_token(response: &Response<Body>) -> String {
    response.headers()["x-subject-token"].to_str().unwrap().to_owned()
}

async fn unscoped_token(sts: &Sts) -> String {
    let response = iam_token_for(sts, "emulator", &id_token(sts), Value::Null).await;
    json_of(&response, 201);
    subject_token(&response)
}

fn by_token(token: &str) -> Value {
    json!({"auth": {"identity": {"methods": ["token"],
        "token": {"id": token, "duration_seconds": 21_600}}}})
}

fn by_agency(agency: &str) -> Value {
    json!({"auth": {"identity": {"methods": ["assume_role"],
        "assume_role": {"agency_name": agency, "domain_name": builtin::ACCOUNT_NAME}}}})
}

/// Reads the credentials of a 201.
fn credentials(response: &Response<Body>) -> (Credentials, String) {
    let body = json_of(response, 201);
    let text = |name: &str| body["credential"][name].as_str().unwrap().to_owned();
    let mut credentials = Credentials::permanent(text("access"), text("secret"));
    credentials.security_token = Some(text("securitytoken").into());
    (credentials, text("expires_at"))
}

async fn caller(sts: &Sts, credentials: &Credentials) -> String {
    sts.call_with(credentials, GetCallerIdentity::new()).await.unwrap().principal_urn
}

/// Expects an error in the format of keystone.
#[track_caller]
fn assert_keystone(response: &Response<Body>, status: u16, message: &str) {
    let error = &json_of(response, status)["error"];
    assert_eq!(error["code"], status, "{error}");
    assert!(error["message"].as_str().unwrap().contains(message), "{error}");
    assert_eq!(error["title"].as_str(), response.status().canonical_reason());
}

#[tokio::test]
async fn an_id_token_is_exchanged_for_credentials_in_two_requests() {
    let sts = sts().await;
    let response = iam_token_for(&sts, "emulator", &id_token(&sts), Value::Null).await;
    let token = &json_of(&response, 201)["token"];
    assert_eq!(token["issued_at"], "2026-03-05T07:08:09.512000Z");
    assert_eq!(token["expires_at"], "2026-03-06T07:08:09.512000Z");
    assert_eq!(token["methods"], json!(["mapped"]));
    assert_eq!(token["user"]["name"], "run-7");
    assert_eq!(token["user"]["OS-FEDERATION"]["identity_provider"]["id"], "emulator");
    assert_eq!(
        token["user"]["domain"],
        json!({"id": builtin::ACCOUNT_ID, "name": builtin::ACCOUNT_NAME})
    );

    let body = by_token(&subject_token(&response));
    let response = sts.send_json("POST", SECURITY_TOKENS, &[], &body).await;
    let (keys, expires_at) = credentials(&response);
    assert_eq!(expires_at, "2026-03-05T13:08:09.512000Z");
    let urn = format!("sts::{}:external-user:emulator/run-7", builtin::ACCOUNT_ID);
    assert_eq!(caller(&sts, &keys).await, urn);
    // Agencies trust the account, and the provider.
    sts.call_with(&keys, AssumeAgency::new(builtin::AGENCY_URN, "s1")).await.unwrap();
    let forbidden = AssumeAgency::new(builtin::FORBIDDEN_AGENCY_URN, "s1");
    sts.call_with(&keys, forbidden).await.unwrap_err();

    sts.wait(21_600);
    sts.call_with(&keys, GetCallerIdentity::new()).await.unwrap_err();
}

#[tokio::test]
async fn the_id_token_may_be_in_the_authorization_header() {
    let sts = sts().await;
    let bearer = format!("Bearer {}", id_token(&sts));
    let headers = [("authorization", bearer.as_str())];
    let response = sts.send_json("POST", FEDERATION_AUTH, &headers, &json!({})).await;
    assert_eq!(json_of(&response, 201)["token"]["user"]["name"], "run-7");
    // The token may be in a header too, beside a body with the duration only.
    let token = subject_token(&response);
    let body = json!({"auth": {"identity": {"methods": ["token"],
        "token": {"duration_seconds": 900}}}});
    let response = sts.send_json("POST", SECURITY_TOKENS, &[("x-auth-token", &token)], &body).await;
    let (keys, expires_at) = credentials(&response);
    assert_eq!(expires_at, "2026-03-05T07:23:09.512000Z");
    assert!(caller(&sts, &keys).await.ends_with(":external-user:emulator/run-7"));

    let response = sts.send_json("POST", FEDERATION_AUTH, &[], &Value::Null).await;
    assert_keystone(&response, 401, "bearer token");
    let headers = [("authorization", "Bearer a.b.c")];
    let response = sts.send_json("POST", FEDERATION_AUTH, &headers, &Value::Null).await;
    assert_keystone(&response, 401, "Invalid ID token");
    let unknown = FEDERATION_AUTH.replace("emulator", "nowhere");
    let response = sts.send_json("POST", &unknown, &headers, &Value::Null).await;
    assert_keystone(&response, 404, "Could not find Identity Provider: nowhere.");
}

#[tokio::test]
async fn a_rejected_federation_has_the_codes_of_iam() {
    let sts = sts().await;
    let good = id_token(&sts);
    let issuer = sts.emulator.oidc_issuer();
    let other_audience = issuer.id_token("run-7", "billing").expose_secret().to_owned();
    for (provider, token, status, code) in [
        ("emulator", "a.b.c", 401, "IAM.0001"),
        ("emulator", other_audience.as_str(), 401, "IAM.0001"),
        ("nowhere", good.as_str(), 404, "IAM.0004"),
        ("", good.as_str(), 400, "IAM.0011"),
    ] {
        let response = iam_token_for(&sts, provider, token, Value::Null).await;
        let error = json_of(&response, status);
        assert_eq!(error["error_code"], code, "{error}");
    }
    for body in [json!([]), json!({"auth": {}}), json!({"auth": [["x"]]}), json!("x")] {
        let headers = [("x-idp-id", "emulator")];
        let response = sts.send_json("POST", ID_TOKEN_TOKENS, &headers, &body).await;
        assert_eq!(json_of(&response, 400)["error_code"], "IAM.0011");
    }
    sts.wait(3600);
    let response = iam_token_for(&sts, "emulator", &good, Value::Null).await;
    assert_eq!(json_of(&response, 401)["error_code"], "IAM.0001");
}

#[tokio::test]
async fn only_a_scoped_token_calls_services() {
    let sts = sts().await;
    let project = json_of(
        &sts.send_signed_json(
            &builtin::credentials(),
            "GET",
            "/v3/projects?name=cn-north-4",
            &Value::Null,
        )
        .await,
        200,
    );
    let project = &project["projects"][0]["id"];
    for (scope, is_allowed) in [
        (json!({"domain": {"name": builtin::ACCOUNT_NAME}}), true),
        (json!({"domain": {"id": builtin::ACCOUNT_ID}}), true),
        (json!({"project": {"id": project}}), true),
        (json!({"project": {"id": project, "name": "cn-north-4"}}), true),
        (json!({"project": {"id": project, "name": "cn-south-1"}}), false),
        (json!({"project": {}}), false),
        (json!({"domain": {"id": "other"}}), false),
        (json!({}), false),
    ] {
        let response = iam_token_for(&sts, "emulator", &id_token(&sts), scope.clone()).await;
        if !is_allowed {
            assert_eq!(json_of(&response, 403)["error_code"], "IAM.0002", "{scope}");
            continue;
        }
        json_of(&response, 201);
        let token = subject_token(&response);
        let headers = [("x-auth-token", token.as_str())];
        let domains = sts.send_json("GET", "/v3/auth/domains", &headers, &Value::Null).await;
        assert_eq!(json_of(&domains, 200)["domains"][0]["id"], builtin::ACCOUNT_ID);
        let response = sts.send_json("POST", SECURITY_TOKENS, &headers, &by_agency("demo")).await;
        let (keys, _) = credentials(&response);
        assert!(caller(&sts, &keys).await.ends_with(":assumed-agency:demo/null"));
    }
    let unscoped = unscoped_token(&sts).await;
    let headers = [("x-auth-token", unscoped.as_str())];
    let response = sts.send_json("GET", "/v3/auth/domains", &headers, &Value::Null).await;
    assert_keystone(&response, 403, "unscoped");
    let response = sts.send_json("POST", SECURITY_TOKENS, &headers, &by_agency("demo")).await;
    assert_keystone(&response, 403, "unscoped");
}

#[tokio::test]
async fn an_agency_is_assumed_by_its_name() {
    let sts = sts().await;
    let user = builtin::credentials();
    let response = sts.send_signed_json(&user, "POST", SECURITY_TOKENS, &by_agency("demo")).await;
    let (keys, expires_at) = credentials(&response);
    // The default duration is the minimum.
    assert_eq!(expires_at, "2026-03-05T07:23:09.512000Z");
    let urn = format!("sts::{}:assumed-agency:demo/null", builtin::ACCOUNT_ID);
    assert_eq!(caller(&sts, &keys).await, urn);
    // A chain, by the id of the account, for a day.
    let mut chained = by_agency("demo");
    chained["auth"]["identity"]["assume_role"] = json!({"agency_name": "demo",
        "domain_id": builtin::ACCOUNT_ID, "duration_seconds": 86_400,
        "session_user": {"name": "build-42_x"}});
    let response = sts.send_signed_json(&keys, "POST", SECURITY_TOKENS, &chained).await;
    assert_eq!(credentials(&response).1, "2026-03-06T07:08:09.512000Z");

    let forbidden = by_agency("forbidden");
    let response = sts.send_signed_json(&user, "POST", SECURITY_TOKENS, &forbidden).await;
    assert_keystone(&response, 403, "a deny rule denies the action");
    let nowhere = by_agency("nowhere");
    let response = sts.send_signed_json(&user, "POST", SECURITY_TOKENS, &nowhere).await;
    assert_keystone(&response, 404, "nowhere");
    let response = sts.send_json("POST", SECURITY_TOKENS, &[], &by_agency("demo")).await;
    assert_keystone(&response, 401, "requires authentication");
    // The gateway rejects a signature in its own format.
    let wrong = Credentials::permanent(builtin::ACCESS_KEY_ID, "wrong");
    let response = sts.send_signed_json(&wrong, "POST", SECURITY_TOKENS, &by_agency("demo")).await;
    assert_eq!(json_of(&response, 401)["error_code"], "APIGW.0301");
}

#[tokio::test]
async fn the_documented_limits_are_checked() {
    let sts = sts().await;
    let user = builtin::credentials();
    let with = |pointer: &str, value: Value| {
        let mut body = by_agency("demo");
        let identity = &mut body["auth"]["identity"];
        let (object, name) = pointer.rsplit_once('.').unwrap_or(("", pointer));
        let place = if object.is_empty() { identity } else { &mut identity[object] };
        place[name] = value;
        body
    };
    for (body, status) in [
        (with("assume_role.duration_seconds", json!(899)), 400),
        (with("assume_role.duration_seconds", json!(86_401)), 400),
        (with("assume_role.duration_seconds", json!(-1)), 400),
        (with("assume_role.duration_seconds", json!(900)), 201),
        (with("assume_role.domain_name", Value::Null), 400),
        (with("assume_role.domain_id", json!("other")), 404),
        (with("assume_role.session_user", json!({"name": "1abcd"})), 400),
        (with("assume_role.session_user", json!({"name": "abcd"})), 400),
        (with("assume_role.session_user", json!({"name": "abcd e"})), 400),
        (with("assume_role.session_user", json!({})), 201),
        (with("assume_role", json!(["demo"])), 400),
        (with("assume_role", Value::Null), 400),
        (with("methods", json!(["password"])), 400),
        (with("methods", json!([])), 400),
        (with("methods", json!(["token", "assume_role"])), 400),
        (with("policy", json!({"Version": "1.1", "Statement": []})), 201),
        (with("policy", json!("{}")), 400),
        (with("policy", json!({"Version": "x".repeat(2048)})), 400),
    ] {
        let response = sts.send_signed_json(&user, "POST", SECURITY_TOKENS, &body).await;
        if status == 201 {
            credentials(&response);
        } else {
            assert_keystone(&response, status, "");
        }
    }
}

#[tokio::test]
async fn a_signer_gets_temporary_credentials_of_its_own() {
    let sts = sts().await;
    let body = json!({"auth": {"identity": {"methods": ["token"]}}});
    let user = builtin::credentials();
    let response = sts.send_signed_json(&user, "POST", SECURITY_TOKENS, &body).await;
    let (keys, _) = credentials(&response);
    assert_eq!(caller(&sts, &keys).await, caller(&sts, &user).await);
    // Without a signature and without a token.
    let response = sts.send_json("POST", SECURITY_TOKENS, &[], &body).await;
    assert_keystone(&response, 401, "requires authentication");
    let response = sts.send_json("POST", SECURITY_TOKENS, &[], &by_token("damaged")).await;
    assert_keystone(&response, 401, "The token is invalid");
    // A security token is not an IAM token.
    let token = keys.security_token.unwrap();
    let body = by_token(token.expose_secret());
    let response = sts.send_json("POST", SECURITY_TOKENS, &[], &body).await;
    assert_keystone(&response, 401, "The token is invalid");
}

#[tokio::test]
async fn a_token_expires_after_a_day() {
    let sts = sts().await;
    let body = by_token(&unscoped_token(&sts).await);
    sts.wait(86_399);
    credentials(&sts.send_json("POST", SECURITY_TOKENS, &[], &body).await);
    sts.wait(1);
    let response = sts.send_json("POST", SECURITY_TOKENS, &[], &body).await;
    assert_keystone(&response, 401, "The token is invalid");
}

#[tokio::test]
async fn projects_and_accounts_are_looked_up() {
    let config: Config = r#"
        [[accounts]]
        id = "a"
        name = "example"
        projects = [{ name = "cn-north-4", id = "p1" }, { name = "cn-north-4_dev", id = "p2" }]
        [[accounts.users]]
        name = "alice"
        access_keys = [{ access_key_id = "HSTALICE000000000001", secret_access_key = "s" }]
        [[accounts]]
        id = "b"
        [[accounts.users]]
        name = "bob"
        access_keys = [{ access_key_id = "HSTBOB00000000000001", secret_access_key = "s" }]
    "#
    .parse()
    .unwrap();
    let sts = sts_with(|builder| builder.config(config)).await;
    let get = async |user: &str, path: &str| {
        let user = Credentials::permanent(user, "s");
        json_of(&sts.send_signed_json(&user, "GET", path, &Value::Null).await, 200)
    };
    let (alice, bob) = ("HSTALICE000000000001", "HSTBOB00000000000001");
    let names = |list: &Value| {
        let projects = list["projects"].as_array().unwrap().iter();
        projects.map(|project| project["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let found = get(alice, "/v3/projects?name=cn-north-4_dev").await;
    assert_eq!(found["projects"][0]["id"], "p2");
    assert_eq!(found["projects"][0]["domain_id"], "a");
    assert_eq!(names(&get(alice, "/v3/projects").await), ["cn-north-4", "cn-north-4_dev"]);
    assert!(names(&get(alice, "/v3/projects?name=cn-south-1").await).is_empty());
    // Without projects of its own an account has one for each region.
    assert_eq!(names(&get(bob, "/v3/projects?name=eu-west-0").await), ["eu-west-0"]);
    assert!(names(&get(bob, "/v3/projects?name=No%20region").await).is_empty());
    assert!(names(&get(bob, "/v3/projects").await).contains(&"cn-north-4".to_owned()));

    let domains = get(alice, "/v3/auth/domains").await;
    assert_eq!(domains["domains"].as_array().unwrap().len(), 1);
    assert_eq!(domains["domains"][0]["id"], "a");
    assert_eq!(domains["domains"][0]["name"], "example");
    assert_eq!(get(bob, "/v3/auth/domains").await["domains"][0]["name"], "b");

    let response = sts.send_json("GET", "/v3/projects", &[], &Value::Null).await;
    assert_keystone(&response, 401, "requires authentication");
    let headers = [("x-auth-token", "damaged")];
    let response = sts.send_json("GET", "/v3/projects", &headers, &Value::Null).await;
    assert_keystone(&response, 401, "The token is invalid");
}

#[tokio::test]
async fn faults_and_the_log_cover_it() {
    let lines = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = std::sync::Arc::clone(&lines);
    let sts = sts_with(|builder| {
        builder.on_request(move |line| sink.lock().unwrap().push(line.to_string()))
    })
    .await;
    let throttling = Fault::Throttling { retry_after: None };
    let injection = Injection::new(throttling).only_named("KeystoneListProjects").unwrap();
    sts.emulator.faults().inject(injection.times(1));
    assert!(Injection::new(throttling).only_named("Nothing").is_none());
    let user = builtin::credentials();
    for status in [429, 200] {
        let response = sts.send_signed_json(&user, "GET", "/v3/projects", &Value::Null).await;
        assert_eq!(response.status(), status);
    }
    sts.emulator.faults().inject(Injection::new(Fault::ExpiredCredentials).times(1));
    let body = by_agency("demo");
    let response = sts.send_signed_json(&user, "POST", SECURITY_TOKENS, &body).await;
    sts.call_with(&credentials(&response).0, GetCallerIdentity::new()).await.unwrap_err();
    let id_token = id_token(&sts);
    iam_token_for(&sts, "nowhere", &id_token, Value::Null).await;

    let lines = lines.lock().unwrap();
    let user = format!("iam::{}:user:emulator", builtin::ACCOUNT_ID);
    for (line, expected) in lines.iter().zip([
        " KeystoneListProjects - 429 APIGW.0308 ".to_owned(),
        format!(" KeystoneListProjects {user} 200 "),
        format!(" CreateTemporaryAccessKey {user} 201 fault=expired_credentials "),
        " GetCallerIdentity ".to_owned(),
        " CreateTokenWithIdToken - 404 IAM.0004 ".to_owned(),
    ]) {
        assert!(line.contains(&expected), "{line}: {expected}");
        assert!(!line.contains(&id_token), "{line}");
    }
}
