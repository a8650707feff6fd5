//! The simulation loop: a queue of the times at which sessions act.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use http::Response;
use sts_client::proto::{AssumeAgency, Body};
use sts_client::session::{CredentialState, SessionMachine};
use sts_client::{
    Call, CallContext, CallPolicy, Credentials, Now, StateMachine, Step, TransportError,
};

use super::cloud::{Cloud, date, endpoints};
use super::outcome::Outcome;
use super::scenario::{Failure, Scenario};
use crate::options::Options;

/// The sessions of one program. They share a client.
pub(crate) const SESSIONS: u32 = 10;

/// The longest time between two queries of a time server, in seconds.
const CLOCK_POLL: u32 = 1024;

/// By how much a clock is wrong.
const CLOCK_ERROR: time::Duration = time::Duration::minutes(20);

/// A session does not act twice in the same moment.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// A program: a client with a pool of sessions, all of which are in use.
struct Program {
    context: Arc<CallContext>,
    /// The access key of the program.
    credentials: Arc<Credentials>,
    clock: Option<WrongClock>,
}

/// A wall clock that is wrong for a while.
#[derive(Clone, Copy)]
struct WrongClock {
    from: Duration,
    until: Duration,
    error: time::Duration,
}

struct Member {
    program: usize,
    machine: SessionMachine,
    /// The refresh in flight.
    call: Option<Call<AssumeAgency>>,
    /// The outcome of its request, and when it arrives.
    outcome: Option<(Duration, Result<Response<Body>, TransportError>)>,
    has_started: bool,
    /// Since when there have been no valid credentials.
    without_since: Option<Duration>,
    /// When the session acts next.
    next: Duration,
}

pub(crate) fn run<'a>(scenario: &'a Scenario, options: &Options) -> Outcome<'a> {
    let mut rng = Rng::with_seed(options.seed);
    let policy = Arc::new(options.policy);
    let sessions = options.clients.div_ceil(SESSIONS).saturating_mul(SESSIONS);
    let (from, until) = (policy.refresh_from, policy.refresh_until);
    let mean = f64::from(sessions) / f64::from(scenario.lifetime) / f64::midpoint(from, until);
    let mut cloud = Cloud::new(scenario, mean, rng.u64(..));
    let mut outcome = Outcome::new(scenario, sessions);
    let (mut programs, mut members, mut queue) = (vec![], vec![], BinaryHeap::new());
    for _ in 0..sessions / SESSIONS {
        let program = Program::new(scenario, &mut rng);
        for _ in 0..SESSIONS {
            let start = seconds(rng.u32(0..=scenario.lifetime));
            // A session also acts when the clock has been set.
            let clock = program.clock.map(|clock| [clock.from, clock.until]);
            for time in clock.into_iter().flatten().chain([start]) {
                queue.push(Reverse((time, members.len())));
            }
            let machine = SessionMachine::new(Arc::clone(&policy), rng.u64(..));
            members.push(Member::new(programs.len(), machine, start));
        }
        programs.push(program);
    }
    let end = seconds(scenario.end());
    while let Some(Reverse((time, index))) = queue.pop() {
        let Some(member) = members.get_mut(index) else { continue };
        let Some(program) = programs.get(member.program) else { continue };
        if time >= end {
            member.count(&mut outcome, end);
        } else if time == member.next || (member.has_started && program.is_set(time)) {
            member.act(program, &mut cloud, &mut outcome, rng.u64(..), time);
            queue.push(Reverse((member.next, index)));
        }
    }
    outcome.load = cloud.load;
    outcome
}

impl Program {
    fn new(scenario: &Scenario, rng: &mut Rng) -> Self {
        let policy = CallPolicy::default();
        let has_wrong_clock = scenario.failure == Failure::ClockSteps;
        let clock = has_wrong_clock.then(|| WrongClock::new(scenario, rng));
        Self {
            context: CallContext::new(endpoints(), policy),
            credentials: Arc::new(Credentials::permanent("HSTCALLER00000000001", "a1B2c3")),
            clock,
        }
    }

    fn now(&self, elapsed: Duration) -> Now {
        let wrong = self.clock.filter(|clock| clock.from <= elapsed && elapsed < clock.until);
        let error = wrong.map_or(time::Duration::ZERO, |clock| clock.error);
        Now::new(date(elapsed).saturating_add(error), elapsed)
    }

    /// Whether the clock is set at this moment.
    fn is_set(&self, elapsed: Duration) -> bool {
        self.clock.is_some_and(|clock| clock.from == elapsed || clock.until == elapsed)
    }
}

impl WrongClock {
    fn new(scenario: &Scenario, rng: &mut Rng) -> Self {
        let failing = scenario.failing();
        let mut at = |second| seconds(second) + seconds(rng.u32(0..CLOCK_POLL));
        let (from, until) = (at(failing.start), at(failing.end));
        let error = if rng.bool() { CLOCK_ERROR } else { -CLOCK_ERROR };
        Self { from, until, error }
    }
}

impl Member {
    fn new(program: usize, machine: SessionMachine, next: Duration) -> Self {
        let (call, outcome, without_since) = (None, None, None);
        Self { program, machine, call, outcome, has_started: false, without_since, next }
    }

    /// Begins, continues or ends a refresh, and sets the time of the next action.
    fn act(
        &mut self,
        program: &Program,
        cloud: &mut Cloud<'_>,
        results: &mut Outcome<'_>,
        seed: u64,
        elapsed: Duration,
    ) {
        let now = program.now(elapsed);
        self.has_started = true;
        if self.machine.begin_refresh(now) {
            let operation = AssumeAgency::new("iam::0a1b2c3d4e5f:agency:backup", "nightly");
            self.call = Some(Call::new(operation, &program.context, seed));
        }
        let wait = self.call.take().and_then(|call| self.advance(call, program, cloud, now));
        match self.machine.state(now) {
            CredentialState::Fresh | CredentialState::Stale => self.count(results, elapsed),
            CredentialState::Expired => {
                self.without_since.get_or_insert(elapsed);
            }
        }
        let due = match (wait, self.machine.state(now)) {
            (Some(wait), _) => elapsed.saturating_add(wait),
            (None, CredentialState::Expired) => self.machine.next_refresh(now),
            (None, _) => self.machine.serves_until(now),
        };
        self.next = due.max(elapsed.saturating_add(SHORTEST_WAIT));
    }

    /// Continues a refresh. Returns the time to its next action, or `None` if it has ended.
    fn advance(
        &mut self,
        mut call: Call<AssumeAgency>,
        program: &Program,
        cloud: &mut Cloud<'_>,
        now: Now,
    ) -> Option<Duration> {
        if let Some((_, outcome)) = self.outcome.take_if(|(due, _)| *due <= now.monotonic) {
            call.receive(outcome, now);
        }
        let wait = loop {
            match call.step(now) {
                Step::Credentials(_) => call.provide(Ok(Arc::clone(&program.credentials))),
                Step::Send(exchange) => {
                    let (latency, outcome) = cloud.respond(&exchange, now.monotonic);
                    let arrives = now.monotonic.saturating_add(latency);
                    self.outcome = Some((arrives, outcome));
                    break latency.min(exchange.limits.timeout);
                }
                Step::Wait(wait) => {
                    let arrives = self.outcome.as_ref().map(|(arrives, _)| *arrives);
                    let until = arrives.map(|arrives| arrives.saturating_sub(now.monotonic));
                    break until.map_or(wait, |until| until.min(wait));
                }
                Step::Done(Ok(completed)) => {
                    let credentials = completed.output.credentials;
                    let lifetime = cloud.lifetime();
                    let earliest = credentials.expiration.map(|end| end - lifetime);
                    let known = program.context.estimated_service_time(now);
                    let issued = earliest.map_or(known, |earliest| known.max(earliest));
                    let _ = self.machine.refreshed(Arc::new(credentials), now, issued);
                    return None;
                }
                Step::Done(Err(_)) => {
                    self.machine.failed(now);
                    return None;
                }
            }
        };
        self.call = Some(call);
        Some(wait)
    }

    /// Adds the time without credentials that ends now.
    fn count(&mut self, results: &mut Outcome<'_>, elapsed: Duration) {
        if let Some(since) = self.without_since.take() {
            results.add_without(since, elapsed);
        }
    }
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}
