//! Drivers: perform the steps of a state machine and pass it the outcomes.

use std::pin::pin;
use std::sync::Arc;

use futures_util::future::{Either, select};
use sts_credentials::{ProvideCredentials, blocking};
use sts_proto::Operation;

use crate::call::{Call, Step};
use crate::context::CallContext;
use crate::error::Error;
use crate::platform::Clock;
use crate::report::Report;
use crate::trace;
use crate::transport::{BlockingTransport, Transport};

/// Drives a `Call` to completion on an async transport.
pub(crate) async fn call<O: Operation>(
    operation: O,
    context: &Arc<CallContext>,
    transport: &impl Transport,
    source: &impl ProvideCredentials,
    clock: &dyn Clock,
) -> Result<(O::Output, Report), Error> {
    let drive = async {
        let mut call = Call::new(operation, context, clock.seed());
        // Read again only after steps that take time, because reading clocks is not free.
        let mut now = clock.now();
        loop {
            match call.step(now) {
                Step::Credentials(request) => {
                    // The deadline covers the provider as well; the state machine knows the
                    // remaining time.
                    let keys = pin!(source.credentials(request));
                    let deadline = pin!(wait(call.step(now), transport));
                    let first = select(keys, deadline).await;
                    now = clock.now();
                    if let Either::Left((keys, _)) = first {
                        call.provide(keys);
                    }
                }
                Step::Send(exchange) => {
                    let outcome = transport.send(exchange).await;
                    now = clock.now();
                    call.receive(outcome, now);
                }
                Step::Wait(duration) => {
                    transport.sleep(duration).await;
                    now = clock.now();
                }
                Step::Done(outcome) => return outcome,
            }
        }
    };
    trace::in_call(O::NAME, drive).await
}

/// Performs `Step::Wait`; the caller handles all other steps.
async fn wait<T>(step: Step<T>, transport: &impl Transport) {
    if let Step::Wait(duration) = step {
        transport.sleep(duration).await;
    }
}

/// Drives a `Call` to completion on a blocking transport. The time that the credential provider
/// takes counts, but nothing can interrupt it.
pub(crate) fn call_blocking<O: Operation>(
    operation: O,
    context: &Arc<CallContext>,
    transport: &impl BlockingTransport,
    source: &impl blocking::ProvideCredentials,
    clock: &dyn Clock,
) -> Result<(O::Output, Report), Error> {
    trace::in_call_blocking(O::NAME, || {
        let mut call = Call::new(operation, context, clock.seed());
        let mut now = clock.now();
        loop {
            match call.step(now) {
                Step::Credentials(request) => {
                    call.provide(source.credentials(request));
                    now = clock.now();
                }
                Step::Send(exchange) => {
                    let outcome = transport.send(exchange);
                    now = clock.now();
                    call.receive(outcome, now);
                }
                Step::Wait(duration) => {
                    transport.sleep(duration);
                    now = clock.now();
                }
                Step::Done(outcome) => return outcome,
            }
        }
    })
}
