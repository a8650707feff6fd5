//! For any name of a secret, any separator, any quote and any form of the secret: it is not shown.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;
use sts_proto::ErrorCode;

use crate::{body, error, error_with, everything};

/// The words of a name, in each spelling that occurs.
fn spellings(words: &[&str]) -> Vec<String> {
    let capital = |word: &&str| format!("{}{}", word[..1].to_ascii_uppercase(), &word[1..]);
    let pascal: String = words.iter().map(capital).collect();
    let title: Vec<_> = words.iter().map(capital).collect();
    vec![
        words.join("_"),
        words.join("-"),
        words.concat(),
        words.join("_").to_ascii_uppercase(),
        words.join("-").to_ascii_uppercase(),
        format!("{}{}", pascal[..1].to_ascii_lowercase(), &pascal[1..]),
        pascal.clone(),
        title.join("-"),
        format!("x-{}", words.join("-")),
        format!("X-{}", title.join("-")),
        format!("x_{}", words.join("_")),
        format!("hw{pascal}"),
        format!("credentials.{}", words.join("_")),
    ]
}

fn name() -> impl Strategy<Value = String> {
    let names: [&[&str]; 19] = [
        &["security", "token"],
        &["session", "token"],
        &["auth", "token"],
        &["subject", "token"],
        &["access", "token"],
        &["refresh", "token"],
        &["id", "token"],
        &["secret", "access", "key"],
        &["secret", "key"],
        &["client", "secret"],
        &["saml", "assertion"],
        &["context", "assertion"],
        &["token", "code"],
        &["private", "key"],
        &["token"],
        &["secret"],
        &["signature"],
        &["password"],
        &["authorization"],
    ];
    select(names.map(spellings).concat())
}

fn separator() -> impl Strategy<Value = &'static str> {
    select(vec![
        ":", "=", ": ", " : ", " = ", "= ", " is ", " was ", " is: ", "=>", " => ", " -> ", ":\t",
        ":\u{a0}", " IS ", ":  ", "\u{ff1a}", " 为 ", "%3D", "\\u003d",
    ])
}

fn quote() -> impl Strategy<Value = &'static str> {
    select(vec!["", "\"", "'", "`", "\\\"", "&quot;", "(", "[", "<"])
}

fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z0-9]{6,40}",
        "[A-Za-z0-9+/]{16,200}={0,2}",
        "[0-9a-f]{8,128}",
        "eyJ[A-Za-z0-9_-]{10,40}\\.[A-Za-z0-9_-]{10,40}\\.[A-Za-z0-9_-]{10,40}",
        "[0-9]{6}",
        "[a-z]{9,30}",
        "[A-Z]{6,30}",
        "[!#$%+*./?@^_~A-Za-z0-9-]{12,40}",
    ]
    .prop_map(|text| format!("Q{text}"))
    // What looks like a name or a word may be the value all the same.
    .boxed()
    .prop_union(
        select(vec!["SECRETsecret1234SECRET", "PLANTED-TOKEN", "hunter2"])
            .prop_map(str::to_owned)
            .boxed(),
    )
}

/// Every way by which a text can get into an error.
fn shown(text: &str) -> Vec<String> {
    let is_visible = |c: char| c.is_ascii_graphic() || c == ' ';
    // What no header can hold does not arrive in one.
    let header = if text.chars().all(is_visible) { text } else { "" };
    let errors = [
        error(400, body("C.1", text)),
        error(401, body("APIGW.0301", &format!("verify aksk signature fail: {text}"))),
        error(403, body(text, "denied")),
        error(500, json!({"code": "C", "message": {"detail": text}}).to_string()),
        error(500, json!({"error_code": "C", "request_id": text}).to_string()),
        error(502, text),
        error(502, format!("<html><p>{text}</p></html>")),
        error(503, json!({"unknown": text}).to_string()),
        error_with(500, &[("x-request-id", header), ("retry-after", header)], ""),
    ];
    errors.iter().map(everything).collect()
}

proptest! {
    #[test]
    fn no_secret_behind_its_name_is_shown(
        name in name(),
        name_quote in quote(),
        separator in separator(),
        quote in quote(),
        secret in secret(),
        before in select(vec!["", "invalid ", "The ", "{\"a\":1,", "parameter [", "x|", "a=b&"]),
        after in select(vec!["", ".", " is wrong", ", check it", "\"}", "|next:1", "&c=d", " "]),
    ) {
        let text = format!("{before}{name_quote}{name}{name_quote}{separator}{quote}{secret}{quote}{after}");
        for shown in shown(&text) {
            prop_assert!(!shown.contains(&secret), "{text}\n{shown}");
            // No part of it either.
            for start in (0..secret.len().saturating_sub(8)).step_by(4) {
                prop_assert!(!shown.contains(&secret[start..start + 8]), "{text}\n{shown}");
            }
        }
    }

    #[test]
    fn no_web_token_and_no_long_run_is_shown(
        before in select(vec!["", "denied for ", "(", "\"", "a, ", "x:", "url=/"]),
        secret in prop_oneof![
            "eyJ[A-Za-z0-9_-]{10,40}\\.[A-Za-z0-9_-]{10,400}\\.[A-Za-z0-9_-]{10,40}",
            "[a-z][A-Z][0-9][A-Za-z0-9+/]{40,300}={0,2}",
            "[0-9a-f]{70,200}",
        ],
        after in select(vec!["", " was refused", ".", "\""]),
    ) {
        let text = format!("{before}{secret}{after}");
        for error in [error(400, body("C.1", &text)), error(502, &text)] {
            let shown = everything(&error);
            for start in (0..secret.len() - 8).step_by(4) {
                prop_assert!(!shown.contains(&secret[start..start + 8]), "{text}\n{shown}");
            }
        }
    }
}

#[test]
fn the_raw_message_has_what_is_redacted() {
    let message = "invalid security_token=s3cr3t|canonicalRequest:GET|/";
    let error = error(400, body("C.1", message));
    assert_eq!(error.raw_message().unwrap().expose_secret(), message);
    assert!(!everything(&error).contains("s3cr3t") && !format!("{error:#?}").contains("s3cr3t"));
    let long = "é".repeat(100_000);
    let kept = crate::error(400, body("C.1", &long)).raw_message().unwrap().clone();
    assert_eq!(kept.expose_secret().len(), 64 * 1024);
}

#[test]
fn a_known_code_without_a_message_shows_its_meaning() {
    let body = r#"{"error_code":"STS5.1106"}"#;
    let shown = error(404, body).to_string();
    let meaning = ErrorCode::from("STS5.1106").meaning().unwrap();
    assert!(shown.contains("STS5.1106") && shown.contains(meaning), "{shown}");
}
