use std::time::Duration;

use proptest::option;
use proptest::prelude::*;
use sts_client::{Command, Credentials};
use sts_providers::CredentialProcess;
use time::OffsetDateTime;

use crate::world::{Place, Wire, ask, ask_blocking, blocking_client, client, in_full};

fn process() -> CredentialProcess {
    CredentialProcess::new(Command::new("/bin/login").arguments(["--role", "a b"]))
}

fn printing(stdout: &str) -> Place {
    Place::default().with_command("/bin/login --role a b", 0, stdout, "")
}

const OUTPUT: &str = r#"{"Version":1,"AccessKeyId":"AK","SecretAccessKey":"s","SessionToken":"t",
    "Expiration":"2026-03-05T08:08:09Z","AccountId":"ignored"}"#;

#[test]
fn the_command_runs_for_every_refresh() {
    let place = printing(OUTPUT);
    let session = blocking_client(&Wire::dead(), &place).session(process()).unwrap();
    let credentials = ask_blocking(&session).unwrap();
    assert_eq!(credentials.access_key_id, "AK");
    assert_eq!(credentials.security_token.as_ref().unwrap().expose_secret(), "t");
    assert_eq!(place.ran(), ["/bin/login --role a b"]);
    place.pass(Duration::from_secs(50 * 60));
    ask_blocking(&session).unwrap();
    assert_eq!(place.ran().len(), 2);
    assert!(session.status().label.contains("/bin/login"));
}

#[test]
fn permanent_credentials_are_kept() {
    let place = printing(r#"{"Version":1,"AccessKeyId":"AK","SecretAccessKey":"s"}"#);
    let session = client(&Wire::dead(), &place).session(process()).unwrap();
    let credentials = ask(&session).unwrap();
    assert_eq!((&credentials.security_token, credentials.expiration), (&None, None));
    place.pass(Duration::from_secs(1 << 30));
    ask(&session).unwrap();
    assert_eq!(place.ran().len(), 1);
}

#[test]
fn invalid_output_is_an_error_that_does_not_quote_it() {
    for (stdout, part) in [
        ("", "not a JSON object"),
        ("PLANTED", "not a JSON object"),
        (r#"{"Version":1} PLANTED"#, "not a JSON object"),
        (r#"{"AccessKeyId":"AK","SecretAccessKey":"PLANTED"}"#, "`Version` must be the number 1"),
        (r#"{"Version":2,"AccessKeyId":"AK"}"#, "`Version` must be the number 1"),
        (r#"{"Version":"1","AccessKeyId":"AK"}"#, "unexpected type of a field"),
        (r#"{"Version":1,"SecretAccessKey":"PLANTED"}"#, "missing field `AccessKeyId`"),
        (r#"{"Version":1,"AccessKeyId":"AK"}"#, "missing field `SecretAccessKey`"),
        (
            r#"{"Version":1,"AccessKeyId":"AK","SecretAccessKey":"s","Expiration":"PLANTED"}"#,
            "field `Expiration` is not RFC 3339",
        ),
        (r#"{"Version":1,"AccessKeyId":"AK","SecretAccessKey":"PLANTED\n"}"#, "secret access key"),
    ] {
        let error = process().read(&printing(stdout)).unwrap_err();
        let text = in_full(&error);
        assert!(text.starts_with("invalid output of the command /bin/login: "), "{text}");
        assert!(text.contains(part) && !text.contains("PLANTED"), "{text}");
        assert!(!error.is_not_configured());
    }
}

#[test]
fn a_failing_command_is_shown_with_the_beginning_of_its_standard_error() {
    let place = Place::default().with_command(
        "/bin/login --role a b",
        2,
        "PLANTED",
        &format!("sign in first{}", "x".repeat(5000)),
    );
    let text = in_full(&process().read(&place).unwrap_err());
    let start = "the command /bin/login failed with exit status 2: sign in first";
    assert!(text.starts_with(start) && text.len() < 1100 && !text.contains("PLANTED"), "{text}");

    let error = process().read(&Place::default()).unwrap_err();
    assert!(error.to_string().starts_with("cannot run the command /bin/login"), "{error}");
    assert!(!error.is_not_configured());
}

proptest! {
    /// What the writer writes, the reader reads.
    #[test]
    fn output_is_read_back(
        id in "[!-~]{1,40}",
        secret in "[!-~]{1,80}",
        token in option::of("[!-~]{1,200}"),
        end in option::of(0_i64..253_402_300_800),
    ) {
        let mut credentials = Credentials::permanent(&*id, &*secret);
        if let Some(token) = token {
            credentials = credentials.security_token(&*token);
        }
        let end = end.map(|end| OffsetDateTime::from_unix_timestamp(end).unwrap());
        credentials.expiration = end;
        prop_assume!(credentials.validate().is_ok());
        let output = CredentialProcess::output_of(&credentials).unwrap();
        let text = std::str::from_utf8(output.as_ref()).unwrap();
        let read = process().read(&printing(text)).unwrap();
        prop_assert!(read == credentials);
    }

    #[test]
    fn any_output_is_read(stdout in ".{0,300}") {
        if let Err(error) = process().read(&printing(&stdout)) {
            prop_assert!(error.to_string().starts_with("invalid output of the command "));
        }
    }
}
