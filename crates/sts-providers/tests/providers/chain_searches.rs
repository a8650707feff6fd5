//! Concurrent searches in a chain, driven by hand.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Response;
use sts_client::session::{IssuedCredentials, RefreshProvider};
use sts_client::{
    CallContext, CallPolicy, Clock, CredentialsError, Now, Platform, StateMachine, Step,
    TransportError,
};
use sts_proto::{Body, Credentials, ErrorKind};
use sts_providers::{ChainRefresh, ProviderChain};

use crate::world::{Place, in_full};

type Outcome = Result<IssuedCredentials, CredentialsError>;

/// A provider whose next outcome the test determines. Its refreshes wait until then.
#[derive(Clone, Default)]
struct Gated(Arc<Mutex<Vec<Outcome>>>);

impl Gated {
    fn returns(&self, outcome: Outcome) {
        self.0.lock().unwrap().push(outcome);
    }
}

impl RefreshProvider for Gated {
    type Refresh = Self;

    fn begin(&self, _: &Platform, _: &Arc<CallContext>) -> Result<Self, CredentialsError> {
        Ok(self.clone())
    }
}

impl StateMachine for Gated {
    type Output = IssuedCredentials;

    fn step(&mut self, _: Now) -> Step<IssuedCredentials> {
        match self.0.lock().unwrap().pop() {
            Some(outcome) => Step::Done(outcome.map_err(Into::into)),
            None => Step::Wait(Duration::from_secs(1)),
        }
    }

    fn provide(&mut self, _: Result<Arc<Credentials>, CredentialsError>) {}

    fn receive(&mut self, _: Result<Response<Body>, TransportError>, _: Now) {}
}

fn unset(what: &str) -> Outcome {
    Err(CredentialsError::not_configured(format!("{what} is unset")))
}

fn issued(id: &str) -> Outcome {
    Ok(Credentials::permanent(id, "s").into())
}

/// A chain of two gated providers, and two searches in it.
struct World {
    chain: ProviderChain,
    first: Gated,
    second: Gated,
    one: ChainRefresh,
    other: ChainRefresh,
}

fn world() -> World {
    let (first, second) = (Gated::default(), Gated::default());
    let chain =
        ProviderChain::new().provider("first", first.clone()).provider("second", second.clone());
    let place = Place::default();
    let platform = Platform::new(place.clone(), place);
    let context = CallContext::new([], CallPolicy::default());
    let one = chain.begin(&platform, &context).unwrap();
    let other = chain.begin(&platform, &context).unwrap();
    World { chain, first, second, one, other }
}

/// Returns the outcome, or `None` while the search waits for a provider.
fn poll(search: &mut ChainRefresh) -> Option<Result<String, sts_client::Error>> {
    match search.step(Place::default().now()) {
        Step::Wait(_) => None,
        Step::Done(outcome) => {
            Some(outcome.map(|issued| issued.credentials().access_key_id.clone()))
        }
        step => panic!("{step:?}"),
    }
}

fn fails(search: &mut ChainRefresh) -> String {
    in_full(&poll(search).expect("the end of the search").unwrap_err())
}

fn finds(search: &mut ChainRefresh) -> String {
    poll(search).expect("the end of the search").unwrap()
}

#[test]
fn concurrent_searches_do_not_mix_their_results() {
    let World { chain, first, second, mut one, mut other } = world();
    assert!(poll(&mut one).is_none());
    assert!(poll(&mut other).is_none());
    first.returns(unset("A"));
    assert!(poll(&mut one).is_none(), "it waits for the second provider");
    first.returns(Err(CredentialsError::new("sealed")));
    let text = fails(&mut other);
    assert!(text.ends_with("provider first is configured but failed: sealed"), "{text}");
    assert_eq!(chain.report().to_string(), "first failed (sealed); second was not asked");
    second.returns(Err(CredentialsError::new("locked")));
    let text = fails(&mut one);
    let end = "provider second is configured but failed; before it, first is not configured (A is \
               unset): locked";
    assert!(text.ends_with(end), "{text}");
    assert_eq!(
        chain.report().to_string(),
        "first is not configured (A is unset); second failed (locked)"
    );
}

#[test]
fn a_search_without_a_result_reports_its_own_reasons() {
    let World { first, second, mut one, mut other, .. } = world();
    first.returns(unset("A"));
    assert!(poll(&mut one).is_none());
    first.returns(unset("B"));
    assert!(poll(&mut other).is_none());
    second.returns(unset("C"));
    let text = fails(&mut one);
    assert!(text.contains("A is unset") && text.contains("C is unset"), "{text}");
    second.returns(unset("D"));
    let text = fails(&mut other);
    assert!(text.contains("B is unset") && text.contains("D is unset"), "{text}");
}

#[test]
fn concurrent_searches_that_find_different_providers_end_with_one_identity() {
    let World { chain, first, second, mut one, mut other } = world();
    first.returns(unset("A"));
    assert!(poll(&mut one).is_none(), "it waits for the second provider");
    assert!(poll(&mut other).is_none(), "it waits for the first provider");
    second.returns(issued("SECOND"));
    assert_eq!(finds(&mut one), "SECOND");
    first.returns(issued("FIRST"));
    second.returns(issued("SECOND"));
    assert_eq!(finds(&mut other), "SECOND", "the chain stays with it");
    assert_eq!(chain.report().to_string(), "first is not configured (A is unset); second is used");
}

/// The chain has an identity already: a search that fails meanwhile does not fail its caller.
#[test]
fn a_search_that_fails_after_another_has_found_a_provider_uses_that_provider() {
    let World { chain, first, second, mut one, mut other } = world();
    first.returns(unset("A"));
    assert!(poll(&mut one).is_none());
    assert!(poll(&mut other).is_none());
    second.returns(issued("SECOND"));
    assert_eq!(finds(&mut one), "SECOND");
    first.returns(Err(CredentialsError::new("sealed")));
    second.returns(issued("SECOND"));
    assert_eq!(finds(&mut other), "SECOND");
    assert_eq!(chain.report().used(), Some("second"));
}

#[test]
fn a_search_that_is_polled_after_completion_is_an_error() {
    let World { first, mut one, .. } = world();
    first.returns(issued("FIRST"));
    assert_eq!(finds(&mut one), "FIRST");
    let error = poll(&mut one).expect("an end").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Completed);
}
