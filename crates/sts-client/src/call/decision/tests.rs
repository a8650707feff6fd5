//! Table tests of the retry decision.

use std::time::Duration;

use http::Response;
use sts_proto::{GetCallerIdentity, Operation};
use time::OffsetDateTime;

use super::Decision::{ChangeCredentials, FailOver, GiveUp, Retry, SignAgain};
use super::{Circumstances, Correction, Decision, Others, Signature, decide};
use crate::context::CallPolicy;
use crate::error::Failure;
use crate::transport::{TransportError, TransportErrorKind};

/// Half of the span of each jitter.
const HALF: u64 = u64::MAX / 2;

fn usual(policy: &CallPolicy) -> Circumstances<'_> {
    Circumstances {
        policy,
        attempt: 1,
        left: Duration::from_secs(29),
        is_repeatable: true,
        others: Others::None,
        has_budget: true,
        signature: Signature::First,
        correction: Correction::None,
        service_time: OffsetDateTime::UNIX_EPOCH,
        random: HALF,
    }
}

fn status(status: u16, body: &str) -> Failure {
    response(&Response::builder().status(status).body(body.to_owned()).unwrap())
}

fn response(response: &Response<String>) -> Failure {
    Failure::Service(GetCallerIdentity::read(response).unwrap_err())
}

fn coded(number: u16, code: &str, message: &str) -> Failure {
    status(number, &format!(r#"{{"error_code":"{code}","error_msg":"{message}"}}"#))
}

fn busy(retry_after: &str) -> Failure {
    let response = Response::builder().status(503).header("retry-after", retry_after);
    self::response(&response.body(String::new()).unwrap())
}

fn closed() -> Failure {
    Failure::Transport(TransportError::maybe_sent(TransportErrorKind::Closed))
}

fn refused() -> Failure {
    Failure::Transport(TransportError::not_sent(TransportErrorKind::Connect))
}

fn rejected() -> Failure {
    coded(401, "APIGW.0301", "verify aksk signature fail")
}

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

#[track_caller]
fn check(failure: &Failure, change: impl FnOnce(&mut Circumstances<'_>), expected: Decision) {
    let policy = CallPolicy::default();
    let mut circumstances = usual(&policy);
    change(&mut circumstances);
    let mut decision = decide(failure, &circumstances);
    if let Retry(wait) = decision {
        // Half of an odd number of nanoseconds.
        decision = Retry(ms(u64::try_from((wait.as_nanos() + 500_000) / 1_000_000).unwrap()));
    }
    assert_eq!(decision, expected, "{failure:?}");
}

#[test]
fn failures_at_the_only_endpoint() {
    let usual = |_: &mut Circumstances<'_>| ();
    check(&closed(), usual, Retry(ms(125)));
    check(&status(503, ""), usual, Retry(ms(125)));
    check(&busy("5"), usual, Retry(ms(5500)));
    check(&busy("0"), usual, Retry(ms(50)));
    check(&busy("20"), usual, Retry(ms(20_000)));
    check(&busy("21"), usual, GiveUp);
    check(&status(429, ""), usual, Retry(ms(3500)));
    check(&coded(429, "APIGW.0308", "limit:9,time:4 second"), usual, Retry(ms(4400)));
    check(&coded(429, "APIGW.0308", "limit:9,time:1 minute"), usual, GiveUp);
    check(&rejected(), usual, ChangeCredentials);
    check(&coded(400, "IAM.1108", "The securitytoken has expired"), usual, ChangeCredentials);
    for gives_up in [
        status(403, ""),
        status(404, "<html>"),
        status(200, "<html>"),
        status(302, ""),
        status(401, "<html>"),
        Failure::Deadline,
        Failure::Transport(TransportError::maybe_sent(TransportErrorKind::Protocol)),
        Failure::Transport(TransportError::maybe_sent(TransportErrorKind::TooLarge)),
        Failure::Transport(TransportError::not_sent(TransportErrorKind::Cancelled)),
    ] {
        check(&gives_up, usual, GiveUp);
    }
}

#[test]
fn another_endpoint_is_tried_at_once_without_withdrawing_from_the_budget() {
    let other = |circumstances: &mut Circumstances<'_>| {
        circumstances.others = Others::Left;
        circumstances.has_budget = false;
        circumstances.attempt = 2;
    };
    check(&closed(), |usual| (usual.attempt, usual.others) = (3, Others::Left), FailOver);
    for failure in [
        closed(),
        refused(),
        busy("7"),
        status(200, "<html>"),
        status(204, ""),
        status(302, ""),
        status(401, "<html>"),
        status(403, "<html>"),
        Failure::Transport(TransportError::maybe_sent(TransportErrorKind::Protocol)),
        Failure::Transport(TransportError::maybe_sent(TransportErrorKind::TooLarge)),
    ] {
        check(&failure, other, FailOver);
    }
    check(&coded(403, "PAP5.0001", "access denied"), other, GiveUp);
    check(&status(407, "<html>"), other, GiveUp);
    check(&rejected(), other, ChangeCredentials);
}

#[test]
fn a_throttled_call_stays_at_its_endpoint_unless_another_one_is_healthy() {
    check(&status(429, ""), |usual| usual.others = Others::Left, Retry(ms(3500)));
    let other = |change: fn(&mut Circumstances<'_>)| {
        move |circumstances: &mut Circumstances<'_>| {
            circumstances.others = Others::Left;
            change(circumstances);
        }
    };
    check(&status(429, ""), other(|usual| usual.attempt = 2), FailOver);
    check(&status(429, ""), other(|usual| usual.others = Others::Better), FailOver);
    check(&status(429, ""), other(|usual| usual.has_budget = false), FailOver);
    check(&status(429, ""), other(|usual| usual.left = ms(1000)), FailOver);
    let minute = coded(429, "APIGW.0308", "limit:9,time:1 minute");
    check(&minute, other(|_| ()), FailOver);
    check(&minute, other(|usual| usual.is_repeatable = false), GiveUp);
}

#[test]
fn attempts_budget_and_deadline_limit_retries() {
    check(&closed(), |usual| usual.attempt = 2, Retry(ms(250)));
    check(&closed(), |usual| usual.attempt = 3, GiveUp);
    check(&rejected(), |usual| usual.attempt = 3, GiveUp);
    let last = |usual: &mut Circumstances<'_>| {
        usual.attempt = 3;
        usual.others = Others::Left;
        usual.correction = Correction::First;
    };
    check(&rejected(), last, GiveUp);
    let ten = CallPolicy::default().attempts(10);
    let seventh = Circumstances { attempt: 7, ..self::usual(&ten) };
    let Retry(wait) = decide(&closed(), &seventh) else { panic!("a retry") };
    assert_eq!(wait.as_millis().div_ceil(1000), 4, "half of the cap");
    let one = CallPolicy::default().attempts(1);
    let alone = Circumstances { others: Others::Left, ..self::usual(&one) };
    assert_eq!(decide(&closed(), &alone), GiveUp);
    check(&closed(), |usual| usual.has_budget = false, GiveUp);
    check(&closed(), |usual| usual.left = ms(126), Retry(ms(125)));
    check(&closed(), |usual| usual.left = ms(124), GiveUp);
    // The jitter is shortened before the retry is abandoned.
    check(&busy("5"), |usual| usual.left = ms(5250), Retry(ms(5100)));
    check(&busy("5"), |usual| usual.left = ms(5060), Retry(ms(5005)));
    check(&busy("5"), |usual| usual.left = ms(5000), GiveUp);
    let late = |usual: &mut Circumstances<'_>| {
        usual.others = Others::Left;
        usual.left = ms(50);
    };
    check(&closed(), late, GiveUp);
}

#[test]
fn a_request_that_may_have_been_executed_is_repeated_only_if_it_is_repeatable() {
    let once = |circumstances: &mut Circumstances<'_>| {
        circumstances.is_repeatable = false;
        circumstances.others = Others::Left;
    };
    check(&refused(), once, FailOver);
    for failure in [closed(), busy("1"), status(429, ""), status(200, "<html>"), rejected()] {
        check(&failure, once, GiveUp);
    }
    let corrected = |usual: &mut Circumstances<'_>| {
        once(usual);
        usual.correction = Correction::First;
    };
    check(&rejected(), corrected, GiveUp);
}

#[test]
fn a_rejection_allows_one_further_attempt_of_each_kind() {
    check(&rejected(), |usual| usual.correction = Correction::First, SignAgain);
    check(&rejected(), |usual| usual.correction = Correction::Repeated, GiveUp);
    check(&rejected(), |usual| usual.signature = Signature::Changed, GiveUp);
    check(&rejected(), |usual| usual.signature = Signature::None, GiveUp);
}

#[test]
fn the_code_of_a_401_decides_whether_others_are_requested_and_no_signature_is_repeated() {
    for code in ["APIGW.0301", "APIGW.9999", "STS5.9999", "IAM.0067", "IAM.1104"] {
        check(&coded(401, code, "m"), |_| (), ChangeCredentials);
    }
    for code in [
        "APIGW.0308",
        "IAM.0012",
        "APIGW.0601",
        "IAM.0064",
        "PAP5.0001",
        "APIGW.0602",
        "APIGW.0103",
    ] {
        check(&coded(401, code, "m"), |_| (), GiveUp);
        check(&coded(401, code, "m"), |usual| usual.others = Others::Left, GiveUp);
        check(&coded(401, code, "m"), |usual| usual.others = Others::Better, GiveUp);
    }
    check(&coded(401, "PORTAL.1", "m"), |_| (), GiveUp);
    let unsigned = |usual: &mut Circumstances<'_>| usual.signature = Signature::None;
    check(&coded(401, "APIGW.0308", "m"), unsigned, Retry(ms(3500)));
    // The access key is locked, or the clock cannot be corrected.
    for message in ["AK access failed to reach the limit", "signature expired"] {
        check(&coded(401, "APIGW.0301", message), |_| (), ChangeCredentials);
    }
}
