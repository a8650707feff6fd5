//! The machine of one call.

mod judge;
mod keys;
mod recovery;
mod step;

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use http::Response;
use sts_proto::{Authentication, Body, Caller, Credentials, Operation, service_date};

pub use self::step::Step;
use crate::context::CallContext;
use crate::error::{Error, Failure};
use crate::keys::Keys;
use crate::report::Report;
use crate::source::{KeyRequest, SourceError};
use crate::transport::{Exchange, TransportError, TransportErrorKind};
use crate::{Now, trace};

/// One call of an operation: signs, classifies, waits, tries again, gives up. It does no IO.
///
/// A driver asks for the next [`Step`], does it, and hands in what came of it. Every method is
/// told the time. Early and repeated calls are harmless. An attempt that has outlasted its limit
/// when a step is asked for has failed, whatever comes of it later.
///
/// ```
/// use std::time::Duration;
/// use sts_client::{Call, CallContext, CallPolicy, Now, Step};
/// use sts_proto::{Credentials, Endpoint, GetCallerIdentity, Region};
/// # use time::macros::datetime;
/// # fn my_clocks() -> Now { Now::new(datetime!(2026-03-05 07:08:09 UTC), Duration::ZERO) }
/// # fn my_http(_: sts_client::Exchange) -> Result<http::Response<sts_proto::Body>, sts_client::TransportError> {
/// #     let json = r#"{"account_id":"0a1b","principal_urn":"iam::0a1b:user:u","principal_id":"u"}"#;
/// #     Ok(http::Response::new(sts_proto::Body::from(json.as_bytes().to_vec())))
/// # }
///
/// let context = CallContext::new([Endpoint::from(Region::CN_NORTH_4)], CallPolicy::default());
/// let keys = std::sync::Arc::new(Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3"));
///
/// let mut call = Call::new(GetCallerIdentity::new(), &context, 7);
/// let outcome = loop {
///     match call.step(my_clocks()) {
///         Step::Credentials(_) => call.provide(Ok(keys.clone())),
///         Step::Send(exchange) => call.receive(my_http(exchange), my_clocks()),
///         Step::Wait(duration) => std::thread::sleep(duration),
///         Step::Done(outcome) => break outcome,
///     }
/// };
/// assert_eq!(outcome?.0.account_id, "0a1b");
/// # Ok::<(), sts_client::Error>(())
/// ```
#[derive(Debug)]
pub struct Call<O: Operation> {
    operation: O,
    context: Arc<CallContext>,
    rng: Rng,
    /// Whether the operation keeps the limits whatever the keys.
    is_valid_for_all: bool,
    keys: Option<Arc<Keys>>,
    started: Option<Now>,
    report: Report,
    /// Why the last attempt failed, while the call goes on.
    last_failure: Option<Failure>,
    /// Whether the one further try after a refusal of keys or date has been taken.
    has_tried_again: bool,
    state: State<O::Output>,
}

#[derive(Debug)]
enum State<T> {
    /// Nothing has been done.
    New,
    /// Keys are to be asked for, or have been; in place of those that `refusal` is about.
    Keys { is_asked: bool, refusal: Option<Failure> },
    /// A request is to be sent.
    Ready,
    /// A request is out.
    Sent(Sent),
    /// Nothing happens until that tick.
    Waiting { until: Duration },
    /// The outcome is to be given.
    Done(Result<T, Failure>),
    /// The outcome has been given.
    Over,
}

/// A request that is out.
#[derive(Clone, Copy, Debug)]
struct Sent {
    endpoint: usize,
    at: Now,
    /// It has failed at this tick if nothing came back.
    until: Duration,
    /// Whether the deadline left it less than half the time that an attempt has otherwise.
    is_cut_short: bool,
    /// The offset of the clock that it was signed with.
    offset: time::Duration,
}

/// So little time is not worth a further attempt: it would end as a timeout, and hide what
/// happened before.
const SHORTEST_ATTEMPT: Duration = Duration::from_millis(50);

impl<O: Operation> Call<O> {
    /// A call of `operation`. The seed is for its jitter; it should differ from call to call.
    pub fn new(operation: O, context: &Arc<CallContext>, seed: u64) -> Self {
        Self {
            operation,
            context: Arc::clone(context),
            rng: Rng::with_seed(seed),
            is_valid_for_all: false,
            keys: None,
            started: None,
            report: Report::default(),
            last_failure: None,
            has_tried_again: false,
            state: State::New,
        }
    }

    /// What to do now.
    pub fn step(&mut self, now: Now) -> Step<O::Output> {
        let started = *self.started.get_or_insert(now);
        let deadline = started.ticks.saturating_add(self.context.policy.deadline);
        let left = deadline.saturating_sub(now.ticks);
        loop {
            match mem::replace(&mut self.state, State::Over) {
                State::New => self.state = self.begin(),
                State::Keys { refusal, .. } if left.is_zero() => {
                    self.state = State::Done(Err(refusal.unwrap_or(Failure::Deadline)));
                }
                State::Keys { is_asked: true, refusal } => {
                    self.state = State::Keys { is_asked: true, refusal };
                    return Step::Wait(left);
                }
                State::Keys { is_asked: false, refusal } => {
                    self.state = State::Keys { is_asked: true, refusal };
                    let refused = self.keys.as_ref().map(|keys| keys.credentials.clone());
                    return Step::Credentials(KeyRequest { refused });
                }
                State::Ready if left <= self.shortest_attempt() => {
                    let failure = self.last_failure.take().unwrap_or(Failure::Deadline);
                    self.state = State::Done(Err(failure));
                }
                State::Ready => match self.admit(now) {
                    Ok(None) => match self.send(now, left) {
                        Ok(exchange) => return Step::Send(exchange),
                        Err(failure) => {
                            self.release_keys(now.ticks);
                            self.state = State::Done(Err(failure));
                        }
                    },
                    Ok(Some(wait)) => {
                        self.state = State::Ready;
                        return Step::Wait(wait.min(left));
                    }
                    Err(state) => self.state = state,
                },
                State::Sent(sent) => {
                    self.state = State::Sent(sent);
                    let left = sent.until.saturating_sub(now.ticks);
                    if !left.is_zero() {
                        return Step::Wait(left);
                    }
                    let timeout = TransportError::maybe_sent(TransportErrorKind::Timeout);
                    self.receive(Err(timeout), now);
                }
                State::Waiting { until } if now.ticks < until => {
                    self.state = State::Waiting { until };
                    return Step::Wait(until.saturating_sub(now.ticks));
                }
                State::Waiting { .. } => self.state = State::Ready,
                State::Done(result) => {
                    let mut report = mem::take(&mut self.report);
                    report.elapsed = now.ticks.saturating_sub(started.ticks);
                    return Step::Done(match result {
                        Ok(output) => Ok((output, report)),
                        Err(failure) => Err(Error::new(O::NAME, failure, report)),
                    });
                }
                State::Over => {
                    return Step::Done(Err(Error::new(O::NAME, Failure::Over, Report::default())));
                }
            }
        }
    }

    /// The keys that [`Step::Credentials`] asked for, or why there are none. At any other time it
    /// does nothing.
    pub fn provide(&mut self, credentials: Result<Arc<Credentials>, SourceError>) {
        let State::Keys { is_asked: true, refusal } = &mut self.state else {
            return;
        };
        let refusal = refusal.take();
        self.state = match self.take_keys(credentials, refusal) {
            Ok(()) => State::Ready,
            Err(failure) => State::Done(Err(failure)),
        };
    }

    /// What came of the exchange that [`Step::Send`] asked for. At any other time it does
    /// nothing.
    pub fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        let State::Sent(sent) = self.state else {
            return;
        };
        let date = outcome.as_ref().ok().and_then(|response| service_date(response.headers()));
        let was_clock_wrong =
            date.is_some_and(|date| self.context.skew.learn(date, sent.at, now, sent.offset));
        let outcome = match outcome.map(|response| O::read(&response)) {
            Ok(Ok(output)) => Ok(output),
            Ok(Err(answer)) => Err(Failure::Service(answer)),
            Err(error) => Err(Failure::Transport(error)),
        };
        let is_excused = self.settle_keys(&outcome, was_clock_wrong, now.ticks);
        self.state = match outcome {
            Ok(output) => {
                trace::attempt_succeeded(self.report.attempts);
                self.context.budget.refill();
                self.context.route.succeeded(sent.endpoint);
                State::Done(Ok(output))
            }
            Err(failure) => self.recover(failure, sent, is_excused, now),
        };
    }

    /// A further attempt needs some time to be worth it; the first is made in any case.
    fn shortest_attempt(&self) -> Duration {
        if self.report.attempts == 0 { Duration::ZERO } else { SHORTEST_ATTEMPT }
    }

    fn begin(&mut self) -> State<O::Output> {
        if self.context.route.is_empty() {
            return State::Done(Err(Failure::NoEndpoint));
        }
        // Before the source is asked, which may cost a call of its own. What temporary keys may ask
        // for, all may.
        self.is_valid_for_all = self.validate(Caller::Temporary).is_ok();
        if !self.is_valid_for_all
            && let Err(failure) = self.validate(Caller::Permanent)
        {
            return State::Done(Err(failure));
        }
        match O::AUTHENTICATION {
            Authentication::Unsigned => State::Ready,
            _ => State::Keys { is_asked: false, refusal: None },
        }
    }

    fn validate(&self, caller: Caller) -> Result<(), Failure> {
        if !self.context.policy.validate {
            return Ok(());
        }
        self.operation.validate_for(caller).map_err(Failure::InvalidRequest)
    }

    /// The request of the next attempt, signed with the date of this moment.
    fn send(&mut self, now: Now, left: Duration) -> Result<Exchange, Failure> {
        let context = &*self.context;
        let index = context.route.choose(now.ticks);
        let endpoint = context.route.endpoint(index).ok_or(Failure::NoEndpoint)?;
        let mut request =
            self.operation.to_request_unvalidated(endpoint).map_err(Failure::InvalidRequest)?;
        let offset = context.skew.for_signing();
        if let Some(keys) = &self.keys {
            let date = now.wall.saturating_add(offset);
            keys.signer.sign(&mut request, date).map_err(|error| {
                let message = "the request cannot be signed";
                Failure::Credentials(SourceError::new(message).with_source(error))
            })?;
        }
        let limits = context.policy.limits;
        let usual = limits.timeout.min(context.policy.deadline);
        let limits = limits.with_timeout(limits.timeout.min(left));
        let until = now.ticks.saturating_add(limits.timeout);
        self.state = State::Sent(Sent {
            endpoint: index,
            at: now,
            until,
            is_cut_short: limits.timeout < usual / 2,
            offset,
        });
        self.report.attempts += 1;
        trace::attempt_sent(self.report.attempts, endpoint);
        Ok(Exchange::new(request, limits))
    }
}
