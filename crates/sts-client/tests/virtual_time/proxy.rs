//! Calls whose proxy rejects requests, in virtual time.

use std::error::Error;
use std::iter::successors;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::StatusCode;
use sts_client::blocking::{self, Transport as _};
use sts_client::transport::{
    Exchange, Progress, Proxies, ProxyError, TransportError, TransportErrorKind,
};
use sts_client::{CallContext, CallPolicy, Client, ClientBuilder, Clock, Failure, Now};
use sts_credentials::blocking::ProvideCredentials;
use sts_credentials::{Credentials, CredentialsError, CredentialsRequest};
use sts_proto::{AssumeAgency, Endpoint, Region};

use crate::world::{Answer, START, World, default_context, identity, keys};

const PROXY: &str = "http://user:planted@proxy.example:3128";

fn refused(status: StatusCode) -> ProxyError {
    let target = "https://sts.example/".parse().unwrap();
    Proxies::all(PROXY).unwrap().for_target(&target).unwrap().unwrap().refused(status)
}

fn answer(status: StatusCode, progress: Progress) -> Answer {
    Err(TransportError::of_proxy(refused(status), progress))
}

#[test]
fn rejected_proxy_credentials_are_tried_once() {
    for status in [StatusCode::PROXY_AUTHENTICATION_REQUIRED, StatusCode::FORBIDDEN] {
        for progress in [Progress::NotSent, Progress::MaybeSent] {
            let mut world = World::new(default_context(), [answer(status, progress)]);
            let error = world.identity().unwrap_err();
            assert_eq!(error.stats().attempts, 1);
            assert!(world.waits().is_empty());
            let shown = error.to_string();
            assert!(shown.contains(&format!("proxy proxy.example:3128 (given to the builder) refused the request with status {status}")), "{shown}");
            assert!(!format!("{shown} {error:?}").contains("planted"));
            let Failure::Transport(failure) = error.failure() else { panic!("{error:?}") };
            assert_eq!(failure.kind(), TransportErrorKind::Proxy);
            assert_eq!(failure.proxy(), Some(&refused(status)));
        }
    }
}

/// Another endpoint would be reached through the same proxy, with the same credentials.
#[test]
fn a_rejection_by_the_proxy_does_not_mark_the_endpoint_as_down() {
    let order = [Region::AP_SOUTHEAST_1, Region::AP_SOUTHEAST_3].map(Endpoint::from);
    let context = CallContext::new(order, CallPolicy::default());
    let refusal = answer(StatusCode::PROXY_AUTHENTICATION_REQUIRED, Progress::NotSent);
    let mut world = World::new(context, [refusal]);
    world.identity().unwrap_err();
    world.script.push_back(identity());
    world.identity().unwrap();
    let first = "sts.ap-southeast-1.myhuaweicloud.com";
    assert_eq!(world.hosts(), [first, first]);
}

/// The proxy may be unable to reach the host: that is transient, and another endpoint may succeed.
#[test]
fn a_proxy_that_cannot_reach_the_host_is_retried_once() {
    let refusal = || answer(StatusCode::BAD_GATEWAY, Progress::NotSent);
    let mut world = World::new(default_context(), [refusal(), identity()]);
    world.identity().unwrap();
    assert_eq!(world.sent().len(), 2);

    let mut world = World::new(default_context(), [refusal(), refusal()]);
    world.identity().unwrap_err();
    assert_eq!(world.sent().len(), 2);

    let order = [Region::AP_SOUTHEAST_1, Region::AP_SOUTHEAST_3].map(Endpoint::from);
    let context = CallContext::new(order, CallPolicy::default());
    let mut world = World::new(context, [refusal(), identity()]);
    world.identity().unwrap();
    assert!(world.waits().is_empty());
}

/// A proxy that rejects all requests, and the clock.
#[derive(Clone)]
struct Refusing(Arc<Mutex<(Duration, Vec<Duration>)>>);

impl blocking::Transport for Refusing {
    fn send(&self, _: Exchange) -> Answer {
        let (monotonic, requests) = &mut *self.0.lock().unwrap();
        requests.push(*monotonic);
        answer(StatusCode::PROXY_AUTHENTICATION_REQUIRED, Progress::NotSent)
    }

    fn sleep(&self, duration: Duration) {
        self.0.lock().unwrap().0 += duration;
    }
}

impl Clock for Refusing {
    fn now(&self) -> Now {
        Now::new(START, Duration::ZERO).after(self.0.lock().unwrap().0)
    }

    fn seed(&self) -> u64 {
        7
    }
}

#[test]
fn refreshes_after_a_rejection_by_the_proxy_are_minutes_apart() {
    let place = Refusing(Arc::new(Mutex::new((Duration::from_secs(1000), Vec::new()))));
    let client = place.builder().credentials(keys("HST")).build_blocking().unwrap();
    let session = client.session(AssumeAgency::new("iam::0a1b:agency:backup", "nightly")).unwrap();
    are_minutes_apart(&place, &session);

    // A provider with a client of its own is in between.
    let place = Refusing(Arc::new(Mutex::new((Duration::from_secs(1000), Vec::new()))));
    let client = place.builder().credentials(keys("HST")).build_blocking().unwrap();
    let client = place.builder().credentials_provider(Asking(client)).build_blocking().unwrap();
    let session = client.session(AssumeAgency::new("iam::0a1b:agency:backup", "nightly")).unwrap();
    are_minutes_apart(&place, &session);
}

/// A provider without a cache.
struct Asking(blocking::Client<Refusing, Arc<Credentials>>);

impl ProvideCredentials for Asking {
    fn credentials(&self, _: CredentialsRequest) -> Result<Arc<Credentials>, CredentialsError> {
        let output =
            self.0.assume_agency(AssumeAgency::new("iam::0a1b:agency:first", "nightly")).map_err(
                |error| CredentialsError::new("no credentials of the agency").with_source(error),
            )?;
        Ok(Arc::new(output.credentials))
    }
}

impl Refusing {
    fn builder(&self) -> ClientBuilder<Self> {
        Client::builder(self.clone()).clock(self.clone()).region("cn-north-4")
    }
}

fn are_minutes_apart(place: &Refusing, session: &blocking::Session) {
    for _ in 0..360 {
        let error = session.credentials().unwrap_err();
        let causes = successors(Some(&error as &dyn Error), |cause| (*cause).source());
        let shown: Vec<_> = causes.map(ToString::to_string).collect();
        assert!(shown.join(": ").contains("status 407"), "{shown:?}");
        assert!(error.retry_in().unwrap() <= Duration::from_secs(360));
        place.sleep(Duration::from_secs(10));
    }
    let requests = place.0.lock().unwrap().1.clone();
    assert!((10..=12).contains(&requests.len()), "{requests:?}");
    for pair in requests.windows(2) {
        assert!(pair[1] - pair[0] >= Duration::from_secs(300), "{requests:?}");
    }
}
