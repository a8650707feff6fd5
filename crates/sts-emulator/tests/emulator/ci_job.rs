//! ID tokens for CI jobs, in the protocol of GitHub Actions.

use http::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sts_emulator::builtin;
use sts_proto::{AssumeAgencyWithOidc, Body, Operation as _};
use tokio::net::TcpStream;

use crate::caller::{Sts, send_over, sts_with};

async fn emulator() -> Sts {
    sts_with(|builder| builder.oidc_issuer("127.0.0.1:0")).await
}

async fn send(sts: &Sts, request: Request<Body>) -> (u16, Value) {
    let url = sts.emulator.oidc_issuer().url();
    let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
    let response: Response<Body> = send_over(TokioIo::new(stream), request).await;
    let json = serde_json::from_slice(response.body().as_ref()).unwrap();
    (response.status().as_u16(), json)
}

/// Requests an ID token as GitHub's own client does.
async fn id_token(sts: &Sts, url: &str, token: &str, audience: Option<&str>) -> (u16, Value) {
    let audience = audience.map(|audience| format!("&audience={audience}")).unwrap_or_default();
    let request = Request::get(format!("{url}{audience}"));
    let request = request.header("accept", "application/json");
    let request = request.header("authorization", format!("Bearer {token}"));
    send(sts, request.body(Body::empty()).unwrap()).await
}

/// Returns the variables of a job with these claims.
async fn variables(sts: &Sts, claims: &Value) -> (String, String) {
    let url = format!("{}/actions/request-token", sts.emulator.oidc_issuer().url());
    let request = Request::post(url).header("content-type", "application/json");
    let body = Body::from(claims.to_string().into_bytes());
    let (status, found) = send(sts, request.body(body).unwrap()).await;
    assert_eq!(status, 200);
    let variable = |name: &str| found[name].as_str().unwrap().to_owned();
    (variable("ACTIONS_ID_TOKEN_REQUEST_URL"), variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN"))
}

fn claims_of(found: &Value) -> Value {
    use base64::Engine as _;
    let token = found["value"].as_str().unwrap();
    let claims = token.split('.').nth(1).unwrap();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).unwrap();
    serde_json::from_slice(&claims).unwrap()
}

#[tokio::test]
async fn a_job_gets_id_tokens_for_its_request_token() {
    let sts = emulator().await;
    let subject = "repo:example/app:environment:production";
    let claims = json!({"sub": subject, "repository": "example/app", "exp": 1, "aud": "sts"});
    let (url, request_token) = variables(&sts, &claims).await;
    assert!(url.contains("?api-version="), "{url}");
    let (status, found) = id_token(&sts, &url, &request_token, Some("sts")).await;
    assert_eq!(status, 200, "{found}");
    assert_eq!(found["count"], found["value"].as_str().unwrap().len());
    let claims = claims_of(&found);
    assert_eq!((&claims["sub"], &claims["aud"]), (&json!(subject), &json!("sts")));
    assert_eq!(claims["repository"], "example/app");
    assert_eq!(claims["exp"], claims["iat"].as_i64().unwrap() + 300);

    let token = found["value"].as_str().unwrap();
    let assume = |token: &str| {
        let (provider, agency) = (builtin::OIDC_PROVIDER_URN, builtin::AGENCY_URN);
        let operation = AssumeAgencyWithOidc::new(provider, agency, "run-7", token);
        operation.to_request(sts.emulator.endpoint()).unwrap()
    };
    let output = AssumeAgencyWithOidc::read(&sts.send(assume(token)).await).unwrap();
    assert_eq!(output.subject_from_id_token, subject);
    // A request token is not an ID token.
    AssumeAgencyWithOidc::read(&sts.send(assume(&request_token)).await).unwrap_err();
    sts.wait(300);
    AssumeAgencyWithOidc::read(&sts.send(assume(token)).await).unwrap_err();
    // The job requests another one, for six hours.
    assert_eq!(id_token(&sts, &url, &request_token, Some("sts")).await.0, 200);
    sts.wait(6 * 3600 - 300);
    assert_eq!(id_token(&sts, &url, &request_token, Some("sts")).await.0, 401);
}

#[tokio::test]
async fn the_audience_is_decoded_or_that_of_the_owner() {
    let sts = emulator().await;
    let (url, token) = variables(&sts, &json!({})).await;
    let encoded = "https%3A%2F%2Fa.example%2Fx%3Fy%3D1%26z%20a%2Bb";
    let (_, found) = id_token(&sts, &url, &token, Some(encoded)).await;
    assert_eq!(claims_of(&found)["aud"], "https://a.example/x?y=1&z a+b");
    let (_, found) = id_token(&sts, &url, &token, None).await;
    let claims = claims_of(&found);
    assert_eq!(claims["aud"], "https://github.com/octo-org");
    assert_eq!(claims["sub"], "repo:octo-org/octo-repo:ref:refs/heads/main");

    let issuer = sts.emulator.oidc_issuer();
    assert_eq!(issuer.actions_request_url(), url);
    let token =
        issuer.actions_request_token(json!({"sub": "repo:o@12/r@34:pull_request"})).unwrap();
    let (_, found) = id_token(&sts, &url, token.expose_secret(), None).await;
    assert_eq!(claims_of(&found)["aud"], "https://github.com/o");
    assert!(issuer.actions_request_token("no object").is_none());
}

#[tokio::test]
async fn other_tokens_are_rejected() {
    let sts = emulator().await;
    let issuer = sts.emulator.oidc_issuer();
    let url = issuer.actions_request_url();
    let foreign = emulator().await;
    let foreign = foreign.emulator.oidc_issuer().actions_request_token(json!({})).unwrap();
    let id = issuer.id_token("run-7", "sts");
    for token in ["", "a.b.c", id.expose_secret(), foreign.expose_secret()] {
        let (status, found) = id_token(&sts, &url, token, Some("sts")).await;
        assert_eq!(status, 401);
        assert!(found["message"].as_str().unwrap().contains("request token"), "{found}");
    }
    let request = Request::get(&url).header("authorization", "Basic dXNlcjpwYXNz");
    assert_eq!(send(&sts, request.body(Body::empty()).unwrap()).await.0, 401);
    assert_eq!(send(&sts, Request::get(&url).body(Body::empty()).unwrap()).await.0, 401);
    let post = Request::post(format!("{}/actions/request-token", issuer.url()));
    let post = post.header("content-type", "application/json").body(Body::from(b"[]".to_vec()));
    assert_eq!(send(&sts, post.unwrap()).await.0, 400);
}
