//! Identity Center: registration, device authorization and tokens.

use http::Response;
use serde_json::{Value, json};
use sts_emulator::{Config, Fault, Injection, builtin};
use sts_proto::Body;

use crate::caller::{Sts, json_of, sts, sts_with};

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The URN of the built-in user.
pub(crate) fn user() -> String {
    format!("iam::{}:user:{}", builtin::ACCOUNT_ID, builtin::USER_NAME)
}

fn registration() -> Value {
    json!({
        "client_name": "sts <login>",
        "client_type": "public",
        "token_endpoint_auth_method": "client_secret_post",
        "scopes": ["openid"],
        "grant_types": [DEVICE_CODE],
        "response_types": ["code"],
    })
}

/// A registered client with a sign-in.
pub(crate) struct Device {
    pub(crate) client: Value,
    pub(crate) authorization: Value,
}

impl Device {
    pub(crate) async fn start(sts: &Sts) -> Self {
        let client = sts.send_json("POST", "/v1/clients", &[], &registration()).await;
        let client = json_of(&client, 200)["client_info"].clone();
        let body = start_body(&client, "https://idcenter.example.com/d-0123456789/portal");
        let authorization = sts.send_json("POST", "/v1/device/authorize", &[], &body).await;
        Self { client, authorization: json_of(&authorization, 200) }
    }

    pub(crate) fn user_code(&self) -> &str {
        self.authorization["user_code"].as_str().unwrap()
    }

    pub(crate) async fn poll(&self, sts: &Sts) -> Response<Body> {
        let body = json!({
            "client_id": self.client["client_id"],
            "client_secret": self.client["client_secret"],
            "grant_type": DEVICE_CODE,
            "device_code": self.authorization["device_code"],
        });
        sts.send_json("POST", "/v1/tokens", &[], &body).await
    }

    /// Polls, and expects an error of OAuth.
    pub(crate) async fn expect(&self, sts: &Sts, error: &str) {
        let body = json_of(&self.poll(sts).await, 400);
        assert_eq!(body["error"], error, "{body}");
    }
}

pub(crate) fn start_body(client: &Value, start_url: &str) -> Value {
    json!({
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
        "start_url": start_url,
    })
}

/// Signs in with the built-in user, and returns the access token.
pub(crate) async fn sign_in(sts: &Sts) -> String {
    let device = Device::start(sts).await;
    assert!(sts.emulator.identity_center().approve(device.user_code(), &user()));
    let token = json_of(&device.poll(sts).await, 200);
    token["token_info"]["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_registration_lasts_90_days() {
    let sts = sts().await;
    let response = sts.send_json("POST", "/v1/clients", &[], &registration()).await;
    let client = json_of(&response, 200)["client_info"].clone();
    let issued_at = client["client_id_issued_at"].as_i64().unwrap();
    assert_eq!(issued_at, 1_772_694_489);
    assert_eq!(client["client_secret_expires_at"], issued_at + 90 * 86_400);
    assert_eq!(client["token_endpoint"], format!("{}/v1/tokens", sts.emulator.url()));
    assert_eq!(client["scopes"], json!(["openid"]));
    for member in ["client_id", "client_secret"] {
        let text = client[member].as_str().unwrap();
        let is_valid = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
        assert!(text.len() <= 10_240 && text.bytes().all(is_valid), "{text}");
    }

    let body = start_body(&client, "https://idcenter.example.com/portal");
    let start = async |body: &Value| sts.send_json("POST", "/v1/device/authorize", &[], body).await;
    json_of(&start(&body).await, 200);
    let mut wrong = body.clone();
    wrong["client_id"] = json!("other");
    assert_eq!(json_of(&start(&wrong).await, 401)["error_code"], "IIC.1001");
    for start_url in ["", "idcenter.example.com", "https://a b", "://x"] {
        let error = json_of(&start(&start_body(&client, start_url)).await, 400);
        assert_eq!(error["error_code"], "IIC.400", "{start_url}");
    }
    sts.wait(90 * 86_400);
    assert_eq!(json_of(&start(&body).await, 401)["error_code"], "IIC.1001");
}

#[tokio::test]
async fn a_registration_has_to_be_as_documented() {
    let sts = sts().await;
    for (member, value) in [
        ("client_name", json!("")),
        ("client_name", json!("x".repeat(1025))),
        ("client_type", json!("confidential")),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("grant_types", json!([])),
        ("grant_types", json!(["password"])),
        ("response_types", json!(["token"])),
        ("scopes", json!(["a b"])),
        ("scopes", json!(["x".repeat(65)])),
        ("client_type", Value::Null),
    ] {
        let mut body = registration();
        body[member] = value;
        let error = json_of(&sts.send_json("POST", "/v1/clients", &[], &body).await, 400);
        assert_eq!(error["error_code"], "IIC.400", "{body}");
        assert!(error["error_msg"].as_str().unwrap().starts_with("Bad Request: "), "{error}");
    }
    let response = sts.send_json("POST", "/v1/clients", &[], &json!([])).await;
    assert_eq!(json_of(&response, 400)["error_code"], "IIC.400");
}

#[tokio::test]
async fn a_device_waits_until_its_user_approves() {
    let sts = sts().await;
    let device = Device::start(&sts).await;
    let authorization = &device.authorization;
    let page = format!("{}/device", sts.emulator.url());
    assert_eq!(authorization["verification_uri"], page);
    let complete = format!("{page}?user_code={}", device.user_code());
    assert_eq!(authorization["verification_uri_complete"], complete);
    assert_eq!(
        (&authorization["expires_in"], &authorization["interval"]),
        (&json!(600), &json!(5))
    );
    let code = authorization["device_code"].as_str().unwrap();
    assert!(code.len() == 64 && code.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()));

    device.expect(&sts, "authorization_pending").await;
    device.expect(&sts, "slow_down").await;
    // The interval is 10 seconds now.
    sts.wait(9);
    device.expect(&sts, "slow_down").await;
    sts.wait(15);
    device.expect(&sts, "authorization_pending").await;

    let identity_center = sts.emulator.identity_center();
    let pending = identity_center.pending();
    assert_eq!(pending.len(), 1);
    assert_eq!(pending[0].user_code, device.user_code());
    assert_eq!(pending[0].client_name, "sts <login>");
    assert!(!identity_center.approve(device.user_code(), "iam::x:user:unknown"));
    assert!(!identity_center.approve("BCDF-GHJK", &user()));
    assert!(identity_center.approve(&device.user_code().to_lowercase(), &user()));
    assert!(!identity_center.approve(device.user_code(), &user()));
    assert!(identity_center.pending().is_empty());

    let token = json_of(&device.poll(&sts).await, 200)["token_info"].clone();
    assert_eq!(token["token_type"], "Bearer");
    assert_eq!(token["expires_in"], 28_800);
    assert!(token["refresh_token"].is_null());
    assert_eq!(token["id_token"].as_str().unwrap().split('.').count(), 3);
    let access_token = token["access_token"].as_str().unwrap();
    let is_valid = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    assert!(access_token.len() <= 4096 && access_token.bytes().all(is_valid), "{access_token}");
    // The code is used up.
    device.expect(&sts, "invalid_grant").await;
}

#[tokio::test]
async fn a_denied_or_forgotten_sign_in_gives_no_token() {
    let sts = sts().await;
    let denied = Device::start(&sts).await;
    assert!(sts.emulator.identity_center().deny(denied.user_code()));
    let body = json_of(&denied.poll(&sts).await, 400);
    assert_eq!(body["error"], "access_denied");
    // The published code of a denial.
    assert_eq!(body["error_code"], "IIC.1404");

    let forgotten = Device::start(&sts).await;
    sts.wait(600);
    forgotten.expect(&sts, "expired_token").await;
    assert!(!sts.emulator.identity_center().approve(forgotten.user_code(), &user()));

    // A device code is bound to its client.
    let (ours, theirs) = (Device::start(&sts).await, Device::start(&sts).await);
    let mixed = Device { client: theirs.client, authorization: ours.authorization };
    mixed.expect(&sts, "invalid_grant").await;
}

#[tokio::test]
async fn a_token_request_has_to_be_complete() {
    let sts = sts().await;
    let device = Device::start(&sts).await;
    let complete = json!({
        "client_id": device.client["client_id"],
        "client_secret": device.client["client_secret"],
        "grant_type": DEVICE_CODE,
        "device_code": "unknown",
    });
    for (member, value, status) in [
        ("client_secret", json!("wrong"), 401),
        ("client_id", json!("wrong"), 401),
        ("grant_type", json!("refresh_token"), 400),
        ("grant_type", json!("authorization_code"), 400),
        ("device_code", Value::Null, 400),
        ("client_id", Value::Null, 400),
    ] {
        let mut body = complete.clone();
        body[member] = value;
        let error = json_of(&sts.send_json("POST", "/v1/tokens", &[], &body).await, status);
        let code = if status == 401 { "IIC.1001" } else { "IIC.400" };
        assert_eq!(error["error_code"], code, "{body}");
    }
}

#[tokio::test]
async fn sign_ins_can_be_approved_at_once() {
    let config: Config = r#"
        [identity_center]
        auto_approve = "iam::a:user:alice"
        start_url = "https://idcenter.example.com/d-0123456789/portal"
        interval = 1

        [[accounts]]
        id = "a"
        [[accounts.users]]
        name = "alice"
    "#
    .parse()
    .unwrap();
    let sts = sts_with(|builder| builder.config(config)).await;
    let device = Device::start(&sts).await;
    assert_eq!(device.authorization["interval"], 1);
    json_of(&device.poll(&sts).await, 200);

    let body = start_body(&device.client, "https://idcenter.example.com/other");
    let response = sts.send_json("POST", "/v1/device/authorize", &[], &body).await;
    assert_eq!(json_of(&response, 400)["error_code"], "IIC.400");
}

#[test]
fn the_configuration_is_checked() {
    for (line, key) in [
        ("auto_approve = \"iam::a:user:unknown\"", "auto_approve"),
        ("interval = 0", "interval"),
        ("interval = 61", "interval"),
        ("start_url = \"\"", "start_url"),
        ("approve = true", "approve"),
    ] {
        let toml = format!("[[accounts]]\nid = \"a\"\n[identity_center]\n{line}\n");
        let error = toml.parse::<Config>().unwrap_err();
        assert_eq!((error.line(), error.key()), (Some(4), Some(key)), "{error}");
    }
}

#[tokio::test]
async fn the_number_of_sign_ins_is_bounded() {
    let sts = sts().await;
    let device = Device::start(&sts).await;
    let body = start_body(&device.client, "https://idcenter.example.com/portal");
    for _ in 1..1000 {
        let response = sts.send_json("POST", "/v1/device/authorize", &[], &body).await;
        json_of(&response, 200);
    }
    let response = sts.send_json("POST", "/v1/device/authorize", &[], &body).await;
    assert_eq!(json_of(&response, 400)["error_code"], "IIC.400");
    sts.wait(600);
    let response = sts.send_json("POST", "/v1/device/authorize", &[], &body).await;
    json_of(&response, 200);
}

#[tokio::test]
async fn faults_apply_to_it() {
    let sts = sts().await;
    let device = Device::start(&sts).await;
    let throttling = Injection::new(Fault::Throttling { retry_after: Some(2) });
    sts.emulator.faults().inject(throttling.only_named("CreateToken").unwrap().times(1));
    let response = device.poll(&sts).await;
    assert_eq!(response.headers()["retry-after"], "2");
    assert_eq!(json_of(&response, 429)["error_code"], "APIGW.0308");
    device.expect(&sts, "authorization_pending").await;
}
