//! Status with which a proxy rejected a tunnel.
//!
//! isahc discards libcurl's error text and the response to `CONNECT`. The status is read from
//! libcurl's log messages, which isahc passes to `tracing`.

use std::cell::RefCell;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::OnceLock;
use std::task::{Context, Poll};

use http::StatusCode;
use tracing::dispatcher::{self, DefaultGuard, Dispatch, WeakDispatch};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Level, Metadata, Subscriber};

use crate::wire_log::silence_thread;

/// Returns whether the status can be observed without side effects. Once a process has set a
/// subscriber, `tracing` no longer forwards records to `log`.
pub(crate) fn can_observe() -> bool {
    // With the feature `log` of `tracing`, disabled spans exist as well.
    dispatcher::has_been_set() || tracing::trace_span!("off").is_none()
}

/// Status of the response to `CONNECT`, set when libcurl has logged it.
#[derive(Clone, Debug, Default)]
pub(crate) struct TunnelStatus(Arc<OnceLock<StatusCode>>);

impl TunnelStatus {
    pub(crate) fn get(&self) -> Option<StatusCode> {
        self.0.get().copied()
    }

    /// Returns a future that records the status. `exchange` must send its request when it is
    /// polled.
    pub(crate) fn observe<F>(&self, exchange: F) -> Observed<F> {
        let listener = Listener { status: self.clone(), dispatch: OnceLock::new() };
        Observed { dispatch: Dispatch::new(listener), exchange }
    }

    /// libcurl writes `CONNECT tunnel failed, response 407`; before version 7.87
    /// `Received HTTP code 407 from proxy after CONNECT`.
    fn parse(&self, line: &str) {
        if !line.contains("CONNECT") {
            return;
        }
        let mut words = line.split(' ').skip_while(|word| !matches!(*word, "response" | "code"));
        if let Some(status) = words.nth(1).and_then(|word| word.trim().parse().ok()) {
            // Only the first message belongs to this request.
            let _ = self.0.set(status);
        }
    }
}

/// A future of [`TunnelStatus::observe`].
pub(crate) struct Observed<F> {
    dispatch: Dispatch,
    exchange: F,
}

impl<F: Future + Unpin> Future for Observed<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Self { dispatch, exchange } = &mut *self;
        dispatcher::with_default(dispatch, || Pin::new(exchange).poll(context))
    }
}

/// Subscriber of the span of one request and of the events within it on isahc's thread. It does not
/// receive requests and responses, which isahc logs to another target.
struct Listener {
    status: TunnelStatus,
    dispatch: OnceLock<WeakDispatch>,
}

thread_local! {
    /// Guards of the listener spans that isahc's thread has entered.
    static ENTERED: RefCell<Vec<DefaultGuard>> = const { RefCell::new(Vec::new()) };
}

impl Subscriber for Listener {
    fn on_register_dispatch(&self, dispatch: &Dispatch) {
        let _ = self.dispatch.set(dispatch.downgrade());
    }

    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) { Interest::sometimes() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "isahc::handler" && *metadata.level() == Level::DEBUG
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::DEBUG)
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(u64::MAX)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Line(&self.status));
    }

    /// Events are sent to the subscriber of the thread, not to that of their span.
    fn enter(&self, _: &Id) {
        silence_thread();
        if let Some(dispatch) = self.dispatch.get().and_then(WeakDispatch::upgrade) {
            let guard = dispatcher::set_default(&dispatch);
            ENTERED.with_borrow_mut(|entered| entered.push(guard));
        }
    }

    fn exit(&self, _: &Id) {
        // Dropped outside of the borrow.
        let guard = ENTERED.with_borrow_mut(Vec::pop);
        drop(guard);
    }
}

struct Line<'a>(&'a TunnelStatus);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0.parse(&format!("{value:?}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TunnelStatus;

    #[test]
    fn status_is_parsed_from_messages_of_libcurl() {
        for (line, status) in [
            ("CONNECT tunnel failed, response 407", Some(407)),
            ("Received HTTP code 403 from proxy after CONNECT", Some(403)),
            ("CONNECT tunnel established, response 200", Some(200)),
            ("CONNECT response too large", None),
            ("CONNECT tunnel failed, response", None),
            ("CONNECT tunnel failed, response 99", None),
            ("response 407", None),
            ("", None),
        ] {
            let tunnel = TunnelStatus::default();
            tunnel.parse(line);
            assert_eq!(tunnel.get().map(|status| status.as_u16()), status, "{line}");
        }
    }
}
