//! The status of a proxy that refused a tunnel.
//!
//! isahc drops libcurl's error text, and the response to `CONNECT` with it. What is left is a line
//! that libcurl writes for people, which isahc passes on to `tracing`.

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

use crate::unlogged::silence_thread;

/// Whether a refusal can be noticed without harm. `log` gets no records of `tracing`, if it is set
/// up to get them, once the process has had a subscriber.
pub(crate) fn can_listen() -> bool {
    // With tracing's feature `log`, a span is known even if it is off.
    dispatcher::has_been_set() || tracing::trace_span!("off").is_none()
}

/// The status that a proxy refused with, once libcurl has said it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusal(Arc<OnceLock<StatusCode>>);

impl Refusal {
    pub(crate) fn status(&self) -> Option<StatusCode> {
        self.0.get().copied()
    }

    /// A future in which a refusal is noticed. It must send its request when it is polled.
    pub(crate) fn noticed<F>(&self, exchange: F) -> Noticing<F> {
        let listener = Listener { refusal: self.clone(), itself: OnceLock::new() };
        Noticing { dispatch: Dispatch::new(listener), exchange }
    }

    /// libcurl writes `CONNECT tunnel failed, response 407`; before version 7.87
    /// `Received HTTP code 407 from proxy after CONNECT`.
    fn notice(&self, line: &str) {
        if !line.contains("CONNECT") {
            return;
        }
        let mut words = line.split(' ').skip_while(|word| !matches!(*word, "response" | "code"));
        if let Some(status) = words.nth(1).and_then(|word| word.trim().parse().ok()) {
            // The first line is the one about this request.
            let _ = self.0.set(status);
        }
    }
}

/// A future of [`Refusal::noticed`].
pub(crate) struct Noticing<F> {
    dispatch: Dispatch,
    exchange: F,
}

impl<F: Future + Unpin> Future for Noticing<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Self { dispatch, exchange } = &mut *self;
        dispatcher::with_default(dispatch, || Pin::new(exchange).poll(context))
    }
}

/// Gets the span of one request and, on isahc's thread, the lines inside of it. Requests and
/// responses, which isahc writes to another target, it does not get.
struct Listener {
    refusal: Refusal,
    itself: OnceLock<WeakDispatch>,
}

thread_local! {
    /// Of isahc's thread, while it is in spans of listeners.
    static ENTERED: RefCell<Vec<DefaultGuard>> = const { RefCell::new(Vec::new()) };
}

impl Subscriber for Listener {
    fn on_register_dispatch(&self, dispatch: &Dispatch) {
        let _ = self.itself.set(dispatch.downgrade());
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
        event.record(&mut Line(&self.refusal));
    }

    /// Events go to the thread's subscriber, not to that of their span.
    fn enter(&self, _: &Id) {
        silence_thread();
        if let Some(dispatch) = self.itself.get().and_then(WeakDispatch::upgrade) {
            let guard = dispatcher::set_default(&dispatch);
            ENTERED.with_borrow_mut(|entered| entered.push(guard));
        }
    }

    fn exit(&self, _: &Id) {
        // Restored outside of the borrow.
        let guard = ENTERED.with_borrow_mut(Vec::pop);
        drop(guard);
    }
}

struct Line<'a>(&'a Refusal);

impl Visit for Line<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0.notice(&format!("{value:?}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    #[test]
    fn a_status_is_read_in_the_words_of_libcurl_only() {
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
            let refusal = Refusal::default();
            refusal.notice(line);
            assert_eq!(refusal.status().map(|status| status.as_u16()), status, "{line}");
        }
    }
}
