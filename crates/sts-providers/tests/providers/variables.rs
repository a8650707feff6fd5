//! Every variable that is read, with invalid values.

use sts_client::CredentialsError;
use sts_providers::{AgencyByName, EnvironmentVariables, OidcAgency, PodIdentity, ProfileFile};

use crate::world::Place;

/// The expected fault of a value, by the kind of the variable.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// Credentials, tokens, URNs, URLs.
    Word,
    /// A path of the local system.
    Path,
    /// Any text.
    Text,
}

use Holds::{Path, Text, Word};

type Read = fn(&Place) -> Result<(), CredentialsError>;

const ENVIRONMENT: Read = |place| EnvironmentVariables.read(place).map(drop);
const PROFILE: Read = |place| ProfileFile::new().read(place).map(drop);
const OIDC: Read = |place| OidcAgency::from_environment(place)?.operation(place).map(drop);
const POD: Read = |place| PodIdentity::from_environment(place).map(drop);

const IAM: Read = |place| {
    let agency = AgencyByName::of_account_name("a", "b");
    agency.endpoint_from_environment(place).map(drop)
};

const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

/// Each variable with a valid value.
const VARIABLES: [(&str, &str, Holds, Read); 18] = [
    ("HUAWEICLOUD_SDK_AK", "AK", Word, ENVIRONMENT),
    ("HUAWEICLOUD_SDK_SK", "SK", Word, ENVIRONMENT),
    ("HUAWEICLOUD_SDK_SECURITY_TOKEN", "T==", Word, ENVIRONMENT),
    ("HUAWEICLOUD_SDK_IDP_ID", "idp", Text, ENVIRONMENT),
    ("HUAWEICLOUD_SDK_ID_TOKEN_FILE", "/token", Text, ENVIRONMENT),
    ("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "/a file", Path, PROFILE),
    (HOME, "/home/u v", Path, |place| {
        let error = ProfileFile::new().read(place).expect_err("there is none");
        if error.is_not_configured() { Ok(()) } else { Err(error) }
    }),
    ("HUAWEICLOUD_OIDC_PROVIDER_URN", "iam::0a1b:oidcProvider:p", Word, OIDC),
    ("HUAWEICLOUD_OIDC_AGENCY_URN", "iam::0a1b:agency:a", Word, OIDC),
    ("HUAWEICLOUD_OIDC_ID_TOKEN", "e.e.e", Word, OIDC),
    ("HUAWEICLOUD_OIDC_TOKEN_FILE", "/token", Path, OIDC),
    ("HUAWEICLOUD_OIDC_SESSION_NAME", "billing", Word, OIDC),
    ("HUAWEICLOUD_OIDC_DURATION_SECONDS", "900", Word, OIDC),
    ("HUAWEICLOUD_OIDC_POLICY", "{ }", Text, OIDC),
    ("HUAWEICLOUD_OIDC_POLICY_IDS", "one", Word, OIDC),
    ("HC_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/x", Word, POD),
    ("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/token", Path, POD),
    ("HUAWEICLOUD_SDK_IAM_ENDPOINT", "iam.example", Word, IAM),
];

/// Variables that hide others.
const EXCLUSIVE: [&str; 3] =
    ["HUAWEICLOUD_SDK_IDP_ID", "HUAWEICLOUD_SDK_ID_TOKEN_FILE", "HUAWEICLOUD_OIDC_ID_TOKEN"];

/// Other variables that the reader of a variable needs.
fn place_for(read: &str) -> Place {
    let file = "[basic]\nak = AK\nsk = SK\n";
    let place = Place::default().with_file("/token", "e.e.e").with_file("/a file", file);
    VARIABLES
        .into_iter()
        .filter(|(name, ..)| !EXCLUSIVE.contains(name))
        .filter(|(name, ..)| read != HOME || *name != "HUAWEICLOUD_SDK_CREDENTIALS_FILE")
        .fold(place, |place, (name, value, ..)| place.with_variable(name, value))
}

#[test]
fn a_value_may_have_white_space_around_it() {
    for (name, value, _, read) in VARIABLES {
        for value in [value.to_owned(), format!(" {value}"), format!("\t{value} \r\n")] {
            let place = place_for(name).with_variable(name, &value);
            assert!(read(&place).is_ok(), "{name}={value:?}: {:?}", read(&place));
        }
    }
}

#[test]
fn a_variable_that_is_not_utf_8_is_an_error_that_names_it() {
    for (name, _, _, read) in VARIABLES {
        let error = read(&place_for(name).with_invalid_variable(name)).unwrap_err();
        assert!(!error.is_not_configured(), "{name}");
        let expected = format!("environment variable {name} is not valid UTF-8");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_value_in_quotes_is_an_error_that_names_the_variable() {
    for (name, value, _, read) in VARIABLES {
        for value in [
            format!("\"{value}\""),
            format!("'{value}'"),
            format!("  '{value}'\n"),
            format!("`{value}`"),
            format!("\u{201c}{value}\u{201d}"),
            format!("\u{2018}{value}\u{2019}"),
            format!("'{value}"),
            format!("{value}\""),
            "\"\"".to_owned(),
            "'".to_owned(),
        ] {
            let error = read(&place_for(name).with_variable(name, &value)).unwrap_err();
            let fault = "is in quotes, which are part of the value; remove them";
            assert_eq!(error.to_string(), format!("environment variable {name} {fault}"));
        }
    }
}

#[test]
fn an_unsendable_value_is_an_error_that_names_the_variable_and_not_the_value() {
    for (name, _, holds, read) in VARIABLES {
        for (value, is_for_paths) in [
            ("HUSH UP", true),
            ("HUSH\u{a0}UP", true),
            ("HUSH\tUP", false),
            ("HUSH\nUP", false),
            ("HUSH\r\nUP", false),
            ("HUSH\0UP", false),
            ("HUSH\u{7f}UP", false),
            ("HUSH\u{85}UP", false),
            ("HUSH\u{c9}", true),
            ("\u{feff}HUSH", true),
        ] {
            if holds == Text || (holds == Path && is_for_paths) {
                continue;
            }
            let error = read(&place_for(name).with_variable(name, value)).unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.contains(&format!("environment variable {name}")), "{value:?}: {text}");
            assert!(!text.contains("HUSH"), "{text}");
            assert!(!error.is_not_configured());
        }
    }
}

#[test]
fn an_access_key_id_contains_no_separator_of_the_header() {
    for value in ["A,B", "A/B"] {
        let place = place_for("").with_variable("HUAWEICLOUD_SDK_AK", value);
        let text = ENVIRONMENT(&place).unwrap_err().to_string();
        let expected = "environment variable HUAWEICLOUD_SDK_AK: access key id contains a character that is not \
                        allowed; allowed: visible ASCII except comma and slash";
        assert_eq!(text, expected);
    }
}

#[test]
fn an_endpoint_of_iam_follows_the_rule_of_sts() {
    let name = "HUAWEICLOUD_SDK_IAM_ENDPOINT";
    let read = |url: &str| IAM(&Place::default().with_variable(name, url));
    for url in ["iam.example", "https://iam.example", "http://localhost:80", "http://[::1]:80"] {
        assert!(read(url).is_ok(), "{url}");
    }
    for url in ["http://iam.example", "http://169.254.169.254", "http://[fe80::1]"] {
        let text = read(url).unwrap_err().to_string();
        let fault = "plain http is allowed for loopback addresses only; use https";
        assert_eq!(
            text,
            format!("environment variable {name} is invalid: invalid endpoint {url:?}: {fault}")
        );
    }
}
