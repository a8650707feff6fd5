//! What a call does when its proxy refuses, in virtual time.

use http::StatusCode;
use sts_client::transport::{Progress, Proxies, ProxyError, TransportError, TransportErrorKind};
use sts_client::{CallContext, CallPolicy, Failure};
use sts_proto::{Endpoint, Region};

use crate::world::{Answer, World, default_context, identity};

const PROXY: &str = "http://user:planted@proxy.example:3128";

fn refused(status: StatusCode) -> ProxyError {
    let target = "https://sts.example/".parse().unwrap();
    Proxies::all(PROXY).unwrap().for_target(&target).unwrap().unwrap().refused(status)
}

fn answer(status: StatusCode, progress: Progress) -> Answer {
    Err(TransportError::of_proxy(refused(status), progress))
}

#[test]
fn refused_credentials_are_tried_once() {
    for status in [StatusCode::PROXY_AUTHENTICATION_REQUIRED, StatusCode::FORBIDDEN] {
        for progress in [Progress::NotSent, Progress::MaybeSent] {
            let mut world = World::new(default_context(), [answer(status, progress)]);
            let error = world.identity().unwrap_err();
            assert_eq!(error.report().attempts, 1);
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
fn a_refusal_is_not_blamed_on_the_endpoint() {
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

/// The proxy may be unable to reach the host: that passes, and another endpoint may do better.
#[test]
fn a_proxy_that_cannot_reach_the_host_is_a_failed_connection() {
    let refusal = answer(StatusCode::BAD_GATEWAY, Progress::NotSent);
    let mut world = World::new(default_context(), [refusal, identity()]);
    world.identity().unwrap();
    assert_eq!(world.sent().len(), 2);
}
