//! Attacks on the control endpoint of an emulator that other machines can reach.

use http::{HeaderName, HeaderValue, Method, Request};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sts_emulator::Builder;
use sts_proto::Body;
use tokio::net::TcpStream;

use crate::caller::{Sts, send_over, sts_with};

const SECRET: &str = "correct-secret-0123456789";

async fn remote() -> Sts {
    sts_with(|builder: Builder| {
        builder.allow_remote().control("0.0.0.0:0").control_secret(SECRET).host_name("emulator")
    })
    .await
}

/// Sends a request to the control endpoint, and returns the status and the text.
async fn send(
    sts: &Sts,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, String) {
    let url = sts.emulator.control_url().unwrap();
    let port = url.rsplit_once(':').unwrap().1;
    let mut request =
        Request::builder().method(method).uri(format!("http://127.0.0.1:{port}{path}"));
    request = request.header("content-type", "application/json");
    for (name, value) in headers {
        let (name, value) = (name.parse::<HeaderName>(), HeaderValue::from_str(value));
        request = request.header(name.unwrap(), value.unwrap());
    }
    let request = request.body(Body::from(body.as_bytes().to_vec())).unwrap();
    let stream = TcpStream::connect(format!("127.0.0.1:{port}")).await.unwrap();
    let response = send_over(TokioIo::new(stream), request).await;
    let text = String::from_utf8_lossy(response.body().as_ref()).into_owned();
    (response.status().as_u16(), text)
}

async fn faults(sts: &Sts) -> Value {
    let authorization = format!("Bearer {SECRET}");
    let headers = [("authorization", authorization.as_str())];
    let (status, text) = send(sts, Method::GET, "/_emulator/v1/faults", &headers, "").await;
    assert_eq!(status, 200, "{text}");
    serde_json::from_str::<Value>(&text).unwrap()["faults"].take()
}

const OUTAGE: &str = r#"{"fault":"outage"}"#;

#[tokio::test]
async fn nothing_but_the_secret_is_accepted() {
    let sts = remote().await;
    let twice = format!("Bearer {SECRET}, Bearer {SECRET}");
    let prefix = format!("Bearer {}", &SECRET[..SECRET.len() - 1]);
    let longer = format!("Bearer {SECRET}0");
    let upper = format!("Bearer {}", SECRET.to_uppercase());
    let colon = format!("Bearer :{SECRET}");
    let scheme = format!("Digest {SECRET}");
    let glued = format!("Bearer{SECRET}");
    let right = format!("Bearer {SECRET}");
    let cookie = format!("secret={SECRET}");
    for headers in [
        &[][..],
        &[("authorization", "")],
        &[("authorization", "Bearer")],
        &[("authorization", "Bearer ")],
        &[("authorization", "Basic Og==")],
        &[("authorization", SECRET)],
        &[("authorization", &twice)],
        &[("authorization", &prefix)],
        &[("authorization", &longer)],
        &[("authorization", &upper)],
        &[("authorization", &colon)],
        &[("authorization", &scheme)],
        &[("authorization", &glued)],
        // Of two headers, intermediaries may check either.
        &[("authorization", &right), ("authorization", &right)],
        &[("authorization", &right), ("authorization", "Bearer wrong")],
        &[("authorization", "Bearer wrong"), ("authorization", &right)],
        &[("proxy-authorization", &right)],
        &[("x-authorization", &right)],
        &[("x-auth-token", SECRET)],
        &[("cookie", &cookie)],
    ] {
        for (method, path) in [
            (Method::POST, "/_emulator/v1/faults".to_owned()),
            (Method::POST, format!("/_emulator/v1/faults?secret={SECRET}")),
            (Method::GET, format!("/_emulator/v1/requests?authorization=Bearer%20{SECRET}")),
            (Method::POST, "/_emulator/v1/faults/../health".to_owned()),
            (Method::GET, "/_emulator/".to_owned()),
            (Method::GET, "/_emulator/v1/unknown".to_owned()),
            // Spellings of the two paths without the secret.
            (Method::GET, "/_emulator/v1/health/".to_owned()),
            (Method::GET, "/_emulator/v1//health".to_owned()),
            (Method::GET, "/_emulator/v1/%68ealth".to_owned()),
            (Method::GET, "/_emulator/v1/health/../faults".to_owned()),
            (Method::GET, "/_emulator/v1/HEALTH".to_owned()),
        ] {
            let (status, text) = send(&sts, method, &path, headers, OUTAGE).await;
            assert_eq!(status, 401, "{path} {headers:?}: {text}");
            assert!(!text.contains(SECRET), "{text}");
        }
    }
    assert_eq!(faults(&sts).await, json!([]));
    for (method, path) in
        [(Method::POST, "/_emulator/v1/health"), (Method::DELETE, "/_emulator/v1/ready")]
    {
        // The two paths have no other methods, with or without the secret.
        assert_eq!(send(&sts, method, path, &[], OUTAGE).await.0, 405, "{path}");
    }
}

#[tokio::test]
async fn the_scheme_is_in_any_case() {
    let sts = remote().await;
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        let authorization = format!("{scheme} {SECRET}");
        let headers = [("authorization", authorization.as_str())];
        assert_eq!(send(&sts, Method::GET, "/_emulator/v1/clock", &headers, "").await.0, 200);
    }
}

#[tokio::test]
async fn web_pages_are_rejected_even_with_the_secret() {
    // A browser repeats the password of a user for every request to the host.
    let sts = remote().await;
    let right = format!("Bearer {SECRET}");
    for foreign in [
        ("host", "evil.example"),
        ("host", "emulator.evil.example"),
        ("host", "127.0.0.1.evil.example"),
        ("host", "emulator@evil.example"),
        ("host", "192.0.2.1.nip.io"),
        ("host", "0x7f000001"),
        ("host", "127.1"),
        ("origin", "http://evil.example"),
        ("origin", "https://emulator.evil.example"),
        ("origin", "http://192.0.2.99"),
        ("origin", "null"),
        ("origin", "file://"),
        ("origin", ""),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "CROSS-SITE"),
        ("sec-fetch-site", ""),
    ] {
        let headers = [("authorization", right.as_str()), foreign];
        for (method, path) in [
            (Method::POST, "/_emulator/v1/faults"),
            (Method::GET, "/_emulator/v1/requests"),
            (Method::GET, "/_emulator/"),
            (Method::GET, "/_emulator/v1/health"),
        ] {
            let (status, text) = send(&sts, method, path, &headers, OUTAGE).await;
            assert_eq!(status, 403, "{path} {foreign:?}: {text}");
        }
    }
    assert_eq!(faults(&sts).await, json!([]));
    for ours in [
        ("host", "emulator:8091"),
        ("host", "192.0.2.1:8091"),
        ("host", "[2001:db8::1]:8091"),
        ("origin", "http://emulator:8091"),
    ] {
        let headers = [("authorization", right.as_str()), ours];
        let (status, text) = send(&sts, Method::GET, "/_emulator/v1/faults", &headers, "").await;
        assert_eq!(status, 200, "{ours:?}: {text}");
    }
}

#[tokio::test]
async fn the_secret_of_one_endpoint_is_not_a_credential_of_another() {
    let sts = remote().await;
    let right = format!("Bearer {SECRET}");
    for header in ["authorization", "x-auth-token", "access-token"] {
        let headers = [(header, right.as_str())];
        for path in ["/v5/caller-identity", "/v3/projects", "/v1/assigned-accounts"] {
            let response = sts.send_json("GET", path, &headers, &Value::Null).await;
            assert!([400, 401, 404].contains(&response.status().as_u16()), "{path} {header}");
        }
    }
}
