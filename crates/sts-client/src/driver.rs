//! Drivers: they ask a machine what to do, do it, and hand in what came of it.

use std::pin::pin;
use std::sync::Arc;

use futures_util::future::{Either, select};
use sts_proto::Operation;

use crate::call::{Call, Step};
use crate::context::CallContext;
use crate::error::Error;
use crate::host::Host;
use crate::report::Report;
use crate::source::{BlockingCredentialSource, CredentialSource};
use crate::trace;
use crate::transport::{BlockingTransport, Transport};

/// Makes a call by awaiting.
pub(crate) async fn call<O: Operation>(
    operation: O,
    context: &Arc<CallContext>,
    transport: &impl Transport,
    source: &impl CredentialSource,
    host: &dyn Host,
) -> Result<(O::Output, Report), Error> {
    let drive = async {
        let mut call = Call::new(operation, context, host.seed());
        loop {
            match call.step(host.now()) {
                Step::Credentials(request) => {
                    // The deadline holds for the source as well; the machine knows what is left.
                    let keys = pin!(source.credentials(request));
                    let deadline = pin!(wait(call.step(host.now()), transport));
                    if let Either::Left((keys, _)) = select(keys, deadline).await {
                        call.provide(keys);
                    }
                }
                Step::Send(exchange) => {
                    let outcome = transport.send(exchange).await;
                    call.receive(outcome, host.now());
                }
                Step::Wait(duration) => transport.sleep(duration).await,
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
    source: &impl BlockingCredentialSource,
    host: &dyn Host,
) -> Result<(O::Output, Report), Error> {
    trace::in_call_blocking(O::NAME, || {
        let mut call = Call::new(operation, context, host.seed());
        loop {
            match call.step(host.now()) {
                Step::Credentials(request) => call.provide(source.credentials(request)),
                Step::Send(exchange) => {
                    let outcome = transport.send(exchange);
                    call.receive(outcome, host.now());
                }
                Step::Wait(duration) => transport.sleep(duration),
                Step::Done(outcome) => return outcome,
            }
        }
    })
}
