//! Drivers: perform the steps of a state machine and pass it the outcomes.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, poll_immediate, select};
use sts_credentials::{ProvideCredentials, blocking as credentials};

use crate::error::Error;
use crate::machine::{StateMachine, Step};
use crate::platform::Clock;
use crate::transport::{Transport, blocking};

/// Drives a state machine to completion on an async transport. The caller owns the machine, because
/// futures of async functions store their arguments twice.
pub(crate) async fn drive<M: StateMachine>(
    machine: &mut M,
    transport: &impl Transport,
    provider: &impl ProvideCredentials,
    clock: &dyn Clock,
) -> Result<M::Output, Error> {
    // Read again only after steps that take time, because reading clocks is not free.
    let mut now = clock.now();
    loop {
        match machine.step(now) {
            Step::Credentials(request) => {
                let mut credentials = pin!(provider.credentials(request));
                if let Some(credentials) = poll_immediate(credentials.as_mut()).await {
                    // It may have blocked the thread. The faster clock is behind `now` if it has not.
                    if clock.monotonic() > now.monotonic {
                        now = clock.now();
                    }
                    machine.provide(credentials);
                    continue;
                }
                // The deadline includes the provider; the step of the machine is the remaining time.
                let limit = match machine.step(now) {
                    Step::Wait(limit) => limit,
                    _ => Duration::ZERO,
                };
                let deadline = pin!(transport.sleep(limit));
                let first = select(credentials, deadline).await;
                now = clock.now();
                if let Either::Left((credentials, _)) = first {
                    machine.provide(credentials);
                }
            }
            Step::Send(exchange) => {
                let outcome = transport.send(exchange).await;
                now = clock.now();
                machine.receive(outcome, now);
            }
            Step::Wait(duration) => {
                transport.sleep(duration).await;
                now = clock.now();
            }
            Step::Done(outcome) => return outcome,
        }
    }
}

/// Drives a state machine to completion on a blocking transport. The time that the credential
/// provider takes counts, but nothing can interrupt it.
pub(crate) fn drive_blocking<M: StateMachine>(
    machine: &mut M,
    transport: &impl blocking::Transport,
    provider: &impl credentials::ProvideCredentials,
    clock: &dyn Clock,
) -> Result<M::Output, Error> {
    let mut now = clock.now();
    loop {
        match machine.step(now) {
            Step::Credentials(request) => {
                machine.provide(provider.credentials(request));
                now = clock.now();
            }
            Step::Send(exchange) => {
                let outcome = transport.send(exchange);
                now = clock.now();
                machine.receive(outcome, now);
            }
            Step::Wait(duration) => {
                transport.sleep(duration);
                now = clock.now();
            }
            Step::Done(outcome) => return outcome,
        }
    }
}
