//! Drivers: they ask a machine what to do, do it, and hand in what came of it.

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

/// Makes a call by awaiting.
pub(crate) async fn call<O: Operation>(
    operation: O,
    context: &Arc<CallContext>,
    transport: &impl Transport,
    source: &impl ProvideCredentials,
    clock: &dyn Clock,
) -> Result<(O::Output, Report), Error> {
    let drive = async {
        let mut call = Call::new(operation, context, clock.seed());
        // Read again after whatever takes time, and only then: clocks are not free.
        let mut now = clock.now();
        loop {
            match call.step(now) {
                Step::Credentials(request) => {
                    // The deadline holds for the source as well; the machine knows what is left.
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

/// Waits as a step says that has nothing else to say.
async fn wait<T>(step: Step<T>, transport: &impl Transport) {
    if let Step::Wait(duration) = step {
        transport.sleep(duration).await;
    }
}

/// Makes a call by blocking the thread. The time that the source of the keys takes counts, but
/// nothing can interrupt it.
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
