//! The machine of one call.

mod judge;
mod recovery;
mod step;

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use http::Response;
use sts_proto::{Authentication, Body, Caller, Credentials, Operation, service_date};
use sts_sign::Signer;

pub use self::step::Step;
use crate::context::CallContext;
use crate::error::{Error, Failure};
use crate::report::Report;
use crate::source::{KeyRequest, SourceError};
use crate::transport::{Exchange, TransportError, TransportErrorKind};
use crate::{Now, trace};

/// One call of an operation: signs, classifies, waits, tries again, gives up. It does no IO.
///
/// A driver asks for the next [`Step`], does it, and hands in what came of it. Every method is
/// told the time. Early and repeated calls are harmless, and so are answers that come too late:
/// an attempt that outlasts its limit has failed, whatever comes of it.
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
    keys: Option<Keys>,
    started: Option<Now>,
    report: Report,
    /// Whether the one further try after a refusal of keys or date has been taken.
    has_tried_again: bool,
    state: State<O::Output>,
}

#[derive(Debug)]
struct Keys {
    credentials: Arc<Credentials>,
    signer: Signer,
}

#[derive(Debug)]
enum State<T> {
    /// Nothing has been done.
    New,
    /// Keys are to be asked for, or have been; in place of those that `refusal` is about.
    Keys { is_asked: bool, refusal: Option<Failure> },
    /// A request is to be sent.
    Ready,
    /// A request is out, and failed at tick `until` if nothing came back.
    Sent { endpoint: usize, at: Now, until: Duration },
    /// Nothing happens until that tick.
    Waiting { until: Duration },
    /// The outcome is to be given.
    Done(Result<T, Failure>),
    /// The outcome has been given.
    Over,
}

impl<O: Operation> Call<O> {
    /// A call of `operation`. The seed is for its jitter; it should differ from call to call.
    pub fn new(operation: O, context: &Arc<CallContext>, seed: u64) -> Self {
        Self {
            operation,
            context: Arc::clone(context),
            rng: Rng::with_seed(seed),
            keys: None,
            started: None,
            report: Report::default(),
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
                State::Ready if left.is_zero() => self.state = State::Done(Err(Failure::Deadline)),
                State::Ready => match self.send(now, left) {
                    Ok(exchange) => return Step::Send(exchange),
                    Err(failure) => self.state = State::Done(Err(failure)),
                },
                State::Sent { endpoint, at, until } => {
                    self.state = State::Sent { endpoint, at, until };
                    let left = until.saturating_sub(now.ticks);
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
        let State::Sent { endpoint, at, .. } = self.state else {
            return;
        };
        let date = outcome.as_ref().ok().and_then(|response| service_date(response.headers()));
        let was_clock_wrong = date.is_some_and(|date| self.context.skew.learn(date, at, now));
        self.state = match outcome.map(|response| O::read(&response)) {
            Ok(Ok(output)) => {
                trace::attempt_succeeded(self.report.attempts);
                self.context.budget.refill();
                self.context.route.succeeded(endpoint);
                if let Some(keys) = &self.keys {
                    self.context.key_guard.accept(&keys.credentials);
                }
                State::Done(Ok(output))
            }
            Ok(Err(answer)) => {
                let failure = Failure::Service(answer);
                self.recover(failure, endpoint, was_clock_wrong, now)
            }
            Err(error) => self.recover(Failure::Transport(error), endpoint, false, now),
        };
    }

    fn begin(&self) -> State<O::Output> {
        if self.context.route.is_empty() {
            return State::Done(Err(Failure::NoEndpoint));
        }
        // Before the source is asked, which may cost a call of its own.
        if let Err(failure) = self.validate(Caller::Permanent) {
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

    fn take_keys(
        &mut self,
        credentials: Result<Arc<Credentials>, SourceError>,
        refusal: Option<Failure>,
    ) -> Result<(), Failure> {
        let credentials = match (credentials, refusal) {
            // The source has no others; what happened is the refusal.
            (Err(_), Some(refusal)) => return Err(refusal),
            (Ok(credentials), Some(refusal))
                if self.keys.as_ref().is_some_and(|keys| *keys.credentials == *credentials) =>
            {
                return Err(refusal);
            }
            (credentials, _) => credentials.map_err(Failure::Credentials)?,
        };
        if credentials.is_temporary() {
            self.validate(Caller::Temporary)?;
        }
        let signer = self.context.signer(&credentials).map_err(|error| {
            let message = "the keys cannot sign";
            Failure::Credentials(SourceError::new(message).with_source(error))
        })?;
        self.keys = Some(Keys { credentials, signer });
        Ok(())
    }

    /// The request of the next attempt, signed with the date of this moment.
    fn send(&mut self, now: Now, left: Duration) -> Result<Exchange, Failure> {
        let context = &*self.context;
        let index = context.route.choose(now.ticks);
        let endpoint = context.route.endpoint(index).ok_or(Failure::NoEndpoint)?;
        let mut request =
            self.operation.to_request_unvalidated(endpoint).map_err(Failure::InvalidRequest)?;
        if let Some(Keys { credentials, signer }) = &self.keys {
            if let Some((answer, wait)) = context.key_guard.refusal(credentials, now.ticks) {
                return Err(Failure::KeyRefused { answer, wait });
            }
            signer.sign(&mut request, context.skew.correct(now.wall)).map_err(|error| {
                let message = "the request cannot be signed";
                Failure::Credentials(SourceError::new(message).with_source(error))
            })?;
        }
        let limits = context.policy.limits;
        let limits = limits.with_timeout(limits.timeout.min(left));
        let until = now.ticks.saturating_add(limits.timeout);
        self.state = State::Sent { endpoint: index, at: now, until };
        self.report.attempts += 1;
        trace::attempt_sent(self.report.attempts, endpoint.host());
        Ok(Exchange::new(request, limits))
    }
}
