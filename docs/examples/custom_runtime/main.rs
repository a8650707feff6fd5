//! A runtime of one's own: no async, no threads, one loop with several calls in flight.
//!
//! ```text
//! cargo run --example custom_runtime
//! ```
//!
//! The loop does what a [`Client`](sts_client::Client) and a [`Session`](sts_client::Session) do
//! elsewhere: it asks the machines of `sts-client` what to do, does it, and tells them what came
//! of it. It calls an emulator on this machine, and ends with status 0 if all came out as it
//! should. The guide `docs/runtime.md` explains it.
#![expect(clippy::print_stdout, reason = "it shows what happens")]

mod connection;

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use sts_client::session::SessionMachine;
use sts_client::source::{KeyRequest, SourceError};
use sts_client::{
    Call, CallContext, CallPolicy, Error, Host, Now, SessionPolicy, Step, SystemHost,
};
use sts_emulator::{Emulator, Fault, Injection, ResetAt, TestClock, builtin};
use sts_proto::{AssumeAgency, Credentials, GetCallerIdentity, Operation};

use self::connection::Connection;

/// How often sockets are looked at. A loop that is told by its operating system when a socket is
/// ready sleeps until then.
const TICK: Duration = Duration::from_millis(1);

type Keys = Result<Arc<Credentials>, SourceError>;

/// A call, and the exchange that it has under way.
struct Task<O: Operation> {
    call: Call<O>,
    connection: Option<Connection>,
    /// Keys that it has asked for and not got yet.
    wanted: Option<KeyRequest>,
}

/// How far a task is.
enum Progress<T> {
    /// Look again after so long, or when its socket is ready.
    Pending(Duration),
    Done(Result<T, Error>),
}

impl<O: Operation> Task<O> {
    fn new(operation: O, context: &Arc<CallContext>) -> Self {
        let call = Call::new(operation, context, SystemHost.seed());
        Self { call, connection: None, wanted: None }
    }

    /// Goes on as far as it can without waiting. `keys` gives none when there are none yet.
    fn poll(
        &mut self,
        now: Now,
        mut keys: impl FnMut(&KeyRequest) -> Option<Keys>,
    ) -> Progress<O::Output> {
        loop {
            if let Some(outcome) = self.connection.as_mut().and_then(Connection::poll) {
                self.connection = None;
                self.call.receive(outcome, now);
            }
            if let Some(keys) = self.wanted.as_ref().and_then(&mut keys) {
                self.wanted = None;
                self.call.provide(keys);
            }
            match self.call.step(now) {
                Step::Credentials(request) => self.wanted = Some(request),
                // A connection that is still there belongs to an attempt that took too long.
                Step::Send(exchange) => match Connection::open(exchange) {
                    Ok(connection) => self.connection = Some(connection),
                    Err(error) => self.call.receive(Err(error), now),
                },
                Step::Wait(duration) => return Progress::Pending(duration),
                Step::Done(outcome) => return Progress::Done(outcome.map(|(output, _)| output)),
            }
        }
    }
}

/// The keys of an agency, kept fresh.
struct Session {
    machine: SessionMachine,
    context: Arc<CallContext>,
    own_keys: Arc<Credentials>,
    fetch: Option<Task<AssumeAgency>>,
    failure: Option<SourceError>,
}

impl Session {
    /// Begins a fetch when one is due, and goes on with it. Returns when to look again.
    fn poll(&mut self, now: Now) -> Duration {
        if self.machine.begin_fetch(now) {
            let operation =
                AssumeAgency::new(builtin::AGENCY_URN, "loop").duration(Duration::from_secs(900));
            self.fetch = Some(Task::new(operation, &self.context));
        }
        let Some(fetch) = &mut self.fetch else {
            return self.machine.next_fetch(now).saturating_sub(now.ticks);
        };
        let own_keys = &self.own_keys;
        let outcome = match fetch.poll(now, |_| Some(Ok(own_keys.clone()))) {
            Progress::Pending(duration) => return duration,
            Progress::Done(outcome) => outcome,
        };
        let service_now = self.context.service_time(now.wall);
        self.fetch = None;
        self.failure = match outcome {
            Ok(answer) => {
                let can_be_served =
                    self.machine.fetched(answer.credentials.into(), now, service_now);
                (!can_be_served).then(|| SourceError::new("the keys had ended when they came"))
            }
            Err(error) => {
                self.machine.failed(now);
                Some(SourceError::new("the agency cannot be assumed").with_source(error))
            }
        };
        Duration::ZERO
    }

    /// Keys for a call: none while it has to wait for them.
    fn give(&mut self, request: &KeyRequest, now: Now) -> Option<Keys> {
        if let Some(refused) = &request.refused
            && self.machine.invalidate(refused, now)
        {
            return None;
        }
        match (self.machine.credentials(now), &self.fetch, &self.failure) {
            (Some(keys), ..) => Some(Ok(keys.clone())),
            (None, None, Some(failure)) => Some(Err(failure.clone())),
            (None, ..) => None,
        }
    }
}

/// The loop: all calls go on, whichever has something to do, until each is done.
fn run(
    session: &mut Session,
    mut tasks: Vec<Task<GetCallerIdentity>>,
    clock: impl Fn() -> Now,
) -> Result<(), Error> {
    loop {
        let now = clock();
        let mut wait = session.poll(now);
        let mut is_busy = session.fetch.is_some();
        let mut left = Vec::new();
        for mut task in tasks {
            match task.poll(now, |request| session.give(request, now)) {
                Progress::Pending(duration) => {
                    wait = wait.min(duration);
                    is_busy |= task.connection.is_some();
                    left.push(task);
                }
                Progress::Done(outcome) => println!("   {}", outcome?.principal_urn),
            }
        }
        tasks = left;
        if tasks.is_empty() {
            return Ok(());
        }
        std::thread::sleep(if is_busy { wait.min(TICK) } else { wait });
    }
}

fn main() -> Result<(), Box<dyn StdError>> {
    let service_clock = TestClock::new(SystemHost.now().wall);
    let emulator = Emulator::builder().clock(service_clock.clone()).start_blocking()?;
    let context = CallContext::new([emulator.endpoint().clone()], CallPolicy::default());
    let calls = |count| (0..count).map(|_| Task::new(GetCallerIdentity::new(), &context)).collect();
    let mut session = Session {
        machine: SessionMachine::new(SessionPolicy::default(), SystemHost.seed()),
        context: context.clone(),
        own_keys: Arc::new(builtin::credentials()),
        fetch: None,
        failure: None,
    };

    println!("1. three calls, which wait for one fetch of keys");
    run(&mut session, calls(3), || SystemHost.now())?;

    println!("2. the same with a reset and a 503: the calls wait and try again");
    let faults = emulator.faults();
    let reset = Fault::Reset(ResetAt::InBody);
    faults.inject(Injection::new(reset).only::<GetCallerIdentity>().times(1));
    let unavailable = Fault::ServerError(http::StatusCode::SERVICE_UNAVAILABLE);
    faults.inject(Injection::new(unavailable).only::<GetCallerIdentity>().times(1));
    run(&mut session, calls(3), || SystemHost.now())?;

    println!("3. a call is let go while its request is out");
    let mut call = Task::new(GetCallerIdentity::new(), &context);
    let now = SystemHost.now();
    assert!(matches!(call.poll(now, |request| session.give(request, now)), Progress::Pending(_)));
    drop(call);

    println!("4. thirteen minutes of fifteen later, which nobody has to wait for");
    let minutes = Duration::from_secs(13 * 60);
    service_clock.advance(minutes);
    let later = || SystemHost.now().after(minutes);
    let before = session.machine.credentials(later()).cloned();
    println!("   {:?}: {before:?}", session.machine.state(later()));
    session.poll(later());
    while session.fetch.is_some() {
        std::thread::sleep(TICK);
        session.poll(later());
    }
    let after = session.machine.credentials(later()).cloned();
    println!("   {:?}: {after:?}", session.machine.state(later()));
    if before.is_none() || after.is_none() || before == after {
        return Err("the old keys were to serve until others came".into());
    }
    Ok(())
}
