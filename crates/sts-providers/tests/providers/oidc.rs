use std::time::Duration;

use sts_client::session::RefreshProvider;
use sts_client::{Failure, proto::ErrorKind};
use sts_providers::OidcAgency;

use crate::world::in_full;
use crate::world::{Place, Wire, answer, ask, ask_again, ask_blocking, blocking_client, client};

const PROVIDER: &str = "iam::0a1b:oidcProvider:cluster";
const AGENCY: &str = "iam::0a1b:agency:deploy";

fn place() -> Place {
    Place::default()
        .with_variable("HUAWEICLOUD_OIDC_PROVIDER_URN", PROVIDER)
        .with_variable("HUAWEICLOUD_OIDC_AGENCY_URN", AGENCY)
        .with_variable("HUAWEICLOUD_OIDC_TOKEN_FILE", "/token")
        .with_file("/token", " first.token\n")
}

/// Issues credentials whose id contains the token, and counts requests.
fn wire() -> Wire {
    Wire::new(|request| {
        let body = String::from_utf8(request.body().as_ref().to_vec()).unwrap();
        let token = body.split("\"id_token\":\"").nth(1).unwrap().split('"').next().unwrap();
        answer(
            200,
            &format!(
                r#"{{"assumed_agency":{{"urn":"u","id":"i"}},"audience":"a","provider":"p",
                "subject_from_id_token":"s","credentials":{{"access_key_id":"for-{token}",
                "secret_access_key":"s","security_token":"t","expiration":"2026-03-05T08:08:09Z"}}}}"#
            ),
        )
    })
}

#[test]
fn the_variables_result_in_an_unsigned_call() {
    let (wire, place) = (wire(), place());
    let session =
        client(&wire, &place).session(OidcAgency::from_environment(&place).unwrap()).unwrap();
    assert_eq!(ask(&session).unwrap().access_key_id, "for-first.token");

    let seen = &wire.seen()[0];
    assert_eq!(
        seen.line,
        "POST https://sts.cn-north-4.myhuaweicloud.com/v5/agencies/assume-with-oidc"
    );
    assert!(seen.header("authorization").is_none());
    for part in [PROVIDER, AGENCY, r#""agency_session_name":"oidc-sts-session""#] {
        assert!(seen.body.contains(part), "{}", seen.body);
    }
    assert!(!seen.body.contains("duration_seconds"), "the service's default is the official one");
}

#[test]
fn optional_parameters_are_sent() {
    let place = place()
        .with_variable("HUAWEICLOUD_OIDC_SESSION_NAME", "billing")
        .with_variable("HUAWEICLOUD_OIDC_DURATION_SECONDS", "900")
        .with_variable("HUAWEICLOUD_OIDC_POLICY", "{}")
        .with_variable("HUAWEICLOUD_OIDC_POLICY_IDS", "one, two,,");
    let operation = OidcAgency::from_environment(&place).unwrap().operation(&place).unwrap();
    assert_eq!(operation.agency_session_name, "billing");
    assert_eq!(operation.duration_seconds, Some(900));
    assert_eq!(operation.policy.as_deref(), Some("{}"));
    assert_eq!(operation.policy_ids.unwrap(), ["one", "two"]);

    let place = place.with_variable("HUAWEICLOUD_OIDC_POLICY_IDS", " , ,");
    let operation = OidcAgency::from_environment(&place).unwrap().operation(&place).unwrap();
    assert_eq!(operation.policy_ids, None);
}

#[test]
fn a_token_in_a_variable_takes_precedence_over_one_in_a_file() {
    let place = place().with_variable("HUAWEICLOUD_OIDC_ID_TOKEN", "given.token");
    let operation = OidcAgency::from_environment(&place).unwrap().operation(&place).unwrap();
    assert_eq!(operation.id_token.expose_secret(), "given.token");
}

#[test]
fn no_urn_means_not_configured_and_a_missing_one_is_an_error() {
    let complaint = |unset: &[&str]| {
        let mut place = place();
        for name in unset {
            place = place.with_variable(&format!("HUAWEICLOUD_OIDC_{name}"), "");
        }
        OidcAgency::from_environment(&place).unwrap_err()
    };
    let error = complaint(&["PROVIDER_URN", "AGENCY_URN"]);
    assert!(error.is_not_configured());
    assert_eq!(
        error.to_string(),
        "HUAWEICLOUD_OIDC_PROVIDER_URN and HUAWEICLOUD_OIDC_AGENCY_URN are not set"
    );
    for (unset, expected) in [
        ("PROVIDER_URN", "AGENCY_URN is set, but HUAWEICLOUD_OIDC_PROVIDER_URN is not"),
        ("AGENCY_URN", "PROVIDER_URN is set, but HUAWEICLOUD_OIDC_AGENCY_URN is not"),
        ("TOKEN_FILE", "set HUAWEICLOUD_OIDC_TOKEN_FILE or HUAWEICLOUD_OIDC_ID_TOKEN"),
    ] {
        let error = complaint(&[unset]);
        assert!(!error.is_not_configured());
        assert!(error.to_string().contains(expected), "{error}");
    }
    let place = place().with_variable("HUAWEICLOUD_OIDC_DURATION_SECONDS", "an hour");
    let error = OidcAgency::from_environment(&place).unwrap_err();
    assert_eq!(
        error.to_string(),
        "environment variable HUAWEICLOUD_OIDC_DURATION_SECONDS must be a whole number of seconds"
    );
}

#[test]
fn the_token_file_is_read_for_every_refresh() {
    let (wire, place) = (wire(), place());
    let agency = OidcAgency::new(PROVIDER, AGENCY, "/token");
    let session = blocking_client(&wire, &place).session(agency).unwrap();
    assert_eq!(ask_blocking(&session).unwrap().access_key_id, "for-first.token");

    place.write("/token", "second.token");
    place.pass(Duration::from_secs(50 * 60));
    assert_eq!(ask_blocking(&session).unwrap().access_key_id, "for-second.token");
}

#[test]
fn rejected_credentials_are_replaced_by_a_refresh() {
    let (wire, place) = (wire(), place());
    let agency = OidcAgency::new(PROVIDER, AGENCY, "/token");
    let session = client(&wire, &place).session(agency).unwrap();
    let first = ask(&session).unwrap();
    place.write("/token", "second.token");
    assert_eq!(ask(&session).unwrap().access_key_id, "for-first.token");
    assert_eq!(ask_again(&session, first).unwrap().access_key_id, "for-second.token");
}

#[test]
fn an_invalid_token_file_is_an_error_that_names_it() {
    for (content, complaint) in [
        (Some("  \n"), "the token file /token is empty"),
        (Some("two words"), "the token file /token must be a single line of visible ASCII"),
        (Some("größe"), "the token file /token must be a single line of visible ASCII"),
        (None, "cannot read the token file /token"),
    ] {
        let place = place();
        match content {
            Some(content) => place.write("/token", content),
            None => place.remove("/token"),
        }
        let wire = Wire::dead();
        let provider = OidcAgency::from_environment(&place).unwrap();
        let session = client(&wire, &place).session(provider).unwrap();
        let error = futures_lite::future::block_on(session.credentials()).unwrap_err();
        assert!(in_full(&error).contains(complaint), "{}", in_full(&error));
        assert_eq!(error.kind(), ErrorKind::Credentials);
        let failure = error.call().expect("the refresh failed").failure();
        assert!(matches!(failure, Failure::Credentials(error) if !error.is_not_configured()));
        assert!(wire.seen().is_empty());
    }
}

#[test]
fn a_session_is_limited_to_the_requested_lifetime() {
    let agency = || OidcAgency::new("iam::a:oidcProvider:p", "iam::a:agency:x", "/token");
    assert_eq!(agency().lifetime(), Some(Duration::from_secs(3600)));
    let short = agency().duration(Duration::from_secs(900));
    assert_eq!(short.lifetime(), Some(Duration::from_secs(900)));
}

#[test]
fn invalid_settings_are_an_error_before_a_token_is_read() {
    let agency = || OidcAgency::new("iam::a:oidcProvider:p", "iam::a:agency:x", "/missing");
    let client = client(&wire(), &place());
    client.session(agency()).unwrap();
    for invalid in [
        agency().session_name("?"),
        agency().duration(Duration::from_secs(60)),
        OidcAgency::new("", "iam::a:agency:x", "/token"),
    ] {
        let error = client.session(invalid).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    }
}

#[test]
fn a_token_file_has_a_limit() {
    let place = Place::default().with_file("/token", &"x".repeat((1 << 16) + 1));
    let error = OidcAgency::new("p", "a", "/token").operation(&place).unwrap_err();
    assert_eq!(error.to_string(), "the token file /token exceeds 64 KiB");
}
