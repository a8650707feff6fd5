//! Canonical requests in messages: where they begin and end.

use crate::{body, error};

const ECHO: &str = "GET|/v5/caller-identity/||host:a.example|x-sdk-date:20260305T070809Z||\
                    host;x-sdk-date|e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Message and echo of an error with this text.
#[track_caller]
fn assert_split(text: &str, message: &str, echo: &str) {
    let error = error(401, body("APIGW.0301", text));
    let split = (error.message(), error.echoed_canonical_request());
    assert_eq!(split, (Some(message), Some(echo)), "{text}");
}

#[test]
fn an_echo_is_found_regardless_of_its_label() {
    for between in [
        ",canonicalRequest:",
        ", canonicalRequest:",
        ", canonicalRequest: ",
        " CanonicalRequest=",
        "; canonical request: \"",
        ", canonical_request : ",
        ": ",
        " ",
        ",",
    ] {
        let text = format!("verify aksk signature fail{between}{ECHO}");
        assert_split(&text, "verify aksk signature fail", ECHO);
        let lines = ECHO.replace('|', "\n");
        let text = format!("verify aksk signature fail{between}{lines}");
        assert_split(&text, "verify aksk signature fail", ECHO);
    }
    assert_split(ECHO, "", ECHO);
    assert_split(&format!("canonicalRequest: {ECHO}"), "canonicalRequest", ECHO);
}

#[test]
fn text_after_an_echo_belongs_to_the_message() {
    for (after, message) in [
        (". Check the key.", "fail; Check the key"),
        (", requestId=1|2", "fail; requestId=1|2"),
        ("\")", "fail"),
        ("\nstringToSign:x", "fail; stringToSign:x"),
    ] {
        assert_split(&format!("fail, canonicalRequest:{ECHO}{after}"), message, ECHO);
    }
    let unsigned = ECHO.replace(&ECHO[ECHO.len() - 64..], "UNSIGNED-PAYLOAD");
    assert_split(&format!("fail, {unsigned}, more"), "fail; more", &unsigned);
}

#[test]
fn a_truncated_echo_extends_to_the_end() {
    for end in "GET|/".len()..ECHO.len() {
        let text = format!("fail, canonicalRequest:{}", &ECHO[..end]);
        let error = error(401, body("APIGW.0301", &text));
        assert_eq!(error.message(), Some("fail"));
        let echo = error.echoed_canonical_request().unwrap();
        assert!(ECHO.starts_with(echo.trim_end_matches("[redacted]")), "{echo}");
    }
}

#[test]
fn values_of_unknown_headers_and_parameters_are_hidden() {
    for (echo, shown) in [
        ("GET|/a/b|limit=10&key=k1y|", "GET|/a/b|limit=10&key=[redacted]|"),
        ("GET|/a?b|x|", "GET|[redacted]|x|"),
        ("GET|/|a=1|x-custom:v4l|Host:h1||", "GET|/|a=[redacted]|x-custom:[redacted]|Host:h1||"),
        ("GET|/||no header||", "GET|/||[redacted]||"),
        ("GET|/|||host;a b|", "GET|/|||[redacted]|"),
        ("GET|/|||host|hash?", "GET|/|||host|[redacted]"),
    ] {
        let error = error(401, body("APIGW.0301", &format!("fail,canonicalRequest:{echo}")));
        assert_eq!(error.echoed_canonical_request(), Some(shown));
    }
}

#[test]
fn a_message_without_an_echo_is_whole() {
    for message in [
        "no echo",
        "canonicalRequest",
        "a|b",
        "path|/x",
        "aGET|/x",
        "GO|/x",
        "GET|x",
        "GET /x",
        "|/",
        "signed GET, sent to |/x",
    ] {
        let error = error(401, body("APIGW.0301", message));
        assert_eq!(error.echoed_canonical_request(), None, "{message}");
        assert_eq!(error.raw_message().unwrap().expose_secret(), message);
    }
}
