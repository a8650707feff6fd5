//! State machine of one call.

mod credentials;
mod decision;
mod evidence;
mod recovery;

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use http::{Request, Response};
use sts_credentials::{Credentials, CredentialsError, CredentialsRequest};
use sts_proto::{Authentication, Body, Caller, Operation, service_date};
use time::OffsetDateTime;

use self::decision::SHORTEST_ATTEMPT;
use self::evidence::witness;
use crate::context::CallContext;
use crate::error::{Error, Failure, resolve};
use crate::machine::{StateMachine, Step};
use crate::platform::Now;
use crate::shared::clock_offset::{DatedResponse, SigningOffset};
use crate::shared::endpoint_pool::Pick;
use crate::shared::rejected_keys::Slot;
use crate::signing_credentials::SigningCredentials;
use crate::stats::{CallStats, Completed};
use crate::trace;
use crate::transport::{Exchange, TransportError, TransportErrorKind};

/// State machine of one call of an operation: signs, classifies errors, retries with backoff and
/// fails over. It performs no IO.
///
/// A driver requests the next [`Step`], performs it, and passes the outcome back. Methods take the
/// current time as an argument. Out-of-order calls are ignored. An attempt that has exceeded its
/// timeout when a step is requested has failed, even if a response arrives later.
///
/// ```
/// use std::time::Duration;
/// use sts_client::{Call, CallContext, CallPolicy, Now, StateMachine, Step};
/// use sts_proto::{Credentials, Endpoint, GetCallerIdentity, Region};
/// # use time::macros::datetime;
/// # fn my_clocks() -> Now { Now::new(datetime!(2026-03-05 07:08:09 UTC), Duration::ZERO) }
/// # fn my_http(_: sts_client::Exchange) -> Result<http::Response<sts_proto::Body>, sts_client::TransportError> {
/// #     let json = r#"{"account_id":"0a1b","principal_urn":"iam::0a1b:user:u","principal_id":"u"}"#;
/// #     Ok(http::Response::new(sts_proto::Body::from(json.as_bytes().to_vec())))
/// # }
///
/// let context = CallContext::new([Endpoint::from(Region::CN_NORTH_4)], CallPolicy::default());
/// let credentials = std::sync::Arc::new(Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3"));
///
/// let mut call = Call::new(GetCallerIdentity::new(), &context, 7);
/// let outcome = loop {
///     match call.step(my_clocks()) {
///         Step::Credentials(_) => call.provide(Ok(credentials.clone())),
///         Step::Send(exchange) => call.receive(my_http(exchange), my_clocks()),
///         Step::Wait(duration) => std::thread::sleep(duration),
///         Step::Done(outcome) => break outcome,
///     }
/// };
/// assert_eq!(outcome?.output.account_id, "0a1b");
/// # Ok::<(), sts_client::Error>(())
/// ```
#[derive(Debug)]
pub struct Call<O: Operation> {
    operation: O,
    context: Arc<CallContext>,
    rng: Rng,
    /// Whether the operation is within the limits for permanent and temporary credentials.
    is_valid_for_all: bool,
    credentials: Option<Arc<SigningCredentials>>,
    started: Option<Now>,
    stats: CallStats,
    /// The failure of the last attempt, while the call continues.
    last_failure: Option<Failure>,
    /// The rejection of the credentials, while others are requested.
    rejection: Option<Failure>,
    /// The error of the provider that was asked for others.
    provider_error: Option<CredentialsError>,
    /// Endpoints that have failed in this call, by their index in the pool.
    failed_endpoints: Vec<usize>,
    /// The number of failovers to an endpoint that had not failed in this call.
    failovers: u32,
    /// Whether the request has been signed again after a correction of the clock offset.
    has_signed_again: bool,
    /// Whether the provider has been asked for other credentials.
    has_changed_credentials: bool,
    state: State,
    /// The outcome of the call, until it is returned.
    outcome: Option<Result<O::Output, Failure>>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Initial state.
    New,
    /// Credentials are required: the first ones, or others after a rejection.
    Credentials { is_requested: bool },
    /// A request is ready to be sent.
    Ready,
    /// A request is in flight.
    Sent(Sent),
    /// The call waits until that time.
    Waiting { until: Duration },
    /// The outcome is ready to be returned, or has been returned.
    Done,
}

/// A request in flight.
#[derive(Clone, Copy, Debug)]
struct Sent {
    pick: Pick,
    /// The slot of its credentials, if it is signed.
    slot: Option<Slot>,
    at: Now,
    /// The end of the attempt's timeout.
    until: Duration,
    /// Whether the deadline left less than half of the usual timeout of an attempt.
    is_cut_short: bool,
    signed_with: SigningOffset,
}

/// The reason why no request may be signed now.
enum NotAdmitted {
    Wait(Duration),
    Next(State),
}

impl<O: Operation> Call<O> {
    /// Creates a call of `operation`. The seed is for its jitter; it should differ from call to
    /// call.
    pub fn new(operation: O, context: &Arc<CallContext>, seed: u64) -> Self {
        Self {
            operation,
            context: Arc::clone(context),
            rng: Rng::with_seed(seed),
            is_valid_for_all: false,
            credentials: None,
            started: None,
            stats: CallStats::default(),
            last_failure: None,
            rejection: None,
            provider_error: None,
            failed_endpoints: Vec::new(),
            failovers: 0,
            has_signed_again: false,
            has_changed_credentials: false,
            state: State::New,
            outcome: None,
        }
    }
}

impl<O: Operation> StateMachine for Call<O> {
    type Output = Completed<O::Output>;

    fn step(&mut self, now: Now) -> Step<Self::Output> {
        let started = *self.started.get_or_insert(now);
        let left = self.deadline().saturating_sub(now.monotonic);
        loop {
            self.state = match self.state {
                State::New => self.begin(),
                State::Credentials { .. } if left.is_zero() => {
                    let failure = self.rejection.take().unwrap_or(Failure::Deadline);
                    self.finish(Err(failure))
                }
                State::Credentials { is_requested: true } => return Step::Wait(left),
                State::Credentials { is_requested: false } => {
                    self.state = State::Credentials { is_requested: true };
                    let rejected = self.credentials.as_ref().map(|ours| ours.credentials.clone());
                    return Step::Credentials(
                        rejected.map(CredentialsRequest::after_rejection).unwrap_or_default(),
                    );
                }
                State::Ready if left <= self.shortest_attempt() => {
                    let failure = self.last_failure.take().unwrap_or(Failure::Deadline);
                    self.finish(Err(failure))
                }
                State::Ready => match self.admit(left.min(self.context.policy.limits.timeout), now)
                {
                    Ok(slot) => match self.send(slot, left, now) {
                        Ok(exchange) => return Step::Send(exchange),
                        Err(failure) => {
                            self.release(slot, now.monotonic);
                            self.finish(Err(failure))
                        }
                    },
                    Err(NotAdmitted::Wait(wait)) => return Step::Wait(wait.min(left)),
                    Err(NotAdmitted::Next(state)) => state,
                },
                State::Sent(sent) => {
                    let left = sent.until.saturating_sub(now.monotonic);
                    if !left.is_zero() {
                        return Step::Wait(left);
                    }
                    let timeout = TransportError::maybe_sent(TransportErrorKind::Timeout);
                    self.receive(Err(timeout), now);
                    self.state
                }
                State::Waiting { until } if now.monotonic < until => {
                    return Step::Wait(until.saturating_sub(now.monotonic));
                }
                State::Waiting { .. } => State::Ready,
                State::Done => {
                    let Some(outcome) = self.outcome.take() else {
                        let stats = CallStats::default();
                        return Step::Done(Err(Error::new(O::NAME, Failure::Completed, stats)));
                    };
                    let mut stats = mem::take(&mut self.stats);
                    stats.elapsed = now.monotonic.saturating_sub(started.monotonic);
                    return Step::Done(match outcome {
                        Ok(output) => Ok(Completed { output, stats }),
                        Err(failure) => Err(Error::new(O::NAME, failure, stats)
                            .with_provider_error(self.provider_error.take())),
                    });
                }
            };
        }
    }

    fn provide(&mut self, credentials: Result<Arc<Credentials>, CredentialsError>) {
        if !matches!(self.state, State::Credentials { is_requested: true }) {
            return;
        }
        self.state = match self.take_credentials(credentials.map_err(resolve)) {
            Ok(()) => State::Ready,
            Err(failure) => self.finish(Err(failure)),
        };
    }

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        let State::Sent(sent) = self.state else {
            return;
        };
        let date = outcome.as_ref().ok().and_then(|response| service_date(response.headers()));
        let outcome = match outcome.map(|response| O::read(&response)) {
            Ok(Ok(output)) => Ok(output),
            Ok(Err(error)) => Err(Failure::Service(error)),
            Err(error) => Err(Failure::Transport(error)),
        };
        let is_excused = self.context.clock_offset.learn(&DatedResponse {
            date,
            sent: sent.at,
            received: now,
            signed_with: sent.signed_with,
            witness: witness(&outcome, self.credentials.is_some()),
        });
        self.settle(&outcome, is_excused, sent, now);
        self.state = match outcome {
            Ok(output) => {
                trace::attempt_succeeded(self.stats.attempts);
                self.context.budget.deposit();
                self.context.pool.responded(sent.pick);
                self.finish(Ok(output))
            }
            Err(failure) => self.recover(failure, sent, is_excused, now),
        };
    }
}

impl<O: Operation> Call<O> {
    /// A further attempt requires a minimum of time; the first is always made.
    fn shortest_attempt(&self) -> Duration {
        if self.stats.attempts == 0 { Duration::ZERO } else { SHORTEST_ATTEMPT }
    }

    fn deadline(&self) -> Duration {
        let started = self.started.map_or(Duration::ZERO, |started| started.monotonic);
        started.saturating_add(self.context.policy.deadline)
    }

    fn finish(&mut self, outcome: Result<O::Output, Failure>) -> State {
        self.outcome = Some(outcome);
        State::Done
    }

    fn begin(&mut self) -> State {
        if self.context.pool.len() == 0 {
            return self.finish(Err(Failure::NoEndpoint));
        }
        // Checked before the provider is asked, which may make a call of its own. A request that is
        // valid for temporary credentials is valid for all.
        self.is_valid_for_all = self.validate(Caller::Temporary).is_ok();
        if !self.is_valid_for_all
            && let Err(failure) = self.validate(Caller::Permanent)
        {
            return self.finish(Err(failure));
        }
        match O::AUTHENTICATION {
            Authentication::Unsigned => State::Ready,
            _ => State::Credentials { is_requested: false },
        }
    }

    fn validate(&self, caller: Caller) -> Result<(), Failure> {
        if !self.context.policy.validate {
            return Ok(());
        }
        self.operation.validate_for(caller).map_err(Failure::InvalidRequest)
    }

    /// Returns the request of the next attempt, signed with the current date.
    fn send(&mut self, slot: Option<Slot>, left: Duration, now: Now) -> Result<Exchange, Failure> {
        let context = Arc::clone(&self.context);
        let can_fail_over = self.can_fail_over();
        let longest = context.policy.limits.timeout.min(left);
        let probe_until = now.monotonic.saturating_add(longest.min(left / 2));
        let pick = context.pool.pick(
            &self.failed_endpoints,
            Some(probe_until).filter(|_| can_fail_over),
            now.monotonic,
        );
        // Leave time for another endpoint.
        let needs_rest = pick.probe.is_some() || longest == left;
        let timeout = if can_fail_over && needs_rest { longest.min(left / 2) } else { longest };
        let signed_with = context.clock_offset.for_signing();
        match self.sign(pick, now.wall.saturating_add(signed_with.offset)) {
            Ok(request) => {
                self.stats.attempts += 1;
                let usual = context.policy.limits.timeout.min(context.policy.deadline);
                self.state = State::Sent(Sent {
                    pick,
                    slot,
                    at: now,
                    until: now.monotonic.saturating_add(timeout),
                    is_cut_short: longest < usual / 2,
                    signed_with,
                });
                Ok(Exchange::new(request, context.policy.limits.timeout(timeout)))
            }
            Err(failure) => {
                context.pool.abandoned(pick, now.monotonic);
                Err(failure)
            }
        }
    }

    /// Whether the call could fail over to another endpoint if the next attempt fails.
    fn can_fail_over(&self) -> bool {
        let others = self.context.pool.len().saturating_sub(self.failed_endpoints.len());
        self.context.policy.attempts > 1 && others > 1 && self.operation.is_repeatable()
    }

    fn sign(&self, pick: Pick, date: OffsetDateTime) -> Result<Request<Body>, Failure> {
        let endpoint = self.context.pool.get(pick.index).ok_or(Failure::NoEndpoint)?;
        let mut request =
            self.operation.to_request_unvalidated(endpoint).map_err(Failure::InvalidRequest)?;
        if let Some(ours) = &self.credentials {
            ours.signer.sign(&mut request, date).map_err(|error| {
                let message = "cannot sign the request";
                Failure::Credentials(CredentialsError::new(message).with_source(error))
            })?;
        }
        trace::attempt_sent(self.stats.attempts.saturating_add(1), endpoint);
        Ok(request)
    }
}
