//! The request log.

use std::sync::{Arc, Mutex};

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

#[tokio::test]
async fn a_line_stays_one_line() {
    let (sts, lines) = logged().await;
    let urn = format!("iam::{}:agency:a\nb\u{1b}[2J", builtin::ACCOUNT_ID);
    sts.call(AssumeAgency::new(urn, "s1")).await.unwrap_err();
    let lines = lines.lock().unwrap();
    assert!(!lines[0].contains(['\n', '\u{1b}']), "{:?}", lines[0]);
}
