//! Requests to the services beside STS: classic IAM, Identity Center, any other service, and ID tokens
//! for CI jobs. All get a response, and none reveals a secret.
//!
//! An input is written as a request is: `METHOD TARGET`, with `signed`, `token` or `portal` behind it
//! for the credentials to send; headers; an empty line; the body. In the body and the headers
//! `CLIENT_ID`, `CLIENT_SECRET`, `DEVICE_CODE`, `USER_CODE`, `ID_TOKEN` and `IAM_TOKEN` stand for valid
//! values. The method `JOB` requests an ID token for a CI job: the target is the audience, and the body
//! the request token, `REQUEST_TOKEN` for a valid one.
#![no_main]

use std::sync::LazyLock;

use http::{HeaderName, HeaderValue, Method, Request, Response, Uri};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use sts_emulator::{Emulator, InProcess, TestClock, builtin};
use sts_proto::Body;
use sts_sign::Signer;
use time::OffsetDateTime;

const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

const DEVICE_CODE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

static SIGNER: LazyLock<Signer> = LazyLock::new(|| {
    Signer::from_parts(builtin::ACCESS_KEY_ID, builtin::SECRET_ACCESS_KEY).expect("keys")
});

/// A new one for each input: sign-ins and locked keys stay in an emulator.
fn emulator() -> InProcess {
    let builder = Emulator::builder().seed("fuzz").clock(TestClock::new(NOW));
    builder.any_service().in_process().expect("it needs no socket")
}

fn post(
    emulator: &InProcess,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Response<Body> {
    let mut request = Request::post(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = Body::from(body.to_string().into_bytes());
    emulator.respond(request.body(body).expect("a request"))
}

fn json_of(response: &Response<Body>) -> Value {
    serde_json::from_slice(response.body().as_ref()).expect("JSON")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Values that stand behind the names in inputs. They are made on demand.
struct Values<'a> {
    emulator: &'a InProcess,
    client: Value,
    device: Value,
}

impl<'a> Values<'a> {
    fn new(emulator: &'a InProcess) -> Self {
        Self { emulator, client: Value::Null, device: Value::Null }
    }

    fn client(&mut self) -> &Value {
        if self.client.is_null() {
            let body = json!({"client_name": "fuzz", "client_type": "public",
                "token_endpoint_auth_method": "client_secret_post",
                "grant_types": [DEVICE_CODE_GRANT], "response_types": ["code"]});
            self.client =
                json_of(&post(self.emulator, "/v1/clients", &[], &body))["client_info"].take();
        }
        &self.client
    }

    fn device(&mut self) -> &Value {
        if self.device.is_null() {
            let client = self.client().clone();
            let body = json!({"client_id": client["client_id"],
                "client_secret": client["client_secret"], "start_url": "https://portal.example"});
            self.device = json_of(&post(self.emulator, "/v1/device/authorize", &[], &body));
        }
        &self.device
    }

    fn id_token(&self) -> String {
        let token = self.emulator.oidc_issuer().id_token("fuzz", builtin::OIDC_CLIENT_ID);
        token.expose_secret().to_owned()
    }

    fn iam_token(&self) -> String {
        let body = json!({"auth": {"id_token": {"id": self.id_token()},
            "scope": {"domain": {"id": builtin::ACCOUNT_ID}}}});
        let headers = [("x-idp-id", "emulator")];
        let response = post(self.emulator, "/v3.0/OS-AUTH/id-token/tokens", &headers, &body);
        let token = response.headers().get("x-subject-token").and_then(|token| token.to_str().ok());
        token.expect("a token").to_owned()
    }

    fn access_token(&mut self) -> String {
        let code = text(&self.device()["user_code"]);
        let user = format!("iam::{}:user:{}", builtin::ACCOUNT_ID, builtin::USER_NAME);
        assert!(self.emulator.identity_center().approve(&code, &user), "a sign-in");
        let body = json!({"client_id": self.client["client_id"],
            "client_secret": self.client["client_secret"], "grant_type": DEVICE_CODE_GRANT,
            "device_code": self.device["device_code"]});
        text(&json_of(&post(self.emulator, "/v1/tokens", &[], &body))["token_info"]["access_token"])
    }

    fn fill(&mut self, input: &str) -> String {
        let mut filled = input.to_owned();
        for name in
            ["CLIENT_ID", "CLIENT_SECRET", "DEVICE_CODE", "USER_CODE", "ID_TOKEN", "IAM_TOKEN"]
        {
            if !filled.contains(name) {
                continue;
            }
            let value = match name {
                "CLIENT_ID" => text(&self.client()["client_id"]),
                "CLIENT_SECRET" => text(&self.client()["client_secret"]),
                "DEVICE_CODE" => text(&self.device()["device_code"]),
                "USER_CODE" => text(&self.device()["user_code"]),
                "ID_TOKEN" => self.id_token(),
                _ => self.iam_token(),
            };
            filled = filled.replacen(name, &value, 4);
        }
        filled
    }
}

fn read(emulator: &InProcess, input: &str) -> Option<Request<Body>> {
    let mut values = Values::new(emulator);
    let (head, body) = input.split_once("\n\n").unwrap_or((input, ""));
    let mut lines = head.split('\n');
    let mut words = lines.next()?.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let mut request = Request::new(Body::from(values.fill(body).into_bytes()));
    *request.method_mut() = method.parse::<Method>().ok()?;
    *request.uri_mut() = target.parse::<Uri>().ok()?;
    for line in lines.take(32) {
        let (name, value) = line.split_once(':')?;
        let name = name.parse::<HeaderName>().ok()?;
        request.headers_mut().append(name, values.fill(value).parse::<HeaderValue>().ok()?);
    }
    match words.next() {
        // What cannot be signed arrives as it is.
        Some("signed") => drop(SIGNER.sign(&mut request, NOW)),
        Some("token") => {
            let token = values.iam_token().parse().ok()?;
            request.headers_mut().insert("x-auth-token", token);
        }
        Some("portal") => {
            let token = values.access_token().parse().ok()?;
            request.headers_mut().insert("access-token", token);
        }
        _ => {}
    }
    Some(request)
}

fn job(emulator: &InProcess, input: &str) {
    let (audience, token) = input.split_once("\n\n").unwrap_or(("", input));
    let issuer = emulator.oidc_issuer();
    let is_valid = token == "REQUEST_TOKEN";
    let request_token = issuer.actions_request_token(json!({})).expect("an object");
    let token = if is_valid { request_token.expose_secret() } else { token };
    assert_eq!(issuer.actions_id_token(token, Some(audience)).is_some(), is_valid);
}

fuzz_target!(|input: &[u8]| {
    let Ok(input) = std::str::from_utf8(input) else { return };
    let emulator = emulator();
    if let Some(input) = input.strip_prefix("JOB ") {
        return job(&emulator, input);
    }
    let Some(request) = read(&emulator, input) else { return };
    let is_page = request.uri().path() == "/device";
    let response = emulator.respond(request);
    let status = response.status();
    assert!(status.is_success() || status.is_client_error(), "{status}");
    let text = std::str::from_utf8(response.body().as_ref()).expect("all responses are text");
    if is_page {
        assert!(!text.contains("<script"), "{text}");
    } else if !status.is_success() {
        assert!(text.contains("\"error"), "{status}: {text}");
    }
    assert!(!text.contains(builtin::SECRET_ACCESS_KEY), "a secret");
});
