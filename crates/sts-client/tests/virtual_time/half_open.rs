//! Half-open probes of endpoints, in virtual time: one at a time, and bounded.

use std::sync::Arc;
use std::time::Duration;

use sts_client::transport::TransportErrorKind;
use sts_client::{Call, CallContext, CallPolicy, Now, StateMachine, Step};
use sts_proto::{AssumeAgency, Endpoint, GetCallerIdentity, Operation, Region};

use crate::world::{START, World, error, identity, keys, maybe_sent, not_sent, status};

const FIRST: &str = "sts.ap-southeast-1.myhuaweicloud.com";
const SECOND: &str = "sts.ap-southeast-3.myhuaweicloud.com";
const SECONDS: Duration = Duration::from_secs(1);

fn two_regions(policy: CallPolicy) -> Arc<CallContext> {
    let order = [Region::AP_SOUTHEAST_1, Region::AP_SOUTHEAST_3].map(Endpoint::from);
    CallContext::new(order, policy)
}

/// A context whose first endpoint has failed at the start, with proven credentials.
fn first_is_down(policy: CallPolicy) -> Arc<CallContext> {
    let context = two_regions(policy.attempts(3));
    let script = [not_sent(TransportErrorKind::Connect), identity()];
    let mut world = World::new(context.clone(), script);
    world.latency = Duration::ZERO;
    world.now = at(0);
    world.identity().unwrap();
    context
}

fn at(seconds: u64) -> Now {
    Now::new(START, Duration::ZERO).after(Duration::from_secs(seconds))
}

/// Returns the host of a call's next request.
fn sends<O: Operation>(call: &mut Call<O>, now: Now) -> String {
    loop {
        match call.step(now) {
            Step::Credentials(_) => call.provide(Ok(keys("HSTFIRST000000000001"))),
            Step::Send(exchange) => {
                break exchange.request.uri().host().unwrap_or_default().to_owned();
            }
            Step::Wait(_) | Step::Done(_) => break "none".to_owned(),
        }
    }
}

fn begun(context: &Arc<CallContext>) -> Call<GetCallerIdentity> {
    Call::new(GetCallerIdentity::new(), context, 1)
}

#[test]
fn one_call_probes_while_the_others_use_the_healthy_endpoint() {
    let context = first_is_down(CallPolicy::default());
    assert_eq!(sends(&mut begun(&context), at(29)), SECOND, "the cooldown is not over");
    let mut probe = begun(&context);
    assert_eq!(sends(&mut probe, at(30)), FIRST);
    let mut others: Vec<_> = (0..20).map(|_| begun(&context)).collect();
    for other in &mut others {
        assert_eq!(sends(other, at(31)), SECOND);
    }
    // The call that probed fails over to the healthy endpoint itself.
    probe.receive(maybe_sent(TransportErrorKind::Closed), at(32));
    assert_eq!(sends(&mut probe, at(32)), SECOND);
    // The cooldown has doubled.
    assert_eq!(sends(&mut begun(&context), at(91)), SECOND);
    let mut probe = begun(&context);
    assert_eq!(sends(&mut probe, at(92)), FIRST);
    // A success ends the outage for all calls.
    probe.receive(identity(), at(93));
    for _ in 0..5 {
        assert_eq!(sends(&mut begun(&context), at(93)), FIRST);
    }
}

#[test]
fn any_response_of_the_service_ends_the_outage() {
    for response in [
        error(403, &[], "PAP5.0001", "access denied"),
        error(404, &[], "STS5.1106", "no such agency"),
        error(400, &[], "APIGW.0106", "invalid header"),
    ] {
        let context = first_is_down(CallPolicy::default());
        let mut probe = begun(&context);
        assert_eq!(sends(&mut probe, at(30)), FIRST);
        probe.receive(response, at(30));
        let mut calls = [begun(&context), begun(&context)];
        assert_eq!(calls.each_mut().map(|call| sends(call, at(30))), [FIRST; 2]);
    }
    // A throttled probe counts as another failure: the call fails over at once.
    let context = first_is_down(CallPolicy::default());
    let mut probe = begun(&context);
    assert_eq!(sends(&mut probe, at(30)), FIRST);
    probe.receive(status(429), at(30));
    assert_eq!(sends(&mut probe, at(30)), SECOND);
    assert_eq!(sends(&mut begun(&context), at(60)), SECOND);
}

#[test]
fn a_probe_that_is_dropped_or_no_longer_polled_does_not_keep_its_slot() {
    let context = first_is_down(CallPolicy::default());
    let mut probe = begun(&context);
    assert_eq!(sends(&mut probe, at(30)), FIRST);
    drop(probe);
    let mut probe = begun(&context);
    assert_eq!(sends(&mut probe, at(31)), FIRST);
    // The second one ends without an outcome, because its caller cancels it.
    drop(probe);
    assert_eq!(sends(&mut begun(&context), at(32)), SECOND);
    assert_eq!(sends(&mut begun(&context), at(90)), SECOND);
    assert_eq!(sends(&mut begun(&context), at(91)), FIRST);

    let context = first_is_down(CallPolicy::default());
    let mut forgotten = begun(&context);
    assert_eq!(sends(&mut forgotten, at(30)), FIRST);
    assert_eq!(sends(&mut begun(&context), at(39)), SECOND);
    assert_eq!(sends(&mut begun(&context), at(40)), FIRST, "its time limit has passed");
    drop(forgotten);

    // The time limit is half of a short deadline.
    let context = first_is_down(CallPolicy::default().deadline(6 * SECONDS));
    let mut forgotten = begun(&context);
    assert_eq!(sends(&mut forgotten, at(30)), FIRST);
    assert_eq!(sends(&mut begun(&context), at(32)), SECOND);
    assert_eq!(sends(&mut begun(&context), at(33)), FIRST);
    drop(forgotten);
}

#[test]
fn a_probe_leaves_time_for_the_healthy_endpoint() {
    let policy = CallPolicy::default().deadline(6 * SECONDS);
    let context = first_is_down(policy);
    let mut probe = begun(&context);
    let Step::Credentials(_) = probe.step(at(30)) else { panic!("credentials") };
    probe.provide(Ok(keys("HSTFIRST000000000001")));
    let Step::Send(exchange) = probe.step(at(30)) else { panic!("a request") };
    assert_eq!(exchange.request.uri().host(), Some(FIRST));
    assert_eq!(exchange.limits.timeout, 3 * SECONDS);
    assert_eq!(sends(&mut probe, at(33)), SECOND);
}

#[test]
fn only_a_probe_is_limited_to_half_of_a_sufficient_deadline() {
    let context = first_is_down(CallPolicy::default().deadline(15 * SECONDS));
    let timeout = |mut call: Call<GetCallerIdentity>, now| {
        let Step::Credentials(_) = call.step(now) else { panic!("credentials") };
        call.provide(Ok(keys("HSTFIRST000000000001")));
        let Step::Send(exchange) = call.step(now) else { panic!("a request") };
        exchange.limits.timeout
    };
    assert_eq!(timeout(begun(&context), at(29)), 10 * SECONDS);
    assert_eq!(timeout(begun(&context), at(30)), Duration::from_millis(7500));
}

#[test]
fn a_probe_with_little_remaining_time_counts_as_well() {
    let context = first_is_down(CallPolicy::default().deadline(6 * SECONDS));
    let mut probe = begun(&context);
    let Step::Credentials(_) = probe.step(at(30)) else { panic!("credentials") };
    // The provider took four seconds.
    probe.provide(Ok(keys("HSTFIRST000000000001")));
    assert_eq!(sends(&mut probe, at(34)), FIRST);
    assert_eq!(sends(&mut probe, at(35)), SECOND);
    assert_eq!(sends(&mut begun(&context), at(36)), SECOND);
}

#[test]
fn a_cancelled_exchange_does_not_mark_its_endpoint_as_down() {
    let context = two_regions(CallPolicy::default());
    let mut world = World::new(context, [maybe_sent(TransportErrorKind::Cancelled)]);
    world.identity().unwrap_err();
    world.script.push_back(identity());
    world.identity().unwrap();
    assert_eq!(world.hosts(), [FIRST, FIRST]);
}

#[test]
fn failover_leaves_attempts_for_a_correction_of_the_clock() {
    let order = [Region::AP_SOUTHEAST_1, Region::AP_SOUTHEAST_3, Region::CN_NORTH_4];
    let context = CallContext::new(order.map(Endpoint::from), CallPolicy::default());
    let ahead = [("date", "Thu, 05 Mar 2026 07:28:09 GMT")];
    let rejection = error(401, &ahead, "APIGW.0301", "verify aksk signature fail");
    let script = [status(503), not_sent(TransportErrorKind::Connect), rejection, identity()];
    let mut world = World::new(context, script);
    world.identity().unwrap();
    assert_eq!(world.hosts()[2..], ["sts.cn-north-4.myhuaweicloud.com"; 2]);
}

#[test]
fn calls_that_cannot_fail_over_do_not_probe() {
    let context = first_is_down(CallPolicy::default());
    let operation =
        AssumeAgency::new("iam::0a1b:agency:a", "name").mfa("iam::0a1b:mfa:dev", "123456");
    assert_eq!(sends(&mut Call::new(operation, &context, 1), at(30)), SECOND);
    assert_eq!(sends(&mut begun(&context), at(30)), FIRST);

    let context = two_regions(CallPolicy::default().attempts(1));
    let mut world = World::new(context.clone(), [not_sent(TransportErrorKind::Connect)]);
    world.now = at(0);
    world.identity().unwrap_err();
    assert_eq!(sends(&mut begun(&context), at(60)), SECOND);
}

#[test]
fn a_call_that_has_failed_once_does_not_probe() {
    let order = [Region::AP_SOUTHEAST_1, Region::AP_SOUTHEAST_3, Region::CN_NORTH_4];
    let context = CallContext::new(order.map(Endpoint::from), CallPolicy::default());
    let script = [not_sent(TransportErrorKind::Connect), identity()];
    let mut world = World::new(context.clone(), script);
    world.now = at(0);
    world.identity().unwrap();

    let mut call = begun(&context);
    assert_eq!(sends(&mut call, at(29)), SECOND);
    call.receive(maybe_sent(TransportErrorKind::Closed), at(31));
    assert_eq!(sends(&mut call, at(31)), "sts.cn-north-4.myhuaweicloud.com");
}

#[test]
fn failures_that_were_in_flight_do_not_extend_the_cooldown() {
    let context = two_regions(CallPolicy::default());
    let mut proven = begun(&context);
    assert_eq!(sends(&mut proven, at(0)), FIRST);
    proven.receive(identity(), at(0));
    let mut calls: Vec<_> = (0..50).map(|_| begun(&context)).collect();
    for call in &mut calls {
        assert_eq!(sends(call, at(0)), FIRST);
    }
    for (call, second) in calls.iter_mut().zip([1, 2].into_iter().cycle()) {
        call.receive(maybe_sent(TransportErrorKind::Closed), at(second));
        assert_eq!(sends(call, at(second)), SECOND);
    }
    assert_eq!(sends(&mut begun(&context), at(31)), FIRST);
}

#[test]
fn the_cooldown_grows_to_five_minutes() {
    let context = first_is_down(CallPolicy::default());
    let (mut second, mut probes) = (0, Vec::new());
    while probes.len() < 7 {
        let mut call = begun(&context);
        if sends(&mut call, at(second)) == FIRST {
            probes.push(second);
            call.receive(not_sent(TransportErrorKind::Connect), at(second));
            assert_eq!(sends(&mut call, at(second)), SECOND);
        }
        call.receive(identity(), at(second));
        second += 1;
    }
    assert_eq!(probes, [30, 90, 210, 450, 750, 1050, 1350]);
}

#[test]
fn a_page_that_is_not_from_the_service_is_a_failure_of_the_endpoint() {
    let page = |status: u16, body: &str| {
        let response = http::Response::builder().status(status);
        Ok(response.body(sts_proto::Body::from(body.as_bytes().to_vec())).unwrap())
    };
    for (status, body) in [
        (200, "<html>log in</html>"),
        (200, ""),
        (200, "{}"),
        (200, r#"{"account_id":1}"#),
        (204, ""),
        (302, ""),
        (307, "<html>moved</html>"),
        (401, "<html>log in</html>"),
        (403, "<html>blocked</html>"),
        (404, "not found"),
        (404, r#"{"detail":"Not Found"}"#),
        (403, r#"{"message":"blocked by policy"}"#),
        (401, r#"{"code":"SSO.1","message":"log in"}"#),
        (511, "<html>log in</html>"),
    ] {
        let context = two_regions(CallPolicy::default());
        let mut world = World::new(context.clone(), [page(status, body), identity()]);
        world.identity().unwrap();
        assert_eq!(world.hosts(), [FIRST, SECOND], "{status} {body}");
        // The failure is remembered.
        let mut world = World::new(context, [identity()]);
        world.identity().unwrap();
        assert_eq!(world.hosts(), [SECOND], "{status} {body}");

        // Many proxies add a request id to their pages.
        let mut with_id = page(status, body).unwrap();
        with_id.headers_mut().insert("x-request-id", "4bf92f35".parse().unwrap());
        let mut world = World::new(two_regions(CallPolicy::default()), [Ok(with_id), identity()]);
        let is_page = !body.starts_with('{') || status == 200;
        if is_page {
            world.identity().unwrap();
            assert_eq!(world.hosts(), [FIRST, SECOND], "{status} {body}");
        }

        // Without another endpoint it is the outcome, at once.
        let alone = CallContext::new([Endpoint::from(Region::CN_NORTH_4)], CallPolicy::default());
        if status < 500 {
            let mut world = World::new(alone, [page(status, body)]);
            assert_eq!(world.identity().unwrap_err().stats().attempts, 1, "{status} {body}");
        }
    }
}

#[test]
fn the_same_endpoint_given_twice_is_one() {
    let region = Endpoint::from(Region::AP_SOUTHEAST_1);
    let address = Endpoint::parse("https://[2001:db8::1]").unwrap();
    for (first, url) in [
        (&region, "https://sts.ap-southeast-1.myhuaweicloud.com"),
        (&region, "https://STS.ap-southeast-1.MYHUAWEICLOUD.com:443/"),
        (&region, "https://sts.ap-southeast-1.myhuaweicloud.com./"),
        (&address, "https://[2001:DB8:0::0001]:443"),
    ] {
        let order = [first.clone(), Endpoint::parse(url).unwrap(), first.clone()];
        let context = CallContext::new(order, CallPolicy::default());
        assert_eq!(context.endpoints(), std::slice::from_ref(first));
        let mut world = World::new(context, [status(503), status(503), identity()]);
        world.identity().unwrap();
        assert_eq!(world.waits().len(), 2, "each repetition backs off");
    }
}
