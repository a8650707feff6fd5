//! Secrets: never printed, and equal when their texts are.

use sts_credentials::Secret;

#[test]
fn a_secret_is_printed_as_one_fixed_word() {
    for secret in ["", "a", "PLANTED"].map(Secret::from) {
        assert_eq!(format!("{secret:?} {secret} {secret:#?}"), "[redacted] [redacted] [redacted]");
    }
}

#[test]
fn secrets_are_equal_when_their_texts_are() {
    let secrets = ["", "a", "b", "ab", "aa", "ba", "abc", "é", "\u{0}", "a\u{0}"];
    for (one, other) in secrets.iter().flat_map(|a| secrets.iter().map(move |b| (*a, *b))) {
        assert_eq!(Secret::from(one) == Secret::from(other), one == other, "{one:?} {other:?}");
    }
    let long = "x".repeat(100_000);
    assert_eq!(Secret::from(long.as_str()), Secret::from(long.clone()));
    assert_ne!(Secret::from(format!("{long}y")), Secret::from(format!("{long}z")));
    assert_ne!(Secret::from(format!("y{long}")), Secret::from(format!("z{long}")));
}

#[test]
fn a_secret_is_the_same_however_it_was_made() {
    let mut roomy = String::with_capacity(1000);
    roomy.push_str("secret");
    for secret in [
        Secret::from("secret"),
        Secret::from("secret".to_owned()),
        Secret::from(roomy),
        Secret::from("secret").clone(),
        serde_json::from_str(r#""secret""#).unwrap(),
        serde_json::from_str(r#" "\u0073ecret" "#).unwrap(),
    ] {
        assert_eq!(secret.expose_secret(), "secret");
        assert!(!secret.is_empty());
    }
    assert!(Secret::default().is_empty() && Secret::from(String::new()).is_empty());
}
