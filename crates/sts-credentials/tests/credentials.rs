//! Credentials: expiration and validation.

use std::time::Duration;

use sts_credentials::{Credentials, InvalidCredentials};
use time::macros::datetime;

fn valid() -> Credentials {
    Credentials::permanent("HST", "secret").security_token("token")
}

#[test]
fn credentials_expire_at_their_expiration() {
    let at = datetime!(2026-03-05 07:38:09 UTC);
    let credentials = Credentials::temporary("HST", "s", "t", at);
    let second = Duration::from_secs(1);
    assert_eq!(credentials.expires_in(at - second), Some(second));
    assert!(!credentials.is_expired(at - second));
    assert_eq!(credentials.expires_in(at), Some(Duration::ZERO));
    assert!(credentials.is_expired(at) && credentials.is_expired(at + second));
    assert_eq!(Credentials::permanent("AK", "s").expires_in(at), None);
}

#[test]
fn credentials_that_can_sign_are_valid() {
    valid().validate().unwrap();
    Credentials::permanent("A", "a1B2c3+/=,;~!").validate().unwrap();
    valid().security_token("t".repeat(100_000)).validate().unwrap();
    valid().security_token("+/=,;~!").validate().unwrap();
}

#[test]
fn each_part_that_cannot_be_sent_is_named_and_not_shown() {
    type Change = fn(&mut Credentials, &str);
    let parts: [(&str, Change, &[&str]); 3] = [
        ("access key id", |c, text| c.access_key_id = text.into(), &["a,b", "a/b", "aé", ",,"]),
        ("secret access key", |c, text| c.secret_access_key = text.into(), &["aé", "a\u{201d}"]),
        ("security token", |c, text| c.security_token = Some(text.into()), &["aé", "a\u{7f}"]),
    ];
    for (part, change, others) in parts {
        let invalid = |text: &str| {
            let mut credentials = valid();
            change(&mut credentials, text);
            credentials.validate().expect_err(text)
        };
        assert!(matches!(invalid(""), InvalidCredentials::Empty { part: p, .. } if p == part));
        for text in
            [" a", "a ", "a b", "a\n", "\ta", "\u{a0}a", "a\u{2003}", "a\nb", "a\tb", "a\u{85}b"]
        {
            let error = invalid(text);
            assert!(
                matches!(error, InvalidCredentials::WhiteSpace { part: p, .. } if p == part),
                "{text:?}"
            );
        }
        for text in ["a\0b", "\u{feff}a"].iter().chain(others) {
            let error = invalid(text);
            assert!(
                matches!(error, InvalidCredentials::Character { part: p, .. } if p == part),
                "{text:?}"
            );
            assert!(error.to_string().starts_with(part) && !error.to_string().contains(text));
        }
    }
}
