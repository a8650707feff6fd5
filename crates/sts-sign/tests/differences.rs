//! What is said when a gateway's canonical request is not the one that was signed.
#![allow(clippy::unwrap_used, reason = "tests may panic")]

use http::{HeaderValue, Request};
use sts_sign::{Explanation, Signer};
use time::macros::datetime;

const TOKEN: &str = "plantedToken/+==";

fn explanation() -> Explanation {
    let signer = Signer::from_parts("HSTEXAMPLE0000000001", "secret").unwrap();
    let request = Request::post("https://sts.example.com/v5/agencies/assume?a=1")
        .header("content-type", "application/json")
        .body("{}")
        .unwrap();
    let signer = signer.security_token(TOKEN).unwrap();
    signer.explain(&request, datetime!(2026-03-05 07:08:09 UTC)).unwrap()
}

/// What a gateway would echo that saw the request as it was signed.
fn echo() -> String {
    let canonical = explanation().canonical_request().replace("[redacted]", TOKEN);
    let canonical = canonical.replace('\n', "|");
    format!(
        "Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest:{canonical}, check it"
    )
}

fn difference(from: &str, to: &str) -> String {
    let echo = echo();
    assert!(echo.contains(from));
    let difference = explanation().first_difference(&echo.replace(from, to)).unwrap();
    let shown = format!("{difference} {difference:?}");
    assert!(!shown.contains("planted"), "{shown}");
    difference.to_string()
}

#[test]
fn an_echo_of_what_was_signed_has_none() {
    assert_eq!(explanation().first_difference(&echo()), None);
    assert_eq!(explanation().first_difference(explanation().canonical_request()), None);
    assert_eq!(explanation().first_difference(&echo().replace('|', "\n")), None);
}

#[test]
fn a_token_that_was_redacted_before_counts_as_equal() {
    assert_eq!(explanation().first_difference(&echo().replace(TOKEN, "[redacted]")), None);
}

#[test]
fn the_first_difference_is_named_in_words() {
    for (from, to, said) in [
        ("POST|", "GET|", r#"method signed as "POST", gateway received "GET""#),
        (
            "/assume/|",
            "/assume|",
            r#"canonical URI signed as "/v5/agencies/assume/", gateway received "/v5/agencies/assume""#,
        ),
        ("|a=1|", "||", r#"query signed as "a=1", gateway received """#),
        (
            "host:sts.example.com|",
            "host:sts.example.com:443|",
            r#"host signed as "sts.example.com", gateway received "sts.example.com:443""#,
        ),
        (
            "content-type:application/json|",
            "",
            r#"content-type signed as "application/json", gateway received none"#,
        ),
        ("|host:", "|accept:any|host:", r#"accept not signed, gateway received "any""#),
        (
            "content-type;host",
            "host",
            "list of signed headers signed as \"content-type;host;x-sdk-date;x-security-token\", \
             gateway received \"host;x-sdk-date;x-security-token\"",
        ),
        (
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "payload hash signed as \
             \"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\", gateway received \
             \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"",
        ),
    ] {
        assert_eq!(difference(from, to), said);
    }
}

#[test]
fn a_difference_has_the_part_and_both_values() {
    let echo = echo().replace("host:sts.example.com|", "host:other.example.com|");
    let difference = explanation().first_difference(&echo).unwrap();
    assert_eq!(difference.part(), "host");
    assert_eq!(difference.signed(), Some("sts.example.com"));
    assert_eq!(difference.seen(), Some("other.example.com"));
}

#[test]
fn secrets_are_compared_and_never_shown() {
    let said = "x-security-token differs; values are not shown";
    assert_eq!(difference(TOKEN, "plantedToken2"), said);

    let lost = difference(&format!("x-security-token:{TOKEN}|"), "");
    assert_eq!(lost, r#"x-security-token signed as "[redacted]", gateway received none"#);
    for query in ["access_token=planted", "a=1&Secret=planted", "X-Security-Token:planted"] {
        let said = "query differs; values are not shown";
        assert_eq!(difference("|a=1|", &format!("|{query}|")), said);
    }
    for name in ["x-auth-token", "X-Auth-Token"] {
        let added = difference("|x-sdk-date", &format!("|{name}:planted|x-sdk-date"));
        assert_eq!(added, format!(r#"{name} not signed, gateway received "[redacted]""#));
    }
}

#[test]
fn a_sensitive_header_is_never_shown() {
    let signer = Signer::from_parts("HSTEXAMPLE0000000001", "secret").unwrap();
    let mut sensitive = HeaderValue::from_static("planted");
    sensitive.set_sensitive(true);
    let request = Request::get("https://sts.example.com/").header("content-type", sensitive);
    let now = datetime!(2026-03-05 07:08:09 UTC);
    let explanation = signer.explain(&request.body("").unwrap(), now).unwrap();
    let echo = explanation.canonical_request().replace("[redacted]", "planted").replace('\n', "|");
    assert_eq!(explanation.first_difference(&echo), None);
    for (from, to, said) in [
        ("/||content-type", "/|content-type", "query differs; values are not shown"),
        ("/||content-type", "/|Content-Type", "query differs; values are not shown"),
        (
            "content-type:planted|",
            "content-type:planted2|",
            "content-type differs; values are not shown",
        ),
    ] {
        let difference = explanation.first_difference(&echo.replace(from, to)).unwrap();
        assert_eq!(difference.to_string(), said);
    }
    // The name is as it was sent, and the echo is cut.
    let sent = echo.replace("content-type", "Content-Type");
    let (cut, _) = sent.split_once("x-sdk-date").unwrap();
    let difference = explanation.first_difference(cut).unwrap();
    assert!(!format!("{difference:?}").contains("planted"), "{difference:?}");
}

#[test]
fn an_echo_that_is_cut_differs_only_in_what_is_there() {
    let echo = echo();
    let end = echo.find(", check").unwrap();
    let start = echo.find("|host:").unwrap();
    for length in start..end {
        let cut = echo.get(..length).unwrap();
        let difference = explanation().first_difference(cut);
        assert!(difference.is_none(), "{cut}: {}", difference.unwrap());
    }
}

#[test]
fn a_message_without_an_echo_has_none() {
    for message in [
        "",
        "Incorrect IAM authentication information: verify aksk signature fail",
        "decrypt token fail: planted|planted",
        "see https://support.example.com/planted|/planted",
        "<html>\n<body>\n/planted\n</body>\n</html>",
        "|/planted|",
    ] {
        assert_eq!(explanation().first_difference(message), None, "{message}");
    }
}

#[test]
fn text_around_an_echo_is_ignored() {
    for separator in ["|", "\n"] {
        let echo = echo().replace('|', separator);
        for message in [
            format!("see a{separator}/b, {echo}"),
            format!("{echo} or a{separator}b"),
            format!("{echo}{separator}request id{separator}0f3c"),
        ] {
            let difference = explanation().first_difference(&message);
            assert!(difference.is_none(), "{message}: {}", difference.unwrap());
        }
    }
}

#[test]
fn any_text_is_an_echo() {
    for text in ["", "|", "|/", "||||||||", "\n/\n", "GET|/", "no", "é|/é", "|/|:|:||;|-"] {
        let _ = explanation().first_difference(text);
    }
}
