//! The portal of Identity Center, and its page.

use std::fmt::Write as _;

use http::{Request, Response};
use serde_json::{Value, json};
use sts_emulator::{Config, builtin};
use sts_proto::{Body, Credentials, GetCallerIdentity};

use crate::caller::{Sts, json_of, sts, sts_with};
use crate::identity_center::{Device, sign_in, user};

async fn get(sts: &Sts, token: &str, path: &str) -> Response<Body> {
    sts.send_json("GET", path, &[("access-token", token)], &Value::Null).await
}

const CREDENTIALS: &str = "/v1/credentials?agency_urn=iam%3A%3A0a1b2c3d4e5f60718293a4b5c6d7e8f9\
    %3Aagency%3Ademo&target_account_id=0a1b2c3d4e5f60718293a4b5c6d7e8f9";

#[tokio::test]
async fn a_user_gets_credentials_of_assigned_agencies() {
    let sts = sts().await;
    let token = sign_in(&sts).await;
    let accounts = json_of(&get(&sts, &token, "/v1/assigned-accounts").await, 200);
    let account = &accounts["account_list"][0];
    assert_eq!(account["account_id"], builtin::ACCOUNT_ID);
    assert_eq!(account["account_name"], builtin::ACCOUNT_NAME);
    assert_eq!(accounts["page_info"], json!({"next_marker": null, "current_count": 1}));

    let path = format!("/v1/assigned-agencies?account_id={}", builtin::ACCOUNT_ID);
    let agencies = json_of(&get(&sts, &token, &path).await, 200);
    // The agency that a deny rule denies is not assigned.
    assert_eq!(agencies["page_info"]["current_count"], 1);
    let agency = &agencies["agency_list"][0];
    assert_eq!(agency["agency_urn"], builtin::AGENCY_URN);
    assert_eq!(agency["permission_set_name"], "demo");

    let found = json_of(&get(&sts, &token, CREDENTIALS).await, 200);
    let found = &found["agency_credentials"];
    assert_eq!(found["expiration"], 1_772_694_489 + 43_200);
    let text = |name: &str| found[name].as_str().unwrap().to_owned();
    let mut keys = Credentials::permanent(text("access_key_id"), text("secret_access_key"));
    keys.security_token = Some(text("session_token").into());
    let caller = sts.call_with(&keys, GetCallerIdentity::new()).await.unwrap();
    assert!(caller.principal_urn.ends_with(":assumed-agency:demo/emulator"));
}

#[tokio::test]
async fn an_access_token_ends() {
    let sts = sts().await;
    let (token, other) = (sign_in(&sts).await, sign_in(&sts).await);
    let logout = async |token: &str| {
        sts.send_json("POST", "/v1/logout", &[("access-token", token)], &Value::Null).await
    };
    let response = logout(&token).await;
    assert_eq!((response.status().as_u16(), response.body().len()), (200, 0));
    for response in [logout(&token).await, get(&sts, &token, CREDENTIALS).await] {
        assert_eq!(json_of(&response, 401)["error_code"], "IIC.1001");
    }
    json_of(&get(&sts, &other, CREDENTIALS).await, 200);
    sts.wait(28_799);
    json_of(&get(&sts, &other, CREDENTIALS).await, 200);
    sts.wait(1);
    assert_eq!(json_of(&get(&sts, &other, CREDENTIALS).await, 401)["error_code"], "IIC.1001");

    let response = sts.send_json("GET", CREDENTIALS, &[], &Value::Null).await;
    assert_eq!(json_of(&response, 404)["error_code"], "IIC.1390");
    assert_eq!(json_of(&get(&sts, "damaged", CREDENTIALS).await, 401)["error_code"], "IIC.1001");
}

#[tokio::test]
async fn rules_and_parameters_are_checked() {
    let sts = sts().await;
    let token = sign_in(&sts).await;
    let account = builtin::ACCOUNT_ID;
    for (path, status, code) in [
        (CREDENTIALS.replace("demo", "forbidden"), 403, "IIC.1001"),
        (CREDENTIALS.replace("demo", "nowhere"), 404, "IIC.404"),
        (CREDENTIALS.replace("target_account_id=0a", "target_account_id=0b"), 404, "IIC.404"),
        ("/v1/credentials".to_owned(), 400, "IIC.400"),
        ("/v1/assigned-agencies".to_owned(), 400, "IIC.400"),
        (format!("/v1/assigned-agencies?account_id={account}&limit=0"), 400, "IIC.400"),
        (format!("/v1/assigned-agencies?account_id={account}&limit=2001"), 400, "IIC.400"),
        ("/v1/assigned-accounts?limit=x".to_owned(), 400, "IIC.400"),
        ("/v1/assigned-accounts?marker=%25".to_owned(), 400, "IIC.400"),
    ] {
        let error = json_of(&get(&sts, &token, &path).await, status);
        assert_eq!(error["error_code"], code, "{path}");
    }
}

#[tokio::test]
async fn lists_have_pages() {
    let mut toml = "[identity_center]\nauto_approve = \"iam::a:user:alice\"\n[[accounts]]\n\
        id = \"a\"\n[[accounts.users]]\nname = \"alice\"\n"
        .to_owned();
    for name in ["SysReservedV3_reader_0123456789abcdef", "b", "c", "closed", "guarded"] {
        writeln!(toml, "[[accounts.agencies]]\nname = \"{name}\"").unwrap();
        match name {
            "closed" => toml.push_str("trust = []\n"),
            "guarded" => toml.push_str("mfa = true\n"),
            _ => {}
        }
    }
    let config: Config = toml.parse().unwrap();
    let sts = sts_with(|builder| builder.config(config)).await;
    let device = Device::start(&sts).await;
    let token = json_of(&device.poll(&sts).await, 200);
    let token = token["token_info"]["access_token"].as_str().unwrap();
    let (mut names, mut marker) = (Vec::new(), String::new());
    for count in [2, 1] {
        let path = format!("/v1/assigned-agencies?account_id=a&limit=2{marker}");
        let page = json_of(&get(&sts, token, &path).await, 200);
        assert_eq!(page["page_info"]["current_count"], count);
        let list = page["agency_list"].as_array().unwrap().iter();
        names.extend(list.map(|agency| agency["permission_set_name"].as_str().unwrap().to_owned()));
        let next = page["page_info"]["next_marker"].as_str();
        assert_eq!(next.is_some(), count == 2);
        marker = format!("&marker={}", next.unwrap_or_default().replace('=', "%3D"));
    }
    assert_eq!(names, ["reader", "b", "c"]);
    let path = "/v1/assigned-agencies?account_id=elsewhere";
    let page = json_of(&get(&sts, token, path).await, 200);
    assert_eq!(page["agency_list"], json!([]));
}

/// Sends a form as a browser does, and returns the status and the page.
async fn browse(
    sts: &Sts,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    form: &str,
) -> (u16, String) {
    let uri = format!("{}{path}", sts.emulator.url());
    let mut request = Request::builder().method(method).uri(uri);
    request = request.header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(form.as_bytes().to_vec())).unwrap();
    let response = sts.send(request).await;
    let text = String::from_utf8(response.body().as_ref().to_vec()).unwrap();
    if response.status() == 200 {
        let policy = response.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    }
    (response.status().as_u16(), text)
}

#[tokio::test]
async fn a_person_approves_on_the_page() {
    let sts = sts().await;
    let device = Device::start(&sts).await;
    let complete = device.authorization["verification_uri_complete"].as_str().unwrap();
    let path = complete.strip_prefix(sts.emulator.url()).unwrap();
    let (status, page) = browse(&sts, "GET", path, &[], "").await;
    assert_eq!(status, 200);
    assert!(page.contains("<b>sts &lt;login&gt;</b>"), "{page}");
    assert!(page.contains(&format!("value=\"{}\"", device.user_code())), "{page}");
    assert!(page.contains(&format!("<option>{}</option>", user())), "{page}");

    let form = |decision: &str| {
        let user = user().replace(':', "%3A");
        format!("user_code={}&user={user}&decision={decision}", device.user_code())
    };
    let (status, page) = browse(&sts, "POST", "/device", &[], &form("approve")).await;
    assert_eq!(status, 200, "{page}");
    json_of(&device.poll(&sts).await, 200);
    let (status, _) = browse(&sts, "POST", "/device", &[], &form("approve")).await;
    assert_eq!(status, 404);
    for form in ["", "decision=approve", "decision=approve&user=iam::x:user:y", "decision=x"] {
        assert_eq!(browse(&sts, "POST", "/device", &[], form).await.0, 400, "{form}");
    }

    let device = Device::start(&sts).await;
    let form = format!("user_code=%20{}&decision=deny", device.user_code().to_lowercase());
    assert_eq!(browse(&sts, "POST", "/device", &[], &form).await.0, 200);
    assert_eq!(json_of(&device.poll(&sts).await, 400)["error"], "access_denied");
}

#[tokio::test]
async fn the_page_contains_no_foreign_markup() {
    let sts = sts().await;
    let path = "/device?user_code=%22%3E%3Cscript%3Ealert(1)%3C/script%3E%27%26";
    let (_, page) = browse(&sts, "GET", path, &[], "").await;
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;&amp;\""));
    // Invisible characters that reorder a line could make one name look like another.
    let (_, page) = browse(&sts, "GET", "/device?user_code=%E2%80%AEa%1B", &[], "").await;
    assert!(page.contains("value=\"\u{fffd}a\u{fffd}\""), "{page}");
}

#[tokio::test]
async fn web_pages_of_others_cannot_approve() {
    let sts = sts().await;
    let device = Device::start(&sts).await;
    let form = format!(
        "user_code={}&user={}&decision=approve",
        device.user_code(),
        user().replace(':', "%3A")
    );
    for header in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("host", "evil.example"),
    ] {
        for method in ["GET", "POST"] {
            assert_eq!(browse(&sts, method, "/device", &[header], &form).await.0, 403);
        }
    }
    // A page of another program on this machine can link to the page, but not send its form.
    for header in [
        ("origin", "http://localhost:3000"),
        ("origin", "http://127.0.0.1:1"),
        ("sec-fetch-site", "same-site"),
    ] {
        assert_eq!(browse(&sts, "GET", "/device", &[header], "").await.0, 200);
        assert_eq!(browse(&sts, "POST", "/device", &[header], &form).await.0, 403, "{header:?}");
    }
    assert_eq!(sts.emulator.identity_center().pending().len(), 1);
    // A page of the emulator itself.
    let origin = [("origin", sts.emulator.url())];
    assert_eq!(browse(&sts, "POST", "/device", &origin, &form).await.0, 200);
}
