//! One call on a thread that may block, driven through its state machine.
//!
//! ```text
//! cargo run -p sts-isahc --example one_call
//! ```
//!
//! The loop is a complete driver. Replace the transport by your own HTTP stack; the guide
//! `docs/runtime.md` explains the steps.
#![expect(clippy::print_stdout, reason = "it shows what happens")]

use std::error::Error as StdError;
use std::sync::Arc;
use std::thread;

use sts_client::blocking::Transport as _;
use sts_client::{Call, CallContext, CallPolicy, Clock, StateMachine, Step, SystemClock};
use sts_emulator::{Emulator, builtin};
use sts_isahc::IsahcTransport;
use sts_proto::GetCallerIdentity;

fn main() -> Result<(), Box<dyn StdError>> {
    let emulator = Emulator::builder().start_blocking()?;
    let transport = IsahcTransport::builder().no_proxy().build()?;
    let clock = SystemClock;

    let credentials = Arc::new(builtin::credentials());
    let context = CallContext::new([emulator.endpoint().clone()], CallPolicy::default());
    let mut call = Call::new(GetCallerIdentity::new(), &context, clock.seed());
    let completed = loop {
        match call.step(clock.now()) {
            Step::Credentials(_) => call.provide(Ok(credentials.clone())),
            Step::Send(exchange) => call.receive(transport.send(exchange), clock.now()),
            Step::Wait(duration) => thread::sleep(duration),
            Step::Done(outcome) => break outcome?,
        }
    };
    println!("{} after {} attempt(s)", completed.output.principal_urn, completed.stats.attempts);
    Ok(())
}
