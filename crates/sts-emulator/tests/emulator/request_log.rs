//! The request log.

use std::sync::{Arc, Mutex};

use proptest::char::range;
use proptest::collection::vec;
use proptest::prelude::Strategy;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use proptest::{prop_assert, prop_oneof};
use sts_emulator::builtin;
use sts_proto::{AssumeAgency, Credentials, GetCallerIdentity};

use crate::caller::{Sts, sts_with};

/// An emulator and the lines it logs.
async fn logged() -> (Sts, Arc<Mutex<Vec<String>>>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&lines);
    let sts = sts_with(|builder| {
        let builder = builder.echo_canonical_request();
        builder.on_request(move |line| sink.lock().unwrap().push(line.to_string()))
    });
    (sts.await, lines)
}

#[tokio::test]
async fn each_request_gives_a_line_that_says_who_did_what() {
    let (sts, lines) = logged().await;
    let keys = sts.call(AssumeAgency::new(builtin::AGENCY_URN, "s1")).await.unwrap().credentials;
    sts.call_with(&keys, AssumeAgency::new(builtin::FORBIDDEN_AGENCY_URN, "s2")).await.unwrap_err();
    let unknown = Credentials::permanent("HSTNOBODY00000000001", "secret");
    let error = sts.call_with(&unknown, GetCallerIdentity::new()).await.unwrap_err();

    let lines = lines.lock().unwrap();
    let account = builtin::ACCOUNT_ID;
    let begins = [
        format!("2026-03-05T07:08:09Z AssumeAgency iam::{account}:user:emulator 200 request_id="),
        format!(
            "2026-03-05T07:08:09Z AssumeAgency sts::{account}:assumed-agency:demo/s1 403 PAP5.0001 "
        ),
        "2026-03-05T07:08:09Z GetCallerIdentity HSTNOBODY00000000001 401 APIGW.0301 ".to_owned(),
    ];
    assert_eq!(lines.len(), begins.len());
    for (line, begin) in lines.iter().zip(begins) {
        assert!(line.starts_with(&begin), "{line}");
    }
    assert!(lines[2].ends_with(&format!("request_id={}", error.request_id().unwrap())));
}

#[tokio::test]
async fn no_secret_is_logged() {
    let (sts, lines) = logged().await;
    let keys = sts.call(AssumeAgency::new(builtin::AGENCY_URN, "s1")).await.unwrap().credentials;
    let mut wrong = keys.clone();
    wrong.secret_access_key = "planted-wrong-secret".into();
    sts.call_with(&keys, GetCallerIdentity::new()).await.unwrap();
    sts.call_with(&wrong, GetCallerIdentity::new()).await.unwrap_err();

    let lines = lines.lock().unwrap().join("\n");
    let token = keys.security_token.unwrap();
    for secret in [
        builtin::SECRET_ACCESS_KEY,
        "planted-wrong-secret",
        keys.secret_access_key.expose_secret(),
        token.expose_secret(),
    ] {
        assert!(!lines.contains(secret), "{lines}");
    }
}

/// Characters that a terminal or a log reader obeys or does not show, and that are valid in a
/// request: controls of the text direction, and characters without a width.
fn valid() -> impl Strategy<Value = char> {
    prop_oneof![
        range('\u{200c}', '\u{200f}'),
        range('\u{202a}', '\u{202e}'),
        range('\u{2061}', '\u{206f}'),
        select(vec!['\u{ad}', '\u{61c}', '\u{180e}', '\u{e0001}']),
    ]
}

/// Control characters, line separators and others that are invalid in a request.
fn invalid() -> impl Strategy<Value = char> {
    prop_oneof![
        range('\0', '\u{1f}'),
        range('\u{7f}', '\u{9f}'),
        range('\u{2028}', '\u{2029}'),
        select(vec!['\u{200b}', '\u{2060}', '\u{feff}']),
    ]
}

fn visible() -> impl Strategy<Value = char> {
    prop_oneof![
        range('!', '~'),
        range('\u{e0}', '\u{f6}'),
        range('\u{4e00}', '\u{9fff}'),
        range('\u{1f600}', '\u{1f64f}'),
    ]
}

fn is_visible(c: char) -> bool {
    c.is_ascii_graphic() || c.is_alphabetic() || ('\u{1f600}'..='\u{1f64f}').contains(&c)
}

#[test]
fn a_line_has_misleading_characters_escaped_and_all_others_unchanged() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (sts, lines) = runtime.block_on(logged());
    let line = |text: Vec<char>| {
        let urn = format!("iam::{}:agency:a{}b", builtin::ACCOUNT_ID, String::from_iter(text));
        runtime.block_on(sts.call(AssumeAgency::new(urn, "s1"))).unwrap_err();
        lines.lock().unwrap().pop().unwrap()
    };
    let is_safe = |line: &str| line.chars().all(|c| c == ' ' || is_visible(c));
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&vec(prop_oneof![valid(), visible()], 1..12), |text| {
        let escaped: String = text
            .iter()
            .flat_map(|c| if is_visible(*c) { vec![*c] } else { c.escape_default().collect() })
            .collect();
        let line = line(text);
        prop_assert!(line.contains(&format!("agency:a{escaped}b'")), "{line:?} {escaped:?}");
        prop_assert!(is_safe(&line), "{line:?}");
        Ok(())
    });
    outcome.unwrap();
    let outcome = runner.run(&vec(prop_oneof![valid(), invalid(), visible()], 1..12), |text| {
        let line = line(text);
        prop_assert!(is_safe(&line), "{line:?}");
        Ok(())
    });
    outcome.unwrap();
}
