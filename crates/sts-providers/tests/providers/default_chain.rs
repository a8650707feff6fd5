//! The order and the selector of the default chain.

use sts_providers::ProviderChain;

use crate::chain::{
    Chained, home, metadata, rich, with_oidc, with_pod, with_profile, with_variables,
};
use crate::world::{Place, Wire, answer, in_full};

fn chained(wire: &Wire, place: &Place) -> Chained {
    Chained::new(wire, place, ProviderChain::default_chain(metadata()))
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
    assert_eq!(used(&with_pod(with_profile(home()))), "profile");
    assert_eq!(used(&with_pod(home())), "pod-identity");
    assert_eq!(used(&home()), "ecs-metadata");
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
        assert_eq!(report.to_string().matches("was not asked").count(), 6, "{report}");
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
         of: environment, oidc, terraform, hcloud, profile, pod-identity, ecs-metadata"
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
