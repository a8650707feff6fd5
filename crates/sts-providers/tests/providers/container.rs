use std::time::Duration;

use sts_client::TransportError;
use sts_client::transport::TransportErrorKind;
use sts_proto::ErrorKind;
use sts_providers::ContainerCredentials;

use crate::world::{
    Answer, Place, Wire, answer, ask, ask_blocking, blocking_client, client, in_full,
};

const URI: &str = "http://127.0.0.1:1/credentials?role=a";

fn issued(id: &str) -> Answer {
    answer(
        200,
        &format!(
            r#"{{"AccessKeyId":"{id}","SecretAccessKey":"s","Token":"t",
            "Expiration":"2026-03-05T08:08:09Z","AccountId":"ignored"}}"#
        ),
    )
}

/// Issues credentials whose id contains the value of `Authorization`.
fn wire() -> Wire {
    Wire::new(|request| {
        let token = request.headers().get("authorization").map(|value| value.to_str().unwrap());
        issued(&format!("for-{}", token.unwrap_or("anonymous").replace(' ', "-")))
    })
}

fn place() -> Place {
    Place::default()
        .with_variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", URI)
        .with_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic variable")
}

fn of(place: &Place) -> ContainerCredentials {
    ContainerCredentials::from_environment(place).unwrap()
}

#[test]
fn the_request_contains_the_token() {
    let (wire, place) = (wire(), place());
    let session = client(&wire, &place).session(of(&place)).unwrap();
    let credentials = ask(&session).unwrap();
    assert_eq!(credentials.access_key_id, "for-Basic-variable");
    assert_eq!(credentials.security_token.as_ref().unwrap().expose_secret(), "t");

    let seen = &wire.seen()[0];
    assert_eq!(seen.line, format!("GET {URI}"));
    assert_eq!(seen.header("accept"), Some("application/json"));
    assert!(seen.headers["authorization"].is_sensitive());
    assert!(seen.is_direct, "no proxy sees the token");
    assert_eq!((seen.limits.timeout, seen.limits.body), (Duration::from_secs(5), 65_536));
}

#[test]
fn a_token_can_be_set_in_the_program() {
    let (wire, place) = (wire(), Place::default());
    let provider = ContainerCredentials::new(URI).unwrap();
    for (provider, id) in
        [(provider.clone().token("Bearer own"), "for-Bearer-own"), (provider, "for-anonymous")]
    {
        let session = client(&wire, &place).session(provider).unwrap();
        assert_eq!(ask(&session).unwrap().access_key_id, id);
    }
}

#[test]
fn a_token_file_takes_precedence_and_is_read_for_every_refresh() {
    let place = place()
        .with_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/secret")
        .with_file("/secret", "first");
    let wire = wire();
    let session = blocking_client(&wire, &place).session(of(&place)).unwrap();
    assert_eq!(ask_blocking(&session).unwrap().access_key_id, "for-first");
    place.write("/secret", "second");
    place.pass(Duration::from_secs(50 * 60));
    assert_eq!(ask_blocking(&session).unwrap().access_key_id, "for-second");

    for (content, fault) in [
        ("", "is empty"),
        ("a\nb", "contains a line end"),
        // Other clients of the protocol reject it, too.
        ("token\n", "contains a line end; write it without one"),
        ("tok\u{e9}n", "must be a single line"),
    ] {
        place.write("/secret", content);
        let error = ask(&client(&wire, &place).session(of(&place)).unwrap()).unwrap_err();
        let text = in_full(&error);
        assert!(text.contains(&format!("the token file /secret {fault}")), "{text}");
    }
}

#[test]
fn a_line_end_in_a_token_is_an_error() {
    let name = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
    for token in ["token\n", "token\r\n", "\ntoken", "\n"] {
        let place = place().with_variable(name, token);
        let error = ContainerCredentials::from_environment(&place).unwrap_err();
        assert!(error.to_string().contains(&format!("{name} contains a line end")), "{error}");
        let given = ContainerCredentials::new(URI).unwrap().token(token);
        let error = ask(&client(&Wire::dead(), &place).session(given).unwrap()).unwrap_err();
        assert!(in_full(&error).contains("contains a line end"), "{}", in_full(&error));
    }
}

#[test]
fn a_server_without_a_token_is_asked_without_one() {
    let place = Place::default().with_variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", URI);
    for place in [place.clone(), place.with_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN", "")] {
        let session = client(&wire(), &place).session(of(&place)).unwrap();
        assert_eq!(ask(&session).unwrap().access_key_id, "for-anonymous");
    }
}

#[test]
fn no_url_means_not_configured() {
    let place = Place::default()
        .with_variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/credentials")
        .with_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN", "t");
    assert!(ContainerCredentials::from_environment(&place).unwrap_err().is_not_configured());
}

#[test]
fn plain_http_is_for_local_addresses_only() {
    for url in [
        "http://127.9.9.9/",
        "http://localhost:8080/x",
        "http://[::1]/",
        "http://169.254.170.2/v2",
        "http://169.254.170.23/v1",
        "http://[fd00:ec2::23]/v1",
        "https://credentials.example/",
    ] {
        ContainerCredentials::new(url).unwrap();
    }
    for url in [
        "http://10.0.0.1/",
        "http://[fd00:ec2::24]/",
        "http://localhost.example/",
        "http://u:p@127.0.0.1/",
        "ftp://127.0.0.1/",
        "/relative",
    ] {
        ContainerCredentials::new(url).unwrap_err();
        let place = place().with_variable("AWS_CONTAINER_CREDENTIALS_FULL_URI", url);
        let error = ContainerCredentials::from_environment(&place).unwrap_err();
        let start = "environment variable AWS_CONTAINER_CREDENTIALS_FULL_URI ";
        assert!(error.to_string().starts_with(start), "{error}");
    }
    let wire = wire();
    let server = ContainerCredentials::new("https://credentials.example/").unwrap();
    ask(&client(&wire, &Place::default()).session(server).unwrap()).unwrap();
    assert!(!wire.seen()[0].is_direct);
}

#[test]
fn every_failure_is_reported() {
    for (status, body, part, attempts) in [
        (
            403,
            r#"{"code":"AccessDenied","message":"m"}"#,
            "status 403: access denied: AccessDenied: m",
            1,
        ),
        (500, "PLANTED", "request failed with status 500", 3),
        (503, "", "request failed with status 503", 3),
        (200, "PLANTED", "invalid response of the credential server: not a JSON object", 1),
        (200, r#"{"AccessKeyId":"AK","SecretAccessKey":"s"}"#, "missing field `Token`", 1),
        (
            200,
            r#"{"AccessKeyId":"AK","SecretAccessKey":"PLANTED","Token":"t"}"#,
            "missing field `Expiration`",
            1,
        ),
    ] {
        let wire = Wire::new(move |_| answer(status, body));
        let server = ContainerCredentials::new(URI).unwrap().token("PLANTED");
        let error = ask(&client(&wire, &Place::default()).session(server).unwrap()).unwrap_err();
        let text = in_full(&error);
        assert!(text.contains(part) && !text.contains("PLANTED"), "{text}");
        assert_eq!(wire.seen().len(), attempts, "{text}");
        assert!(!error.is_not_configured());
    }
    let wire = Wire::new(|_| Err(TransportError::not_sent(TransportErrorKind::Connect)));
    let server = ContainerCredentials::new(URI).unwrap();
    let error = ask(&client(&wire, &Place::default()).session(server).unwrap()).unwrap_err();
    assert!(in_full(&error).contains("no response from the credential server: cannot connect"));
    assert_eq!((wire.seen().len(), error.kind()), (3, ErrorKind::Transport));
}

#[test]
fn debug_shows_the_host_and_no_token() {
    let server = ContainerCredentials::new("http://127.0.0.1:1/PLANTED").unwrap().token("PLANTED");
    let shown = format!("{server:?}");
    assert!(!shown.contains("PLANTED") && shown.contains("http://127.0.0.1:1"), "{shown}");
}
