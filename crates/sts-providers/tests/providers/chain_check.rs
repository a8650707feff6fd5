//! Checks of chains, which send nothing.

use std::path::Path;
use std::time::Duration;

use sts_client::{CallContext, CallPolicy, Command, CredentialsError, Platform};
use sts_proto::Endpoint;
use sts_providers::identity_center::{AccessToken, ChosenAgency, SavedAgency, SavedSignIn};
use sts_providers::{
    ChainReport, CredentialProcess, EcsMetadata, IdTokenProvider, OidcAgency, ProviderChain,
    ProviderState,
};

use crate::chain::{home, metadata, rich, with_oidc, with_pod, with_profile, with_variables};
use crate::world::{Place, START, ask, client};

fn check(chain: &ProviderChain, place: &Place) -> Result<ChainReport, CredentialsError> {
    let platform = Platform::new(place.clone(), place.clone());
    chain.check(&platform, &CallContext::new([], CallPolicy::default()))
}

fn default_chain() -> ProviderChain {
    ProviderChain::default_chain(metadata())
}

fn state(report: &ChainReport, name: &str) -> ProviderState {
    report.iter().find(|(found, _)| *found == name).unwrap().1.clone()
}

#[test]
fn a_check_names_the_provider_that_a_search_uses() {
    let everything = || with_pod(with_profile(with_oidc(with_variables(home()))));
    for (place, name) in [
        (everything(), "environment"),
        (with_pod(with_profile(with_oidc(home()))), "oidc"),
        (with_pod(with_profile(home())), "profile"),
        (with_pod(home()), "pod-identity"),
        (home(), "ecs-metadata"),
    ] {
        let chain = default_chain();
        let report = check(&chain, &place).unwrap();
        assert_eq!(report.candidate(), Some(name), "{report}");
        assert_eq!(report.used(), None);
        let wire = rich();
        ask(&client(&wire, &place).session(chain.clone()).unwrap()).unwrap();
        assert_eq!(chain.report().used(), Some(name));
        assert_eq!(chain.report().candidate(), Some(name));
        assert_eq!(check(&chain, &place).unwrap(), report, "a search changes no check");
    }
    let report = check(&default_chain(), &everything()).unwrap();
    let configured = report.iter().filter(|(_, state)| **state == ProviderState::Configured);
    let configured: Vec<_> = configured.map(|(name, _)| name).collect();
    assert_eq!(configured, ["environment", "oidc", "profile", "pod-identity"]);
    assert_eq!(state(&report, "ecs-metadata"), ProviderState::Undetermined);
}

#[test]
fn a_check_states_what_each_provider_lacks() {
    let place = home().with_variable("HUAWEICLOUD_STS_METADATA_DISABLED", "true");
    let report = check(&default_chain(), &place).unwrap();
    assert_eq!(report.candidate(), None);
    let error = ask(&client(&rich(), &place).session(default_chain()).unwrap()).unwrap_err();
    let expected = format!("no credential provider is configured; {report}");
    assert_eq!(error.to_string(), expected, "a search has the same report");

    let broken = with_variables(home()).with_variable("HUAWEICLOUD_SDK_SK", "");
    let report = check(&default_chain(), &with_profile(broken)).unwrap();
    let ProviderState::Failed(why) = state(&report, "environment") else { panic!("{report}") };
    assert_eq!(why, "HUAWEICLOUD_SDK_AK is set, but HUAWEICLOUD_SDK_SK is not");
    assert_eq!(report.candidate(), None, "a failure ends the search");
    assert_eq!(state(&report, "profile"), ProviderState::Configured);
}

#[test]
fn a_check_follows_the_selector() {
    let place = with_profile(with_variables(home()));
    let selecting = |name: &str| place.clone().with_variable("HUAWEICLOUD_STS_PROVIDER", name);
    let report = check(&default_chain(), &selecting("profile")).unwrap();
    assert_eq!(report.candidate(), Some("profile"));
    assert_eq!(state(&report, "environment"), ProviderState::NotAsked);

    let report = check(&default_chain().select("pod-identity"), &place).unwrap();
    assert_eq!(report.candidate(), None);
    assert!(matches!(state(&report, "pod-identity"), ProviderState::NotConfigured(_)));

    let error = check(&default_chain(), &selecting("profil")).unwrap_err().to_string();
    assert!(error.contains("HUAWEICLOUD_STS_PROVIDER selects an unknown provider"), "{error}");
}

#[test]
fn a_provider_is_inserted_behind_another() {
    let names = |chain: ProviderChain| {
        let report = chain.report();
        report.iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>()
    };
    let disabled = || EcsMetadata::default().enabled(false);
    let chain = || ProviderChain::new().provider("a", disabled()).provider("b", disabled());
    assert_eq!(names(chain().provider_after("a", "new", disabled())), ["a", "new", "b"]);
    assert_eq!(names(chain().provider_after("b", "new", disabled())), ["a", "b", "new"]);
    assert_eq!(names(chain().provider_after("c", "new", disabled())), ["a", "b", "new"]);
}

#[test]
fn a_check_reads_a_saved_sign_in() {
    let endpoint = |host: &str| Endpoint::parse(&format!("https://{host}")).unwrap();
    let mut saved = SavedSignIn::new(
        "https://idcenter.example.com/d-1/portal",
        endpoint("oidc.cn-north-4.myhuaweicloud.com"),
        endpoint("portal.example.com"),
    );
    saved.access_token = Some(AccessToken::new("hidden-token", START + Duration::from_secs(3600)));
    saved.agency = Some(ChosenAgency::new("0a1b", "iam::0a1b:agency:reader"));
    let place = home();
    saved.write(&place, Path::new("/home/u/sign-in.json")).unwrap();

    let chain = ProviderChain::new()
        .provider("none", SavedAgency::new("/home/u/other.json"))
        .provider("saved", SavedAgency::new("/home/u/sign-in.json"));
    let report = check(&chain, &place).unwrap();
    assert_eq!(report.candidate(), Some("saved"), "{report}");
}

#[test]
fn a_check_runs_no_command() {
    let place = home();
    let token = IdTokenProvider::command(Command::new("print-token"));
    let agency = OidcAgency::with_token("iam::0a1b:oidcProvider:p", "iam::0a1b:agency:a", token);
    let chain = ProviderChain::new()
        .provider("off", EcsMetadata::default().enabled(false))
        .provider("token", agency)
        .provider("process", CredentialProcess::new(Command::new("print-credentials")));
    let report = check(&chain, &place).unwrap();
    assert_eq!(report.candidate(), Some("token"));
    assert_eq!(state(&report, "process"), ProviderState::Configured);
    let text = "off is not configured (ECS metadata is disabled in code); token is configured; \
                process is configured";
    assert_eq!(report.to_string(), text);
    assert!(place.ran().is_empty(), "{:?}", place.ran());
}
