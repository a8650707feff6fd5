use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use sts_client::{Client, proto::Credentials};
use sts_client::{CredentialsError, CredentialsRequest, NoCredentials, ProvideCredentials};
use sts_providers::{BlockingChain, Chain, EcsMetadata, LinkState};

use crate::world::{
    END, Place, Wire, answer, ask, ask_again, ask_blocking, blocking_client, client, in_full,
};

const PROFILE: &str = "/home/u/.huaweicloud/credentials";

fn home() -> Place {
    Place::default().with_variable("HOME", "/home/u").with_variable("USERPROFILE", "/home/u")
}

fn with_keys(place: Place) -> Place {
    place.with_variable("HUAWEICLOUD_SDK_AK", "ENV").with_variable("HUAWEICLOUD_SDK_SK", "s")
}

fn with_profile(place: Place) -> Place {
    place.with_file(PROFILE, "[basic]\nak = PROFILE\nsk = s\n")
}

fn with_pod(place: Place) -> Place {
    place
        .with_variable("HC_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:2/pod")
        .with_variable("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/pod/token")
        .with_file("/pod/token", "token")
}

fn with_oidc(place: Place) -> Place {
    place
        .with_variable("HUAWEICLOUD_OIDC_PROVIDER_URN", "iam::0a1b:oidcProvider:p")
        .with_variable("HUAWEICLOUD_OIDC_AGENCY_URN", "iam::0a1b:agency:a")
        .with_variable("HUAWEICLOUD_OIDC_TOKEN_FILE", "/oidc/token")
        .with_file("/oidc/token", "token")
}

/// A network in which every service returns credentials with its own name.
fn rich() -> Wire {
    Wire::new(|request| {
        let path = request.uri().path();
        let issued = |id: &str| {
            format!(
                r#"{{"credential":{{"access":"{id}","secret":"s","securitytoken":"t","expires_at":"{END}"}}}}"#
            )
        };
        let oidc = r#"{"assumed_agency":{"urn":"u","id":"i"},"audience":"a","provider":"p",
            "subject_from_id_token":"s","credentials":{"access_key_id":"OIDC",
            "secret_access_key":"s","security_token":"t","expiration":"2026-03-05T08:08:09Z"}}"#;
        match path {
            "/meta-data/latest/api/token" => answer(200, "token"),
            "/openstack/latest/securitykey" => answer(200, &issued("ECS")),
            "/pod" => answer(200, &issued("POD")),
            _ => answer(200, oidc),
        }
    })
}

fn metadata() -> EcsMetadata {
    EcsMetadata::at("http://127.0.0.1:1").unwrap()
}

fn standard(wire: &Wire, place: &Place) -> Chain {
    Chain::standard(&client(wire, place), place.clone(), metadata())
}

#[test]
fn the_order_matches_the_official_sdk() {
    let all = || with_pod(with_profile(with_keys(with_oidc(home()))));
    let unset = |place: Place, name: &str| place.with_variable(name, "");
    let mut place = all();
    let wire = rich();
    let used = |place: &Place| {
        let chain = standard(&wire, place);
        let keys = ask(&chain).unwrap();
        let blocking =
            BlockingChain::standard(&blocking_client(&wire, place), place.clone(), metadata());
        assert_eq!(ask_blocking(&blocking).unwrap().access_key_id, keys.access_key_id);
        assert_eq!(blocking.report(), chain.report());
        (keys.access_key_id.clone(), chain.report().used().unwrap().to_owned())
    };
    assert_eq!(used(&place), ("OIDC".into(), "OIDC agency".into()));
    for name in ["HUAWEICLOUD_OIDC_PROVIDER_URN", "HUAWEICLOUD_OIDC_AGENCY_URN"] {
        place = unset(place, name);
    }
    assert_eq!(used(&place), ("ENV".into(), "environment".into()));
    for name in ["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"] {
        place = unset(place, name);
    }
    assert_eq!(used(&place), ("PROFILE".into(), "profile file".into()));
    place.remove(PROFILE);
    assert_eq!(used(&place), ("ECS".into(), "ECS metadata".into()));

    let pod_only = Wire::new(|request| match request.uri().path() {
        "/pod" => answer(
            200,
            r#"{"credentials":{"accessKeyId":"POD","secretAccessKey":"s","securityToken":"t",
            "expiration":"2026-03-05T08:08:09Z"}}"#,
        ),
        _ => answer(404, ""),
    });
    let chain = standard(&pod_only, &place);
    assert_eq!(ask(&chain).unwrap().access_key_id, "POD");
    assert_eq!(chain.report().used(), Some("pod identity"));
}

#[test]
fn the_report_contains_the_used_provider_and_why_others_are_not_used() {
    let place = with_profile(home());
    let chain = standard(&Wire::dead(), &place);
    assert_eq!(chain.report().used(), None);
    assert!(chain.report().iter().all(|(_, state)| *state == LinkState::NotAsked));

    ask(&chain).unwrap();
    assert_eq!(
        chain.report().to_string(),
        "OIDC agency is not configured (HUAWEICLOUD_OIDC_PROVIDER_URN and \
         HUAWEICLOUD_OIDC_AGENCY_URN are not set); environment is not configured \
         (HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not set); profile file is used; \
         ECS metadata was not asked; pod identity was not asked"
    );
}

#[test]
fn an_error_names_every_provider_and_its_reason() {
    let wire = Wire::dead();
    let error = ask(&standard(&wire, &home())).unwrap_err();
    assert!(error.is_not_configured());
    assert_eq!(
        error.to_string(),
        format!(
            "no credential provider is configured; OIDC agency is not configured \
             (HUAWEICLOUD_OIDC_PROVIDER_URN and HUAWEICLOUD_OIDC_AGENCY_URN are not set); \
             environment is not configured (HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not \
             set); profile file is not configured (profile file not found: {PROFILE}); ECS \
             metadata is not configured (no metadata service responds at \
             http://127.0.0.1:1: cannot connect (the request was not sent)); pod identity is not \
             configured (HC_CONTAINER_CREDENTIALS_FULL_URI and \
             HC_CONTAINER_AUTHORIZATION_TOKEN_FILE are not set)"
        )
    );
    assert_eq!(ask(&Chain::new()).unwrap_err().to_string(), "empty provider chain");
}

#[test]
fn a_provider_that_is_configured_but_fails_is_not_skipped() {
    let place = with_keys(home()).with_variable("HUAWEICLOUD_OIDC_AGENCY_URN", "a");
    let chain = standard(&rich(), &place);
    let error = ask(&chain).unwrap_err();
    assert!(!error.is_not_configured());
    assert_eq!(
        in_full(&error),
        "provider OIDC agency is configured but failed: HUAWEICLOUD_OIDC_AGENCY_URN is set, but \
         HUAWEICLOUD_OIDC_PROVIDER_URN is not"
    );
    assert!(chain.report().to_string().starts_with("OIDC agency failed ("));

    let place = with_pod(home());
    place.write("/pod/token", "");
    let error = ask(&standard(&Wire::dead(), &place)).unwrap_err();
    let text = in_full(&error);
    assert!(
        text.starts_with("provider pod identity is configured but failed; before it, "),
        "{text}"
    );
    assert!(text.contains("environment is not configured"), "{text}");
    assert!(text.ends_with(": the token file /pod/token is empty"), "{text}");
}

#[test]
fn a_broken_metadata_service_does_not_lead_to_another_identity() {
    let wire = Wire::new(|_| answer(500, ""));
    let error = ask(&standard(&wire, &with_pod(home()))).unwrap_err();
    let text = in_full(&error);
    assert!(text.starts_with("provider ECS metadata is configured but failed"), "{text}");
    assert!(wire.lines().iter().all(|line| !line.contains("/pod")));
}

#[test]
fn a_chain_stays_with_the_provider_that_returned_credentials() {
    let place = with_keys(with_profile(home()));
    let _ = place.clone().with_variable("HUAWEICLOUD_SDK_AK", "");
    let _ = place.clone().with_variable("HUAWEICLOUD_SDK_SK", "");
    let chain = standard(&rich(), &place);
    let keys = ask(&chain).unwrap();
    assert_eq!(keys.access_key_id, "PROFILE");

    let place = with_keys(place);
    place.remove(PROFILE);
    let clone = chain.clone();
    assert!(Arc::ptr_eq(&ask(&clone).unwrap(), &keys));
    assert!(ask_again(&chain, keys).is_err(), "it does not change its identity");
    assert_eq!(clone.report().used(), Some("profile file"));
}

#[test]
fn a_search_without_a_result_begins_anew() {
    let place = home();
    let chain = standard(&Wire::dead(), &place);
    assert!(ask(&chain).is_err());
    let _ = with_keys(place);
    assert_eq!(ask(&chain).unwrap().access_key_id, "ENV");
}

#[test]
fn a_rejection_is_passed_to_the_provider_in_use() {
    let place = with_profile(home());
    let chain = standard(&Wire::dead(), &place);
    let old = ask(&chain).unwrap();
    place.write(PROFILE, "[basic]\nak = ROTATED\nsk = s\n");
    assert_eq!(ask_again(&chain, old).unwrap().access_key_id, "ROTATED");
}

#[test]
fn a_custom_chain_contains_any_providers() {
    let keys = Arc::new(Credentials::permanent("OWN", "s"));
    let chain = Chain::new().with("nothing", NoCredentials).with("own".to_owned(), keys.clone());
    assert_eq!(ask(&chain).unwrap(), keys);
    assert_eq!(
        chain.report().to_string(),
        "nothing is not configured (operation requires credentials, but the client has none); \
         own is used"
    );
    let longer = chain.with("more", NoCredentials);
    assert_eq!(longer.report().used(), None, "previous results are discarded");
    let blocking = BlockingChain::new().with("nothing", NoCredentials).with("own", keys.clone());
    assert_eq!(ask_blocking(&blocking).unwrap(), keys);
}

#[test]
fn an_error_of_a_chain_reaches_the_caller_of_a_client() {
    let place = home();
    let chain = standard(&Wire::dead(), &place);
    let client = Client::builder(Wire::dead(), place)
        .region("cn-north-4")
        .credentials_provider(chain)
        .build()
        .unwrap();
    let error = futures_lite::future::block_on(client.caller_identity()).unwrap_err();
    assert!(error.to_string().contains("no credential provider is configured"), "{error}");
}

#[test]
fn futures_of_providers_are_send() {
    fn is_send<T: Send>(_: &T) {}
    let chain = standard(&Wire::dead(), &home());
    is_send(&chain.credentials(CredentialsRequest::default()));
    let _: CredentialsError = CredentialsError::new("shared").clone();
}

/// A provider whose result the test determines, after any number of other events.
#[derive(Clone, Default)]
struct Gated(Arc<Mutex<Vec<Outcome>>>);

type Outcome = Result<Arc<Credentials>, CredentialsError>;

impl ProvideCredentials for Gated {
    async fn credentials(&self, _: CredentialsRequest) -> Outcome {
        std::future::poll_fn(|_| match self.0.lock().unwrap().pop() {
            Some(outcome) => Poll::Ready(outcome),
            None => Poll::Pending,
        })
        .await
    }
}

impl Gated {
    fn gives(&self, outcome: Outcome) {
        self.0.lock().unwrap().push(outcome);
    }
}

fn unset(what: &str) -> Outcome {
    Err(CredentialsError::not_configured(format!("{what} is unset")))
}

fn poll<F: Future>(future: Pin<&mut F>) -> Option<F::Output> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

#[test]
fn concurrent_searches_do_not_mix_their_results() {
    let (first, second) = (Gated::default(), Gated::default());
    let chain = Chain::new().with("first", first.clone()).with("second", second.clone());
    let mut one = pin!(chain.credentials(CredentialsRequest::default()));
    let mut other = pin!(chain.credentials(CredentialsRequest::default()));
    assert!(poll(one.as_mut()).is_none());
    assert!(poll(other.as_mut()).is_none());
    first.gives(unset("A"));
    assert!(poll(one.as_mut()).is_none(), "it waits for the second provider");
    first.gives(Err(CredentialsError::new("sealed")));
    let error = poll(other.as_mut()).expect("the end of the search").unwrap_err();
    assert_eq!(in_full(&error), "provider first is configured but failed: sealed");
    assert_eq!(chain.report().to_string(), "first failed (sealed); second was not asked");
    second.gives(Err(CredentialsError::new("locked")));
    let error = poll(one.as_mut()).expect("the end of the search").unwrap_err();
    assert_eq!(
        in_full(&error),
        "provider second is configured but failed; before it, first is not configured (A is \
         unset): locked"
    );
    assert_eq!(
        chain.report().to_string(),
        "first is not configured (A is unset); second failed (locked)"
    );
}

#[test]
fn a_search_without_a_result_reports_its_own_reasons() {
    let (first, second) = (Gated::default(), Gated::default());
    let chain = Chain::new().with("first", first.clone()).with("second", second.clone());
    let mut one = pin!(chain.credentials(CredentialsRequest::default()));
    let mut other = pin!(chain.credentials(CredentialsRequest::default()));
    first.gives(unset("A"));
    assert!(poll(one.as_mut()).is_none());
    first.gives(unset("B"));
    assert!(poll(other.as_mut()).is_none());
    second.gives(unset("C"));
    let error = poll(one.as_mut()).expect("the end of the search").unwrap_err().to_string();
    assert!(error.contains("A is unset") && error.contains("C is unset"), "{error}");
    second.gives(unset("D"));
    let error = poll(other.as_mut()).expect("the end of the search").unwrap_err().to_string();
    assert!(error.contains("B is unset") && error.contains("D is unset"), "{error}");
}

#[test]
fn concurrent_searches_that_find_different_providers_end_with_one_identity() {
    let (first, second) = (Gated::default(), Gated::default());
    let chain = Chain::new().with("first", first.clone()).with("second", second.clone());
    let mut one = pin!(chain.credentials(CredentialsRequest::default()));
    let mut other = pin!(chain.credentials(CredentialsRequest::default()));
    first.gives(unset("A"));
    assert!(poll(one.as_mut()).is_none(), "it waits for the second provider");
    assert!(poll(other.as_mut()).is_none(), "it waits for the first provider");
    let credentials = |id: &str| Ok(Arc::new(Credentials::permanent(id, "s")));
    second.gives(credentials("SECOND"));
    let found = poll(one.as_mut()).expect("the end of the search").unwrap();
    assert_eq!(found.access_key_id, "SECOND");
    first.gives(credentials("FIRST"));
    second.gives(credentials("SECOND"));
    let found = poll(other.as_mut()).expect("the end of the search").unwrap();
    assert_eq!(found.access_key_id, "SECOND", "the chain stays with it");
    assert_eq!(chain.report().to_string(), "first is not configured (A is unset); second is used");
}
