//! The metadata service and pod identity.

use http::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use sts_emulator::{Config, Emulator, builtin};
use sts_proto::{Body, Credentials, GetCallerIdentity};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::datetime;
use tokio::net::TcpStream;

use crate::caller::{Sts, send_over, sts_with};

async fn cloud() -> Sts {
    sts_with(|builder| builder.metadata("127.0.0.1:0")).await
}

async fn call(sts: &Sts, method: &str, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let url = sts.emulator.metadata_url().unwrap();
    let mut request = Request::builder().method(method).uri(format!("{url}{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if method == "POST" { b"{}".to_vec() } else { Vec::new() };
    let stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).await.unwrap();
    send_over(TokioIo::new(stream), request.body(Body::from(body)).unwrap()).await
}

fn text(response: &Response<Body>) -> String {
    String::from_utf8(response.body().as_ref().to_vec()).unwrap()
}

const TOKEN: &str = "/meta-data/latest/api/token";
const KEY: &str = "/openstack/latest/securitykey";

/// Returns the credentials in a response, whose members have these names.
fn keys(response: &Response<Body>, names: [&str; 5]) -> Credentials {
    assert_eq!(response.status(), 200, "{}", text(response));
    let [object, access, secret, token, end] = names;
    let json: Value = serde_json::from_slice(response.body().as_ref()).unwrap();
    let member = |name: &str| json[object][name].as_str().unwrap().to_owned();
    let end = OffsetDateTime::parse(&member(end), &Rfc3339).unwrap();
    Credentials::temporary(member(access), member(secret), member(token), end)
}

fn machine_keys(response: &Response<Body>) -> Credentials {
    keys(response, ["credential", "access", "secret", "securitytoken", "expires_at"])
}

async fn who(sts: &Sts, keys: &Credentials) -> String {
    sts.call_with(keys, GetCallerIdentity::new()).await.unwrap().principal_urn
}

#[tokio::test]
async fn a_machine_gets_keys_that_the_sts_takes() {
    let sts = cloud().await;
    let token = call(&sts, "PUT", TOKEN, &[("X-Metadata-Token-Ttl-Seconds", "21600")]).await;
    assert_eq!(token.status(), 200);
    let answer = call(&sts, "GET", KEY, &[("X-Metadata-Token", &text(&token))]).await;
    assert!(text(&answer).contains("\"expires_at\":\"2026-03-05T13:08:09.512000Z\""));
    let keys = machine_keys(&answer);
    assert_eq!(keys.expiration, Some(datetime!(2026-03-05 13:08:09.512 UTC)));
    let session = format!("sts::{}:assumed-agency:demo/emulated-machine", builtin::ACCOUNT_ID);
    assert_eq!(who(&sts, &keys).await, session);
    // Without a token.
    who(&sts, &machine_keys(&call(&sts, "GET", KEY, &[]).await)).await;
}

#[tokio::test]
async fn a_metadata_token_ends_and_cannot_be_made_up() {
    let sts = cloud().await;
    let ttl = "X-Metadata-Token-Ttl-Seconds";
    for wrong in ["0", "21601", "-1", "soon", ""] {
        assert_eq!(call(&sts, "PUT", TOKEN, &[(ttl, wrong)]).await.status(), 400);
    }
    assert_eq!(call(&sts, "PUT", TOKEN, &[]).await.status(), 400);
    let token = text(&call(&sts, "PUT", TOKEN, &[(ttl, "60")]).await);
    let keys = machine_keys(&call(&sts, "GET", KEY, &[]).await);
    let security_token = keys.security_token.unwrap();
    for wrong in ["", "made-up", security_token.expose_secret()] {
        let answer = call(&sts, "GET", KEY, &[("X-Metadata-Token", wrong)]).await;
        assert_eq!(answer.status(), 401);
    }
    sts.wait(59);
    assert_eq!(call(&sts, "GET", KEY, &[("X-Metadata-Token", &token)]).await.status(), 200);
    sts.wait(1);
    assert_eq!(call(&sts, "GET", KEY, &[("X-Metadata-Token", &token)]).await.status(), 401);
}

#[tokio::test]
async fn a_pod_gets_keys_for_its_token() {
    let sts = cloud().await;
    let answer =
        call(&sts, "POST", "/pod-identity", &[("Authorization", builtin::POD_TOKEN)]).await;
    let names = ["credentials", "accessKeyId", "secretAccessKey", "securityToken", "expiration"];
    let session = format!("sts::{}:assumed-agency:demo/emulated-pod", builtin::ACCOUNT_ID);
    assert_eq!(who(&sts, &keys(&answer, names)).await, session);
    for headers in [&[][..], &[("Authorization", "another")]] {
        assert_eq!(call(&sts, "POST", "/pod-identity", headers).await.status(), 401);
    }
    assert_eq!(call(&sts, "GET", "/pod-identity", &[]).await.status(), 404);
}

async fn cloud_of(metadata: &str) -> Sts {
    let toml = format!(
        "[[accounts]]\nid = \"a\"\n[[accounts.agencies]]\nname = \"m\"\nmax_duration = 3600\n\
         {metadata}"
    );
    let config: Config = toml.parse().unwrap();
    sts_with(|builder| builder.metadata("127.0.0.1:0").config(config)).await
}

#[tokio::test]
async fn a_machine_without_an_agency_gets_an_error() {
    let sts = cloud_of("").await;
    let answer = call(&sts, "GET", KEY, &[]).await;
    assert_eq!(answer.status(), 401);
    assert!(text(&answer).contains("Please configure Cloud Service Agency first"));
    let pod = call(&sts, "POST", "/pod-identity", &[("Authorization", "x")]).await;
    assert_eq!(pod.status(), 401);
}

#[tokio::test]
async fn an_old_service_has_no_tokens_and_an_agency_limits_its_keys() {
    let sts = cloud_of("[metadata]\nagency = \"iam::a:agency:m\"\ntokens = false\n").await;
    let ttl = [("X-Metadata-Token-Ttl-Seconds", "60")];
    assert_eq!(call(&sts, "PUT", TOKEN, &ttl).await.status(), 404);
    let keys = machine_keys(&call(&sts, "GET", KEY, &[]).await);
    assert_eq!(keys.expiration, Some(datetime!(2026-03-05 08:08:09.512 UTC)));
}

#[tokio::test]
async fn a_token_can_be_required() {
    let sts = cloud_of("[metadata]\nagency = \"iam::a:agency:m\"\ntokens = \"required\"\n").await;
    let refused = call(&sts, "GET", KEY, &[]).await;
    assert_eq!(refused.status(), 401);
    assert!(text(&refused).contains("a metadata token is required"));
    let token = call(&sts, "PUT", TOKEN, &[("X-Metadata-Token-Ttl-Seconds", "60")]).await;
    machine_keys(&call(&sts, "GET", KEY, &[("X-Metadata-Token", &text(&token))]).await);

    let config = "[[accounts]]\nid = \"a\"\n[[accounts.agencies]]\nname = \"m\"\n\
                  [metadata]\nagency = \"iam::a:agency:m\"\ntokens = \"always\"\n";
    let error = config.parse::<Config>().unwrap_err();
    assert_eq!((error.line(), error.key()), (Some(7), Some("tokens")), "{error}");
    assert!(error.to_string().contains("must be true, false or \"required\""), "{error}");
}

#[tokio::test]
async fn they_are_there_only_when_asked_for_and_on_loopback_alone() {
    let sts = sts_with(|builder| builder).await;
    assert_eq!(sts.emulator.metadata_url(), None);
    let error = Emulator::builder().metadata("0.0.0.0:0").start().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}

#[test]
fn an_agency_that_is_not_there_is_rejected_with_its_line() {
    let error = "[metadata]\nagency = \"iam::a:agency:m\"\n".parse::<Config>().unwrap_err();
    assert_eq!((error.line(), error.key()), (Some(2), Some("agency")), "{error}");
}
