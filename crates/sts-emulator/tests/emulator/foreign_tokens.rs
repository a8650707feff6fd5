//! Tokens that are presented to a service that did not issue them.

use http::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sts_emulator::{Builder, builtin};
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, Body, Credentials, DecodeAuthorizationMessage,
    GetCallerIdentity, Operation as _,
};
use tokio::net::TcpStream;

use crate::caller::{Sts, json_of, send_over, sts_with};
use crate::control::call;
use crate::identity_center::sign_in;

const SECURITY_TOKENS: &str = "/v3.0/OS-CREDENTIAL/securitytokens";
const ID_TOKEN_TOKENS: &str = "/v3.0/OS-AUTH/id-token/tokens";
const FEDERATION_AUTH: &str = "/v3/OS-FEDERATION/identity_providers/emulator/protocols/oidc/auth";

async fn emulator() -> Sts {
    sts_with(|builder| {
        builder.control("127.0.0.1:0").oidc_issuer("127.0.0.1:0").metadata("127.0.0.1:0")
    })
    .await
}

/// A token of each kind that an emulator issues.
async fn tokens(sts: &Sts) -> Vec<(&'static str, String)> {
    let issuer = sts.emulator.oidc_issuer();
    let id_token = issuer.id_token("run-7", builtin::OIDC_CLIENT_ID);
    let request_token = issuer.actions_request_token(json!({})).unwrap();
    let session = sts.call(AssumeAgency::new(builtin::AGENCY_URN, "s1")).await.unwrap();
    let security_token = session.credentials.security_token.unwrap();
    let denied = AssumeAgency::new(builtin::FORBIDDEN_AGENCY_URN, "s1");
    let denied = sts.send(sts.signed(&builtin::credentials(), &denied)).await;
    let message = json_of(&denied, 403)["encoded_authorization_message"].clone();
    let headers = [("x-metadata-token-ttl-seconds", "600")];
    let url = sts.emulator.metadata_url().unwrap();
    let metadata = local(url, "PUT", "/meta-data/latest/api/token", &headers).await;
    assert_eq!(metadata.status(), 200);
    let scope = json!({"domain": {"id": builtin::ACCOUNT_ID}});
    vec![
        ("ID token", id_token.expose_secret().to_owned()),
        ("CI request token", request_token.expose_secret().to_owned()),
        ("security token", security_token.expose_secret().to_owned()),
        ("authorization message", message.as_str().unwrap().to_owned()),
        ("metadata token", String::from_utf8(metadata.body().as_ref().to_vec()).unwrap()),
        ("pod token", builtin::POD_TOKEN.to_owned()),
        ("unscoped IAM token", iam_token(sts, Value::Null).await),
        ("scoped IAM token", iam_token(sts, scope).await),
        ("access token", sign_in(sts).await),
    ]
}

async fn iam_token(sts: &Sts, scope: Value) -> String {
    let id_token = sts.emulator.oidc_issuer().id_token("run-7", builtin::OIDC_CLIENT_ID);
    let mut body = json!({"auth": {"id_token": {"id": id_token.expose_secret()}}});
    if !scope.is_null() {
        body["auth"]["scope"] = scope;
    }
    let response = sts.send_json("POST", ID_TOKEN_TOKENS, &[("x-idp-id", "emulator")], &body).await;
    json_of(&response, 201);
    response.headers()["x-subject-token"].to_str().unwrap().to_owned()
}

async fn local(url: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(format!("{url}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
    send_over(TokioIo::new(stream), request.body(Body::empty()).unwrap()).await
}

/// Presents a token to each service, and returns the names of those that accept it.
async fn accepting(sts: &Sts, token: &str) -> Vec<&'static str> {
    let outcomes =
        [at_sts(sts, token).await, at_iam(sts, token).await, at_others(sts, token).await];
    let outcomes = outcomes.concat();
    for (service, status) in &outcomes {
        assert!([200, 201, 400, 401, 403].contains(status), "{service}: {status}");
    }
    outcomes.into_iter().filter(|(_, status)| *status < 300).map(|(service, _)| service).collect()
}

type Outcomes = Vec<(&'static str, u16)>;

fn status(response: &Response<Body>) -> u16 {
    response.status().as_u16()
}

async fn at_sts(sts: &Sts, token: &str) -> Outcomes {
    let (provider, agency) = (builtin::OIDC_PROVIDER_URN, builtin::AGENCY_URN);
    let oidc = AssumeAgencyWithOidc::new(provider, agency, "run-7", token.to_owned());
    let oidc = oidc.to_request_unvalidated(sts.emulator.endpoint()).unwrap();
    let mut keys = builtin::credentials();
    keys.security_token = Some(token.into());
    let session = sts.signed(&keys, &GetCallerIdentity::new());
    let decode = DecodeAuthorizationMessage::new(token);
    let decode = sts.signed(&builtin::credentials(), &decode);
    vec![
        ("AssumeAgencyWithOIDC", status(&sts.send(oidc).await)),
        ("session", status(&sts.send(session).await)),
        ("decoding", status(&sts.send(decode).await)),
    ]
}

async fn at_iam(sts: &Sts, token: &str) -> Outcomes {
    let by_token =
        |token: Value| json!({"auth": {"identity": {"methods": ["token"], "token": token}}});
    let by_agency = json!({"auth": {"identity": {"methods": ["assume_role"],
        "assume_role": {"agency_name": "demo", "domain_name": builtin::ACCOUNT_NAME}}}});
    let in_body = json!({"auth": {"id_token": {"id": token}}});
    let bearer = format!("Bearer {token}");
    let mut outcomes = Vec::new();
    for (service, method, path, header, body) in [
        (
            "credentials by X-Auth-Token",
            "POST",
            SECURITY_TOKENS,
            ("x-auth-token", token),
            by_token(json!({})),
        ),
        (
            "credentials by token in the body",
            "POST",
            SECURITY_TOKENS,
            ("x-unused", ""),
            by_token(json!({"id": token})),
        ),
        ("credentials of an agency", "POST", SECURITY_TOKENS, ("x-auth-token", token), by_agency),
        ("look-up", "GET", "/v3/projects", ("x-auth-token", token), Value::Null),
        ("account", "GET", "/v3/auth/domains", ("x-auth-token", token), Value::Null),
        ("federation", "POST", ID_TOKEN_TOKENS, ("x-idp-id", "emulator"), in_body),
        ("federation by header", "POST", FEDERATION_AUTH, ("authorization", &bearer), json!({})),
    ] {
        outcomes.push((service, status(&sts.send_json(method, path, &[header], &body).await)));
    }
    outcomes
}

async fn at_others(sts: &Sts, token: &str) -> Outcomes {
    let metadata = sts.emulator.metadata_url().unwrap();
    let issuer = sts.emulator.oidc_issuer().url();
    let bearer = format!("Bearer {token}");
    let (plain, bearer) = (("authorization", token), ("authorization", bearer.as_str()));
    let machine = ("x-metadata-token", token);
    let portal = [("access-token", token)];
    let portal = sts.send_json("GET", "/v1/assigned-accounts", &portal, &Value::Null).await;
    let mut outcomes = vec![("portal", status(&portal))];
    for (service, url, method, path, header) in [
        ("metadata", metadata, "GET", "/openstack/latest/securitykey", machine),
        ("pod identity", metadata, "POST", "/pod-identity", plain),
        ("pod identity with Bearer", metadata, "POST", "/pod-identity", bearer),
        ("CI", issuer, "GET", "/actions/id-token?audience=sts", bearer),
    ] {
        outcomes.push((service, status(&local(url, method, path, &[header]).await)));
    }
    outcomes
}

fn expected(kind: &str) -> &'static [&'static str] {
    match kind {
        "ID token" => &["AssumeAgencyWithOIDC", "federation", "federation by header"],
        "CI request token" => &["CI"],
        // It belongs to another access key than the one that signed.
        "security token" => &[],
        "authorization message" => &["decoding"],
        "metadata token" => &["metadata"],
        "pod token" => &["pod identity"],
        "unscoped IAM token" => {
            &["credentials by X-Auth-Token", "credentials by token in the body"]
        }
        "scoped IAM token" => &[
            "credentials by X-Auth-Token",
            "credentials by token in the body",
            "credentials of an agency",
            "look-up",
            "account",
        ],
        "access token" => &["portal"],
        _ => {
            assert_eq!(kind, "", "a token of unknown kind");
            &[]
        }
    }
}

#[tokio::test]
async fn each_token_is_accepted_only_where_it_belongs() {
    let sts = emulator().await;
    for (kind, token) in tokens(&sts).await {
        assert_eq!(accepting(&sts, &token).await, expected(kind), "{kind}");
    }
}

#[tokio::test]
async fn tokens_of_another_emulator_are_rejected() {
    let with_seed = async |seed: &'static str| {
        let start = |builder: Builder| {
            let address = "127.0.0.1:0";
            builder.seed(seed).control(address).oidc_issuer(address).metadata(address)
        };
        sts_with(start).await
    };
    let (ours, theirs) = (with_seed("ours").await, with_seed("theirs").await);
    for (kind, token) in tokens(&theirs).await {
        let accepting = accepting(&ours, &token).await;
        // The token of the pod is part of the configuration.
        let expected: &[&str] = if kind == "pod token" { &["pod identity"] } else { &[] };
        assert_eq!(accepting, expected, "{kind}");
    }
}

#[tokio::test]
async fn tokens_expire_when_the_clock_is_advanced() {
    let sts = emulator().await;
    let tokens = tokens(&sts).await;
    let session = sts.call(AssumeAgency::new(builtin::AGENCY_URN, "s1")).await.unwrap().credentials;
    let advance = call(&sts, Method::POST, "/clock/advance", r#"{"seconds": 86400}"#).await;
    assert_eq!(advance.0, 200);
    // Signatures are made with the clock of the emulator.
    sts.wait(86_400);
    let back = call(&sts, Method::POST, "/clock/freeze", r#"{"at": "2026-03-06T07:08:09.512Z"}"#);
    assert_eq!(back.await.0, 200);
    sts.call(GetCallerIdentity::new()).await.unwrap();
    sts.call_with(&session, GetCallerIdentity::new()).await.unwrap_err();
    for (kind, token) in tokens {
        let accepting = accepting(&sts, &token).await;
        // These two have no expiration.
        let expected: &[&str] = match kind {
            "pod token" => &["pod identity"],
            "authorization message" => &["decoding"],
            _ => &[],
        };
        assert_eq!(accepting, expected, "{kind}");
    }
}

#[tokio::test]
async fn a_token_of_which_one_character_differs_is_rejected() {
    let sts = emulator().await;
    for (kind, token) in tokens(&sts).await {
        for position in [0, token.len() / 2, token.len() - 6] {
            let mut changed = token.clone().into_bytes();
            changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(accepting(&sts, &changed).await.is_empty(), "{kind} {position}");
        }
        let (first, _) = token.split_at(token.len() / 2);
        assert!(accepting(&sts, first).await.is_empty(), "{kind}");
        let twice = format!("{token},{token}");
        assert!(accepting(&sts, &twice).await.is_empty(), "{kind}");
    }
}

#[tokio::test]
async fn a_subject_of_an_id_token_is_bounded_and_cannot_forge_a_log_line() {
    let log = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&log);
    let sts = sts_with(|builder| {
        builder.on_request(move |entry| seen.lock().unwrap().push(entry.to_string()))
    })
    .await;
    let issuer = sts.emulator.oidc_issuer();
    let federate = async |subject: &str| {
        let claims = json!({"sub": subject, "aud": "sts"});
        let id_token = issuer.id_token_with(claims).unwrap();
        let body = json!({"auth": {"id_token": {"id": id_token.expose_secret()}}});
        sts.send_json("POST", ID_TOKEN_TOKENS, &[("x-idp-id", "emulator")], &body).await
    };
    for subject in [String::new(), "s".repeat(256), "ä".repeat(256)] {
        let error = json_of(&federate(&subject).await, 401);
        assert!(error["error_msg"].as_str().unwrap().contains("1 to 255"), "{error}");
    }
    json_of(&federate(&"ä".repeat(255)).await, 201);

    let response = federate("a\r\n2026-03-05T07:08:09Z GetCallerIdentity root 200\u{1b}[2J").await;
    json_of(&response, 201);
    let token = response.headers()["x-subject-token"].to_str().unwrap().to_owned();
    let body = json!({"auth": {"identity": {"methods": ["token"], "token": {"id": token}}}});
    let response = sts.send_json("POST", SECURITY_TOKENS, &[], &body).await;
    let found = json_of(&response, 201)["credential"].clone();
    let text = |name: &str| found[name].as_str().unwrap().to_owned();
    let mut keys = Credentials::permanent(text("access"), text("secret"));
    keys.security_token = Some(text("securitytoken").into());
    sts.call_with(&keys, GetCallerIdentity::new()).await.unwrap();
    for line in &*log.lock().unwrap() {
        assert!(!line.contains(char::is_control), "{line:?}");
    }
    assert!(log.lock().unwrap().last().unwrap().contains("a\\r\\n2026"));
}
