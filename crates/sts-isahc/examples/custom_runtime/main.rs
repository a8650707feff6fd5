//! A custom event loop: no async, no threads, several calls in flight.
//!
//! ```text
//! cargo run -p sts-isahc --example custom_runtime
//! ```
//!
//! The loop drives the state machines of `sts-client` over sockets of its own, against an emulator on
//! this machine. The guide `docs/runtime.md` explains it.
#![expect(clippy::print_stdout, reason = "it shows what happens")]

mod connection;
mod event_loop;
mod request;
mod response;
mod session;
mod task;

use std::error::Error as StdError;
use std::time::Duration;

use sts_client::{CallContext, CallPolicy, Clock, SystemClock};
use sts_emulator::{Emulator, Fault, Injection, ResetAt, TestClock};
use sts_proto::GetCallerIdentity;

use self::event_loop::{TICK, run};
use self::session::Session;
use self::task::Task;

fn main() -> Result<(), Box<dyn StdError>> {
    let service_clock = TestClock::new(SystemClock.now().wall);
    let emulator = Emulator::builder().clock(service_clock.clone()).start_blocking()?;
    let context = CallContext::new([emulator.endpoint().clone()], CallPolicy::default());
    let calls = |count| (0..count).map(|_| Task::new(GetCallerIdentity::new(), &context)).collect();
    let mut session = Session::new(context.clone());

    println!("1. three calls that wait for one refresh");
    run(&mut session, calls(3), || SystemClock.now())?;

    println!("2. the same with a connection reset: the call retries");
    let reset = Injection::new(Fault::Reset(ResetAt::InBody)).only::<GetCallerIdentity>().times(1);
    emulator.faults().inject(reset);
    run(&mut session, calls(3), || SystemClock.now())?;

    println!("3. thirteen of fifteen minutes later, in virtual time");
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
    Ok(())
}
