//! Concurrent calls in virtual time: an event queue, and a service that responds.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use sts_client::transport::TransportErrorKind;
use sts_client::{Call, CallContext, CallStats, Error, Exchange, Now, StateMachine, Step};
use sts_proto::{Credentials, GetCallerIdentity};

use crate::world::{Answer, START, identity, maybe_sent, not_sent};

/// The outcome of one call.
pub(crate) struct Outcome {
    pub(crate) took: Duration,
    pub(crate) result: Result<CallStats, Box<Error>>,
}

/// The response to a request, and its latency.
pub(crate) type Reply = (Duration, Answer);

pub(crate) fn healthy() -> Reply {
    (Duration::from_millis(20), identity())
}

pub(crate) fn refused() -> Reply {
    (Duration::from_millis(5), not_sent(TransportErrorKind::Connect))
}

/// A response that never arrives.
pub(crate) fn black_hole() -> Reply {
    (Duration::MAX, maybe_sent(TransportErrorKind::Timeout))
}

/// Makes one call at each of `starts`, and returns the outcomes in order. `service` responds to
/// requests.
pub(crate) fn run(
    context: &Arc<CallContext>,
    credentials: &Arc<Credentials>,
    starts: impl IntoIterator<Item = Duration>,
    service: impl FnMut(&Exchange, Now) -> Reply,
) -> Vec<Outcome> {
    run_from(Now::new(START, Duration::ZERO), context, credentials, starts, service)
}

/// Like [`run`], from another reading of the clocks.
pub(crate) fn run_from(
    origin: Now,
    context: &Arc<CallContext>,
    credentials: &Arc<Credentials>,
    starts: impl IntoIterator<Item = Duration>,
    service: impl FnMut(&Exchange, Now) -> Reply,
) -> Vec<Outcome> {
    run_by(|elapsed| origin.after(elapsed), context, credentials, starts, service)
}

/// Like [`run`], with any clock.
pub(crate) fn run_by(
    clock: impl Fn(Duration) -> Now,
    context: &Arc<CallContext>,
    credentials: &Arc<Credentials>,
    starts: impl IntoIterator<Item = Duration>,
    mut service: impl FnMut(&Exchange, Now) -> Reply,
) -> Vec<Outcome> {
    let mut outcomes: Vec<Option<Outcome>> = Vec::new();
    let mut calls = Vec::new();
    let mut events = BinaryHeap::new();
    for (index, start) in starts.into_iter().enumerate() {
        let call = Call::new(GetCallerIdentity::new(), context, index as u64);
        calls.push((call, start, None));
        outcomes.push(None);
        events.push(Reverse((start, index)));
    }
    while let Some(Reverse((time, index))) = events.pop() {
        let now = clock(time);
        let (call, start, pending) = &mut calls[index];
        if let Some(response) = pending.take() {
            call.receive(response, now);
        }
        let next = loop {
            match call.step(now) {
                Step::Credentials(_) => call.provide(Ok(credentials.clone())),
                Step::Send(exchange) => {
                    let limit = exchange.limits.timeout;
                    let (latency, response) = service(&exchange, now);
                    let is_late = latency >= limit;
                    let timeout = || maybe_sent(TransportErrorKind::Timeout);
                    *pending = Some(if is_late { timeout() } else { response });
                    break Some(latency.min(limit));
                }
                Step::Wait(wait) => break Some(wait),
                Step::Done(result) => {
                    let result = result.map(|completed| completed.stats).map_err(Box::new);
                    outcomes[index] = Some(Outcome { took: time - *start, result });
                    break None;
                }
            }
        };
        if let Some(after) = next {
            events.push(Reverse((time + after, index)));
        }
    }
    outcomes.into_iter().map(|outcome| outcome.expect("every call ends")).collect()
}

pub(crate) fn failures(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter(|outcome| outcome.result.is_err()).count()
}

pub(crate) fn host(exchange: &Exchange) -> &str {
    exchange.request.uri().host().unwrap_or_default()
}
