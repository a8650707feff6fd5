//! A custom event loop: no async, no threads, several calls in flight.
//!
//! ```text
//! cargo run --example custom_runtime
//! ```
//!
//! The loop drives the state machines of `sts-client`, as [`Client`](sts_client::Client) and
//! [`Session`](sts_client::Session) do for async code. It calls an emulator on this machine and
//! exits with status 0 if all results are as expected. The guide `docs/runtime.md` explains it.
#![expect(clippy::print_stdout, reason = "it shows what happens")]

mod connection;

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use sts_client::session::SessionMachine;
use sts_client::{
    Call, CallContext, CallPolicy, Clock, Error, Now, SessionPolicy, StateMachine, Step,
    SystemClock,
};
use sts_client::{CredentialsError, CredentialsRequest};
use sts_emulator::{Emulator, Fault, Injection, ResetAt, TestClock, builtin};
use sts_proto::{AssumeAgency, Credentials, GetCallerIdentity, Operation};

use self::connection::Connection;

/// How often sockets are polled. A loop over epoll or a similar interface sleeps until a socket is
/// ready.
const TICK: Duration = Duration::from_millis(1);

type Provided = Result<Arc<Credentials>, CredentialsError>;

/// A call and its exchange in flight.
struct Task<O: Operation> {
    call: Call<O>,
    connection: Option<Connection>,
    /// The request for credentials that has not been served yet.
    wanted: Option<CredentialsRequest>,
}

/// How far a task is.
enum Progress<T> {
    /// Poll again after this time, or when the socket is ready.
    Pending(Duration),
    Done(Result<T, Error>),
}

impl<O: Operation> Task<O> {
    fn new(operation: O, context: &Arc<CallContext>) -> Self {
        let call = Call::new(operation, context, SystemClock.seed());
        Self { call, connection: None, wanted: None }
    }

    /// Advances the call without blocking. `credentials` returns `None` while there are none yet.
    fn poll(
        &mut self,
        now: Now,
        mut credentials: impl FnMut(&CredentialsRequest) -> Option<Provided>,
    ) -> Progress<O::Output> {
        loop {
            if let Some(outcome) = self.connection.as_mut().and_then(Connection::poll) {
                self.connection = None;
                self.call.receive(outcome, now);
            }
            if let Some(provided) = self.wanted.as_ref().and_then(&mut credentials) {
                self.wanted = None;
                self.call.provide(provided);
            }
            match self.call.step(now) {
                Step::Credentials(request) => self.wanted = Some(request),
                // This replaces the connection of an attempt that has timed out.
                Step::Send(exchange) => match Connection::open(exchange) {
                    Ok(connection) => self.connection = Some(connection),
                    Err(error) => self.call.receive(Err(error), now),
                },
                Step::Wait(duration) => return Progress::Pending(duration),
                Step::Done(outcome) => {
                    return Progress::Done(outcome.map(|completed| completed.output));
                }
            }
        }
    }
}

/// The credentials of an agency, refreshed before they expire.
struct Session {
    machine: SessionMachine,
    context: Arc<CallContext>,
    own_credentials: Arc<Credentials>,
    refresh: Option<Task<AssumeAgency>>,
    failure: Option<CredentialsError>,
}

impl Session {
    /// Begins a refresh when one is due, and advances it. Returns the time until the next poll.
    fn poll(&mut self, now: Now) -> Duration {
        if self.machine.begin_refresh(now) {
            let operation =
                AssumeAgency::new(builtin::AGENCY_URN, "loop").duration(Duration::from_secs(900));
            self.refresh = Some(Task::new(operation, &self.context));
        }
        let Some(refresh) = &mut self.refresh else {
            return self.machine.next_refresh(now).saturating_sub(now.monotonic);
        };
        let own_credentials = &self.own_credentials;
        let outcome = match refresh.poll(now, |_| Some(Ok(own_credentials.clone()))) {
            Progress::Pending(duration) => return duration,
            Progress::Done(outcome) => outcome,
        };
        let service_now = self.context.service_time(now.wall);
        self.refresh = None;
        self.failure = match outcome {
            Ok(output) => {
                let can_be_served =
                    self.machine.refreshed(output.credentials.into(), now, service_now);
                (!can_be_served).then(|| CredentialsError::new("received expired credentials"))
            }
            Err(error) => {
                self.machine.failed(now);
                Some(CredentialsError::new("cannot assume the agency").with_source(error))
            }
        };
        Duration::ZERO
    }

    /// Returns credentials for a call, or `None` while the call has to wait for them.
    fn provide(&mut self, request: &CredentialsRequest, now: Now) -> Option<Provided> {
        if let Some(rejected) = &request.rejected
            && self.machine.invalidate(rejected, now)
        {
            return None;
        }
        match (self.machine.credentials(now), &self.refresh, &self.failure) {
            (Some(credentials), ..) => Some(Ok(credentials.clone())),
            (None, None, Some(failure)) => Some(Err(failure.clone())),
            (None, ..) => None,
        }
    }
}

/// Advances all calls until each is done.
fn run(
    session: &mut Session,
    mut tasks: Vec<Task<GetCallerIdentity>>,
    clock: impl Fn() -> Now,
) -> Result<(), Error> {
    loop {
        let now = clock();
        let mut wait = session.poll(now);
        let mut is_busy = session.refresh.is_some();
        let mut pending = Vec::new();
        for mut task in tasks {
            match task.poll(now, |request| session.provide(request, now)) {
                Progress::Pending(duration) => {
                    wait = wait.min(duration);
                    is_busy |= task.connection.is_some();
                    pending.push(task);
                }
                Progress::Done(outcome) => println!("   {}", outcome?.principal_urn),
            }
        }
        tasks = pending;
        if tasks.is_empty() {
            return Ok(());
        }
        std::thread::sleep(if is_busy { wait.min(TICK) } else { wait });
    }
}

fn main() -> Result<(), Box<dyn StdError>> {
    let service_clock = TestClock::new(SystemClock.now().wall);
    let emulator = Emulator::builder().clock(service_clock.clone()).start_blocking()?;
    let context = CallContext::new([emulator.endpoint().clone()], CallPolicy::default());
    let calls = |count| (0..count).map(|_| Task::new(GetCallerIdentity::new(), &context)).collect();
    let mut session = Session {
        machine: SessionMachine::new(SessionPolicy::default(), SystemClock.seed()),
        context: context.clone(),
        own_credentials: Arc::new(builtin::credentials()),
        refresh: None,
        failure: None,
    };

    println!("1. three calls that wait for one refresh");
    run(&mut session, calls(3), || SystemClock.now())?;

    println!("2. the same with a connection reset and a 503: the calls retry");
    let faults = emulator.faults();
    let reset = Fault::Reset(ResetAt::InBody);
    faults.inject(Injection::new(reset).only::<GetCallerIdentity>().times(1));
    let unavailable = Fault::ServerError(http::StatusCode::SERVICE_UNAVAILABLE);
    faults.inject(Injection::new(unavailable).only::<GetCallerIdentity>().times(1));
    run(&mut session, calls(3), || SystemClock.now())?;

    println!("3. a call is cancelled while its request is in flight");
    let latency = Fault::Latency(Duration::from_millis(200));
    faults.inject(Injection::new(latency).only::<GetCallerIdentity>().times(1));
    let mut call = Task::new(GetCallerIdentity::new(), &context);
    let now = SystemClock.now();
    assert!(matches!(
        call.poll(now, |request| session.provide(request, now)),
        Progress::Pending(_)
    ));
    drop(call);

    println!("4. thirteen of fifteen minutes later, in virtual time");
    let minutes = Duration::from_secs(13 * 60);
    service_clock.advance(minutes);
    let later = || SystemClock.now().after(minutes);
    let before = session.machine.credentials(later()).cloned();
    println!("   {:?}: {before:?}", session.machine.state(later()));
    session.poll(later());
    while session.refresh.is_some() {
        std::thread::sleep(TICK);
        session.poll(later());
    }
    let after = session.machine.credentials(later()).cloned();
    println!("   {:?}: {after:?}", session.machine.state(later()));
    if before.is_none() || after.is_none() || before == after {
        return Err("the old credentials are served until the refresh has completed".into());
    }
    Ok(())
}
