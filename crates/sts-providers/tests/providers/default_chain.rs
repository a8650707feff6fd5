//! The order and the selector of the default chain.

use sts_providers::ProviderChain;

use crate::chain::{
    Chained, home, metadata, rich, with_oidc, with_pod, with_profile, with_variables,
};
use crate::world::{Place, Wire, answer, in_full};

fn chained(wire: &Wire, place: &Place) -> Chained {
    Chained::new(wire, place, ProviderChain::default_chain(metadata()))
}

/// An agency without a token.
fn with_agency(place: Place) -> Place {
    let place = with_oidc(place);
    place.with_variable("HUAWEICLOUD_OIDC_TOKEN_FILE", "")
}

fn with_job(place: Place) -> Place {
    place
        .with_variable("ACTIONS_ID_TOKEN_REQUEST_URL", "https://ci.example/idtoken")
        .with_variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "request-token")
}

fn selecting(place: Place, name: &str) -> Place {
    place.with_variable("HUAWEICLOUD_STS_PROVIDER", name)
}

#[test]
fn explicit_configuration_precedes_ambient_identities() {
    let used = |place: &Place| {
        let chained = chained(&rich(), place);
        chained.ask().unwrap();
        chained.chain.report().used().unwrap().to_owned()
    };
    assert_eq!(used(&with_pod(with_profile(with_oidc(with_variables(home()))))), "environment");
    assert_eq!(used(&with_pod(with_profile(with_oidc(home())))), "oidc");
    assert_eq!(used(&with_pod(with_profile(with_job(with_oidc(home()))))), "oidc");
    assert_eq!(used(&with_pod(with_profile(with_job(with_agency(home()))))), "ci");
    assert_eq!(used(&with_pod(with_profile(with_job(home())))), "profile");
    assert_eq!(used(&with_pod(home())), "pod-identity");
    assert_eq!(used(&home()), "ecs-metadata");
}

/// All providers behind the one that fails would return credentials of another identity.
#[test]
fn a_provider_that_is_configured_but_fails_is_not_replaced() {
    let set = |variables: &[(&str, &str)], place: Place| {
        variables.iter().fold(place, |place, (name, value)| place.with_variable(name, value))
    };
    let rest = || with_pod(with_profile(home()));
    let agency = [
        ("HUAWEICLOUD_OIDC_PROVIDER_URN", "iam::a:oidcProvider:p"),
        ("HUAWEICLOUD_OIDC_AGENCY_URN", "iam::a:agency:x"),
    ];
    let cases = [
        ("environment", set(&[("HUAWEICLOUD_SDK_AK", "AK")], rest())),
        ("environment", set(&[("HUAWEICLOUD_SDK_IDP_ID", "idp")], rest())),
        (
            "environment",
            set(&[("HUAWEICLOUD_SDK_AK", "\"AK\""), ("HUAWEICLOUD_SDK_SK", "s")], rest()),
        ),
        ("oidc", set(&[("HUAWEICLOUD_OIDC_TOKEN_FILE", "/missing")], set(&agency, rest()))),
        ("oidc", set(&[("HUAWEICLOUD_OIDC_AGENCY_URN", "iam::a:agency:x")], rest())),
        ("ci", set(&agency, rest())),
        (
            "ci",
            set(&[("ACTIONS_ID_TOKEN_REQUEST_URL", "http://ci.example/")], set(&agency, rest())),
        ),
        ("terraform", set(&[("HW_ACCESS_KEY", "AK")], rest())),
        ("terraform", set(&[("HW_PROFILE", "missing")], rest())),
        ("terraform", set(&[("HW_AUTH_TOKEN", "token")], rest())),
        ("hcloud", rest().with_file("/home/u/.hcloud/config.json", "{")),
        ("profile", set(&[("HUAWEICLOUD_SDK_CREDENTIALS_FILE", "/missing")], with_pod(home()))),
        ("profile", rest().with_file("/home/u/.huaweicloud/credentials", "[basic]\nak = AK\n")),
        (
            "pod-identity",
            set(&[("HC_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/")], home()),
        ),
        (
            "pod-identity",
            set(&[("HC_CONTAINER_CREDENTIALS_FULL_URI", "http://10.0.0.1/")], with_pod(home())),
        ),
    ];
    for (name, place) in cases {
        let wire = rich();
        let chained = chained(&wire, &place);
        let text = match chained.ask() {
            Ok(credentials) => panic!("{name}: {}", credentials.access_key_id),
            Err(error) => in_full(&error),
        };
        let start = format!("provider {name} is configured but failed");
        assert!(text.starts_with(&start), "{name}: {text}");
        assert!(wire.seen().is_empty(), "{name}: no request of another provider");
        assert_eq!(chained.chain.report().used(), None);
    }
}

#[test]
fn the_report_says_what_a_ci_job_lacks() {
    let report = |place: Place| {
        let chained = chained(&rich(), &place);
        let error = chained.ask().err().map(|error| in_full(&error));
        (chained.chain.report().to_string(), error)
    };
    let part = "ci is not configured (HUAWEICLOUD_OIDC_PROVIDER_URN and HUAWEICLOUD_OIDC_AGENCY_URN \
                are not set)";
    let (text, error) = report(home());
    assert!(text.contains(part) && error.is_none(), "{text}");

    let part = "ci is not configured (the CI job issues ID tokens, but \
                HUAWEICLOUD_OIDC_PROVIDER_URN and HUAWEICLOUD_OIDC_AGENCY_URN are not set";
    let (text, error) = report(with_job(home()));
    assert!(text.contains(part) && error.is_none(), "{text}");

    // Variables of a job without an agency concern no provider.
    let odd = home().with_invalid_variable("ACTIONS_ID_TOKEN_REQUEST_URL");
    let (_, error) = report(odd);
    assert_eq!(error, None);

    // A pull request from a fork: the job must not act as the machine that runs it.
    let (text, error) = report(with_profile(with_agency(home())));
    let part = "oidc is not configured (HUAWEICLOUD_OIDC_ID_TOKEN and HUAWEICLOUD_OIDC_TOKEN_FILE \
                are not set); ci failed (";
    assert!(text.contains(part) && text.contains("profile was not asked"), "{text}");
    let error = error.unwrap();
    assert!(error.starts_with("provider ci is configured but failed"), "{error}");
    for part in ["HUAWEICLOUD_OIDC_TOKEN_FILE", "ACTIONS_ID_TOKEN_REQUEST_URL", "from a fork"] {
        assert!(error.contains(part), "{error}");
    }

    let half = with_job(home()).with_variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "");
    let (text, _) = report(with_agency(half));
    let part = "ci failed (ACTIONS_ID_TOKEN_REQUEST_URL is set, but ACTIONS_ID_TOKEN_REQUEST_TOKEN";
    assert!(text.contains(part), "{text}");
}

#[test]
fn a_selected_ci_job_precedes_a_token_file() {
    let wire = rich();
    let selected = chained(&wire, &selecting(with_job(with_oidc(home())), "ci"));
    assert_eq!(selected.ask().unwrap().access_key_id, "OIDC");
    assert_eq!(wire.lines()[0], "GET https://ci.example/idtoken");

    let error = chained(&rich(), &selecting(with_oidc(home()), "ci")).ask().unwrap_err();
    let text = in_full(&error);
    let start = "provider ci, selected by HUAWEICLOUD_STS_PROVIDER, is not configured: \
                 ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not set";
    assert!(text.starts_with(start), "{text}");
}

/// Regression test: a pod used the agency of its node, because the metadata service of the node was
/// asked first.
#[test]
fn a_pod_does_not_use_the_identity_of_its_node() {
    let wire = rich();
    let place = with_pod(home());
    let pod = chained(&wire, &place);
    assert_eq!(pod.ask().unwrap().access_key_id, "POD");
    assert_eq!(wire.lines(), ["POST http://127.0.0.1:2/pod"], "the node is not asked");

    place.remove("/pod/token");
    let wire = rich();
    let error = chained(&wire, &place).ask().unwrap_err();
    assert!(error.to_string().starts_with("provider pod-identity is configured but failed"));
    assert!(wire.lines().is_empty(), "an error does not lead to the identity of the node");

    let wire = Wire::new(|_| answer(403, ""));
    let error = chained(&wire, &with_pod(home())).ask().unwrap_err();
    assert!(error.to_string().starts_with("provider pod-identity is configured but failed"));
    assert_eq!(wire.lines(), ["POST http://127.0.0.1:2/pod"]);
}

#[test]
fn a_variable_selects_one_provider() {
    let all = || with_pod(with_profile(with_oidc(with_variables(home()))));
    for (name, id) in [
        ("environment", "ENV"),
        ("oidc", "OIDC"),
        ("profile", "PROFILE"),
        ("pod-identity", "POD"),
        ("ecs-metadata", "ECS"),
    ] {
        let chained = chained(&rich(), &selecting(all(), name));
        assert_eq!(chained.ask().unwrap().access_key_id, id);
        let report = chained.chain.report();
        assert_eq!(report.used(), Some(name));
        assert_eq!(report.to_string().matches("was not asked").count(), 7, "{report}");
    }
    let chained = chained(&rich(), &selecting(all(), ""));
    assert_eq!(chained.ask().unwrap().access_key_id, "ENV", "an empty value selects nothing");
}

#[test]
fn a_selected_provider_must_be_configured_and_work() {
    let wire = rich();
    let chain = chained(&wire, &selecting(with_variables(home()), "profile"));
    let error = chain.ask().unwrap_err();
    assert!(!error.is_not_configured());
    let text = in_full(&error);
    let start = "provider profile, selected by HUAWEICLOUD_STS_PROVIDER, is not configured: ";
    assert!(text.starts_with(start), "{text}");
    assert!(wire.lines().is_empty());

    let error = chained(&wire, &selecting(with_variables(home()), "vault")).ask().unwrap_err();
    assert!(!error.is_not_configured());
    assert_eq!(
        error.to_string(),
        "environment variable HUAWEICLOUD_STS_PROVIDER selects an unknown provider; expected one \
         of: environment, oidc, ci, terraform, hcloud, profile, pod-identity, ecs-metadata"
    );

    let wire = Wire::new(|_| answer(500, ""));
    let error = chained(&wire, &selecting(home(), "ecs-metadata")).ask().unwrap_err();
    let start = "provider ecs-metadata, selected by HUAWEICLOUD_STS_PROVIDER, failed: ";
    assert!(in_full(&error).starts_with(start), "{}", in_full(&error));
}

#[test]
fn code_selects_one_provider() {
    let all = || selecting(with_pod(with_variables(home())), "environment");
    let select = |name: &'static str, place: &Place| {
        let chain = ProviderChain::default_chain(metadata()).select(name);
        Chained::new(&rich(), place, chain)
    };
    assert_eq!(select("pod-identity", &all()).ask().unwrap().access_key_id, "POD");
    let text = in_full(&select("hcloud", &all()).ask().unwrap_err());
    assert!(text.starts_with("the selected provider hcloud is not configured: "), "{text}");
    let text = in_full(&select("vault", &all()).ask().unwrap_err());
    assert!(text.starts_with("unknown provider \"vault\" selected; expected one of: "), "{text}");
}

#[test]
fn other_chains_read_no_selector() {
    let place = selecting(with_variables(home()), "vault");
    assert_eq!(Chained::official(&rich(), &place).ask().unwrap().access_key_id, "ENV");
}
