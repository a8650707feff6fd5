//! Attacks on the codes of a sign-in.

use std::collections::{BTreeMap, HashSet};

use http::Request;
use serde_json::{Value, json};
use sts_proto::Body;

use crate::caller::{Sts, json_of, sts};
use crate::identity_center::{Device, start_body, user};

const PORTAL: &str = "https://idcenter.example.com/portal";

/// Starts further sign-ins of a client, and returns their device codes and user codes.
async fn codes(sts: &Sts, client: &Value, count: usize) -> Vec<(String, String)> {
    let mut codes = Vec::new();
    for _ in 0..count {
        let body = start_body(client, PORTAL);
        let response = sts.send_json("POST", "/v1/device/authorize", &[], &body).await;
        let found = json_of(&response, 200);
        let text = |name: &str| found[name].as_str().unwrap().to_owned();
        codes.push((text("device_code"), text("user_code")));
    }
    codes
}

/// Sends the form of the page.
async fn submit(sts: &Sts, headers: &[(&str, &str)], code: &str, decision: &str) -> u16 {
    let mut request = Request::post(format!("{}/device", sts.emulator.url()));
    request = request.header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let user = user().replace(':', "%3A");
    let form = format!("user_code={code}&user={user}&decision={decision}");
    let request = request.body(Body::from(form.into_bytes())).unwrap();
    sts.send(request).await.status().as_u16()
}

#[tokio::test]
async fn codes_do_not_repeat_and_use_their_whole_alphabet() {
    let sts = sts().await;
    let device = Device::start(&sts).await;
    let codes = codes(&sts, &device.client, 800).await;
    let distinct = |texts: Vec<&String>| texts.into_iter().collect::<HashSet<_>>().len();
    assert_eq!(distinct(codes.iter().map(|(device, _)| device).collect()), codes.len());
    assert_eq!(distinct(codes.iter().map(|(_, user)| user).collect()), codes.len());
    // Every character occurs at every position about as often: 256 bits, and 20^8 user codes.
    let check = |texts: Vec<&String>, alphabet: usize| {
        let length = texts[0].len();
        for position in 0..length {
            let mut counts = BTreeMap::<u8, usize>::new();
            for text in &texts {
                *counts.entry(text.as_bytes()[position]).or_default() += 1;
            }
            if counts.len() == 1 && counts.contains_key(&b'-') {
                continue;
            }
            assert_eq!(counts.len(), alphabet, "{position}: {counts:?}");
            let most = counts.values().max().unwrap();
            // Six standard deviations above the mean.
            assert!(*most < texts.len() / alphabet * 2, "{position}: {counts:?}");
        }
    };
    check(codes.iter().map(|(device, _)| device).collect(), 16);
    check(codes.iter().map(|(_, user)| user).collect(), 20);
}

#[tokio::test]
async fn guesses_do_not_disturb_a_sign_in() {
    let sts = sts().await;
    let (ours, theirs) = (Device::start(&sts).await, Device::start(&sts).await);
    ours.expect(&sts, "authorization_pending").await;
    let code = ours.authorization["device_code"].as_str().unwrap();
    let long = "0".repeat(100_000);
    let almost = format!("{}{}", &code[..63], if code.ends_with('0') { '1' } else { '0' });
    for guess in ["", "0", &code[..63], &almost, &code.to_uppercase(), &format!("{code} "), &long] {
        if guess == code {
            continue;
        }
        let mut device = Device { client: ours.client.clone(), authorization: json!({}) };
        device.authorization["device_code"] = json!(guess);
        device.expect(&sts, "invalid_grant").await;
    }
    // Another client with the right code does not change the interval.
    let stolen = Device { client: theirs.client, authorization: ours.authorization.clone() };
    for _ in 0..10 {
        stolen.expect(&sts, "invalid_grant").await;
    }
    sts.wait(5);
    ours.expect(&sts, "authorization_pending").await;
}

#[tokio::test]
async fn polling_too_fast_is_slowed_down_until_the_code_expires() {
    let sts = sts().await;
    let device = Device::start(&sts).await;
    device.expect(&sts, "authorization_pending").await;
    // Each early poll adds five seconds.
    for interval in (5..=60).step_by(5) {
        sts.wait(interval - 1);
        device.expect(&sts, "slow_down").await;
    }
    sts.wait(65);
    device.expect(&sts, "authorization_pending").await;
    sts.wait(600);
    device.expect(&sts, "expired_token").await;
    device.expect(&sts, "expired_token").await;
}

#[tokio::test]
async fn a_code_is_used_once() {
    let sts = sts().await;
    let device = Device::start(&sts).await;
    let code = device.user_code();
    let center = sts.emulator.identity_center();
    assert_eq!(submit(&sts, &[], code, "approve").await, 200);
    // Approved, but not collected yet.
    for decision in ["approve", "deny"] {
        assert_eq!(submit(&sts, &[], code, decision).await, 404);
    }
    assert!(!center.approve(code, &user()) && !center.deny(code));
    json_of(&device.poll(&sts).await, 200);
    for decision in ["approve", "deny"] {
        assert_eq!(submit(&sts, &[], code, decision).await, 404);
    }
    device.expect(&sts, "invalid_grant").await;

    let denied = Device::start(&sts).await;
    assert_eq!(submit(&sts, &[], denied.user_code(), "deny").await, 200);
    assert_eq!(submit(&sts, &[], denied.user_code(), "approve").await, 404);
    denied.expect(&sts, "access_denied").await;

    let expired = Device::start(&sts).await;
    sts.wait(600);
    for decision in ["approve", "deny"] {
        assert_eq!(submit(&sts, &[], expired.user_code(), decision).await, 404);
    }
    expired.expect(&sts, "expired_token").await;

    // Approved in time, but collected too late.
    let late = Device::start(&sts).await;
    assert_eq!(submit(&sts, &[], late.user_code(), "approve").await, 200);
    sts.wait(600);
    late.expect(&sts, "expired_token").await;
}

#[tokio::test]
async fn a_person_may_type_a_code_without_its_hyphen() {
    let sts = sts().await;
    let typed = |code: &str| {
        let plain = code.replace('-', "");
        [plain.to_lowercase(), format!("+{plain}+"), plain.replace("", "+"), format!("-{plain}-")]
    };
    for index in 0..4 {
        let device = Device::start(&sts).await;
        let code = &typed(device.user_code())[index];
        assert_eq!(submit(&sts, &[], code, "approve").await, 200, "{code}");
        json_of(&device.poll(&sts).await, 200);
    }
    let device = Device::start(&sts).await;
    let code = device.user_code();
    for wrong in [
        String::new(),
        code[..8].to_owned(),
        format!("{code}B"),
        format!("{code}{code}"),
        code.replace('-', "_"),
        "-".repeat(1_000_000),
    ] {
        assert_eq!(submit(&sts, &[], &wrong, "approve").await, 404, "{wrong:.20}");
    }
    device.expect(&sts, "authorization_pending").await;
}

#[tokio::test]
async fn a_form_of_another_site_approves_nothing() {
    let sts = sts().await;
    let device = Device::start(&sts).await;
    let own = sts.emulator.url();
    let upper = own.to_uppercase();
    for headers in [
        &[("origin", "https://evil.example")][..],
        &[("origin", "null")],
        &[("origin", "")],
        &[("origin", own), ("origin", "https://evil.example")],
        &[("origin", "https://evil.example"), ("origin", own)],
        &[("origin", own), ("sec-fetch-site", "cross-site")],
        &[("origin", own), ("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none"), ("sec-fetch-site", "cross-site")],
        &[("host", "evil.example"), ("origin", "http://evil.example")],
        &[("host", "127.0.0.1.nip.io")],
        // As Chrome does for a page in a sandbox, and for one that was opened from a file.
        &[("origin", "file://"), ("sec-fetch-site", "cross-site")],
        &[("origin", "chrome-extension://abcdefghijklmnop")],
        // The scheme of an origin is in lower case.
        &[("origin", &upper)],
    ] {
        for decision in ["approve", "deny"] {
            let status = submit(&sts, headers, device.user_code(), decision).await;
            assert_eq!(status, 403, "{headers:?}");
        }
    }
    assert_eq!(sts.emulator.identity_center().pending().len(), 1);
    let headers = [("origin", own), ("sec-fetch-site", "same-origin")];
    assert_eq!(submit(&sts, &headers, device.user_code(), "approve").await, 200);
}
