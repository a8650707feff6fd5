//! The emulator's issuer of ID tokens.

use http::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sts_emulator::{Config, builtin};
use sts_proto::{
    AssumeAgencyWithOidc, AssumeAgencyWithOidcOutput, Body, GetCallerIdentity, Operation as _,
    Secret, ServiceError,
};
use tokio::net::TcpStream;

use crate::caller::{Sts, send_over, sts, sts_with};

async fn assume(
    sts: &Sts,
    provider: &str,
    token: impl Into<Secret>,
) -> Result<AssumeAgencyWithOidcOutput, ServiceError> {
    let operation = AssumeAgencyWithOidc::new(provider, builtin::AGENCY_URN, "run-7", token);
    let request = operation.to_request(sts.emulator.endpoint()).unwrap();
    AssumeAgencyWithOidc::read(&sts.send(request).await)
}

#[tokio::test]
async fn the_built_in_provider_takes_them() {
    let sts = sts().await;
    let issuer = sts.emulator.oidc_issuer();
    let token = issuer.id_token("run-7", builtin::OIDC_CLIENT_ID);
    let session = assume(&sts, builtin::OIDC_PROVIDER_URN, token.clone()).await.unwrap();
    assert_eq!(session.subject_from_id_token, "run-7");
    let keys = session.credentials;
    let caller = sts.call_with(&keys, GetCallerIdentity::new()).await.unwrap();
    assert!(caller.principal_urn.ends_with(":assumed-agency:demo/run-7"));

    sts.wait(3600);
    assume(&sts, builtin::OIDC_PROVIDER_URN, token).await.unwrap_err();
}

#[tokio::test]
async fn they_can_be_wrong_in_any_claim() {
    let sts = sts().await;
    let issuer = sts.emulator.oidc_issuer();
    let claims = || json!({"sub": "run-7", "aud": ["sts", "other"]});
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        issuer.id_token_with(claims).unwrap()
    };
    assume(&sts, builtin::OIDC_PROVIDER_URN, issuer.id_token_with(claims()).unwrap())
        .await
        .unwrap();
    for (token, why) in [
        (with("iss", json!("https://evil.example")), "issuer"),
        (with("exp", json!(1_000_000_000)), "expired"),
        (with("exp", json!(null)), "claims"),
        (with("aud", json!("billing")), "audience"),
    ] {
        let error = assume(&sts, builtin::OIDC_PROVIDER_URN, token).await.unwrap_err();
        assert!(error.raw_message().unwrap().expose_secret().contains(why), "{error}");
    }
    assert!(issuer.id_token_with("no object").is_none());
}

#[tokio::test]
async fn those_of_another_emulator_prove_nothing() {
    let (ours, theirs) = (sts().await, sts().await);
    let token = theirs.emulator.oidc_issuer().id_token("run-7", "sts");
    assume(&ours, builtin::OIDC_PROVIDER_URN, token).await.unwrap_err();
    // With their published keys it does.
    let issuer = theirs.emulator.oidc_issuer();
    let config: Config = format!(
        "[[accounts]]\nid = \"{account}\"\n[[accounts.agencies]]\nname = \"demo\"\n\
         trust = [\"*\"]\n[[accounts.oidc_providers]]\nname = \"theirs\"\nissuer = \"{}\"\n\
         client_ids = [\"sts\"]\njwks = '{}'\n",
        issuer.url(),
        issuer.jwks(),
        account = builtin::ACCOUNT_ID,
    )
    .parse()
    .unwrap();
    let ours = sts_with(|builder| builder.config(config)).await;
    let provider = format!("iam::{}:oidcProvider:theirs", builtin::ACCOUNT_ID);
    assume(&ours, &provider, issuer.id_token("run-7", "sts")).await.unwrap();
}

#[tokio::test]
async fn a_provider_without_issuer_and_keys_takes_them() {
    let config = |rest: &str| {
        format!(
            "[[accounts]]\nid = \"{}\"\n[[accounts.agencies]]\nname = \"demo\"\n\
             trust = [\"*\"]\n[[accounts.oidc_providers]]\nname = \"own\"\n\
             client_ids = [\"me\"]\n{rest}",
            builtin::ACCOUNT_ID
        )
        .parse::<Config>()
    };
    let sts = sts_with(|builder| builder.config(config("").unwrap())).await;
    let provider = format!("iam::{}:oidcProvider:own", builtin::ACCOUNT_ID);
    let token = sts.emulator.oidc_issuer().id_token("run-7", "me");
    assume(&sts, &provider, token).await.unwrap();

    for (rest, key) in [("issuer = \"x\"\n", "issuer"), ("jwks = \"{}\"\n", "jwks")] {
        let error = config(rest).unwrap_err();
        assert_eq!((error.line(), error.key()), (Some(9), Some(key)), "{error}");
    }
}

async fn call(sts: &Sts, method: &str, path: &str, body: &str) -> (u16, Value) {
    let url = sts.emulator.oidc_issuer().url();
    let request = Request::builder().method(method).uri(format!("{url}{path}"));
    let request = request.header("content-type", "application/json");
    let request = request.body(Body::from(body.as_bytes().to_vec())).unwrap();
    let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
    let response: Response<Body> = send_over(TokioIo::new(stream), request).await;
    let json = serde_json::from_slice(response.body().as_ref()).unwrap();
    (response.status().as_u16(), json)
}

#[tokio::test]
async fn it_publishes_its_keys_and_mints_tokens_over_http() {
    let sts = sts_with(|builder| builder.oidc_issuer("127.0.0.1:0")).await;
    let issuer = sts.emulator.oidc_issuer();
    let (status, discovery) = call(&sts, "GET", "/.well-known/openid-configuration", "").await;
    assert_eq!((status, discovery["issuer"].as_str()), (200, Some(issuer.url())));
    assert_eq!(discovery["jwks_uri"], format!("{}/jwks", issuer.url()));
    let (_, jwks) = call(&sts, "GET", "/jwks", "").await;
    assert_eq!(jwks, serde_json::from_str::<Value>(issuer.jwks()).unwrap());

    let (status, token) = call(&sts, "POST", "/token", r#"{"sub":"run-7","aud":"sts"}"#).await;
    assert_eq!(status, 200);
    let token = token["id_token"].as_str().unwrap();
    assume(&sts, builtin::OIDC_PROVIDER_URN, token).await.unwrap();

    assert_eq!(call(&sts, "POST", "/token", "[]").await.0, 400);
    assert_eq!(call(&sts, "GET", "/", "").await.0, 404);
}
