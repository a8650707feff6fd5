//! Keeps exchanges out of isahc's wire log.

use std::cell::Cell;
use std::fmt;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};

use sts_client::transport::{TransportError, TransportErrorKind};
use tracing::dispatcher::{self, Dispatch};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::NoSubscriber;
use tracing::{Event, Metadata, Subscriber};

const WIRE: &str = "isahc::wire";

/// A future whose exchange is not logged by isahc.
///
/// isahc logs headers and bodies to the target `isahc::wire` if the span of the request is enabled,
/// and has no setting for this. With the feature `log` of `tracing`, every span counts as enabled.
///
/// - Without that feature, the exchange starts without a subscriber, and isahc does not log it.
/// - With that feature, the span of the exchange belongs to [`Silencer`], which disables `tracing`
///   on isahc's thread.
/// - If `log` would receive records of `isahc::wire`, a subscriber is set, so that `tracing` no
///   longer forwards records to `log`. If it still does (feature `log-always`), the exchange is
///   rejected.
pub(crate) struct Unlogged<F> {
    exchange: F,
    /// Whether `tracing` is disabled for the exchange. Set by the first poll.
    is_silent: Option<bool>,
}

impl<F> Unlogged<F> {
    pub(crate) const fn new(exchange: F) -> Self {
        Self { exchange, is_silent: None }
    }
}

impl<F, T> Future for Unlogged<F>
where
    F: Future<Output = Result<T, TransportError>> + Unpin,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let is_first = self.is_silent.is_none();
        // Without a subscriber, setting one would also stop the records of `log`.
        let listens = || !dispatcher::get_default(Dispatch::is::<NoSubscriber>);
        let is_silent = *self.is_silent.get_or_insert_with(|| listens() || is_wire_logged());
        let exchange = Pin::new(&mut self.exchange);
        if !is_silent {
            return exchange.poll(context);
        }
        dispatcher::with_default(silent(), || {
            if is_first && is_wire_logged() {
                let error = TransportError::not_sent(TransportErrorKind::Other);
                return Poll::Ready(Err(error.with_source(REJECTED)));
            }
            exchange.poll(context)
        })
    }
}

const REJECTED: &str = "isahc would log credentials, because the feature log-always of tracing \
                        forwards the target isahc::wire; exclude this target at level trace";

/// Returns whether a record of isahc's wire log would be written, by writing one without secrets.
fn is_wire_logged() -> bool {
    /// Records that it was formatted.
    struct Probe(Cell<bool>);

    impl fmt::Display for Probe {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.set(true);
            f.write_str(
                "sts-isahc does not log its exchanges, because they contain credentials; if records \
                 of tracing are missing in log, exclude the target isahc::wire",
            )
        }
    }

    let probe = Probe(Cell::new(false));
    tracing::trace!(target: WIRE, "{probe}");
    probe.0.get()
}

/// A no-op subscriber. It is registered with `tracing`, which then evaluates each record.
static NO_SUBSCRIBER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::default()));

/// Returns the dispatcher under which exchanges start.
fn silent() -> &'static Dispatch {
    static SILENCER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Silencer));
    /// Whether the feature `log` of `tracing` is enabled. Only then do disabled spans exist.
    static HAS_LOG: LazyLock<bool> = LazyLock::new(|| {
        dispatcher::with_default(&NO_SUBSCRIBER, || {
            !tracing::trace_span!(target: WIRE, "").is_none()
        })
    });
    if *HAS_LOG { &SILENCER } else { &NO_SUBSCRIBER }
}

/// Disables `tracing` on this thread, which must be isahc's.
///
/// isahc creates spans below that of a request. Other subscribers must not receive them, because
/// they do not know the parent span.
pub(crate) fn silence_thread() {
    thread_local! {
        static IS_OFF: Cell<bool> = const { Cell::new(false) };
    }
    if !IS_OFF.replace(true) {
        std::mem::forget(dispatcher::set_default(&NO_SUBSCRIBER));
    }
}

/// A subscriber of the span of a request that disables `tracing` on the isahc thread that enters it.
///
/// The thread enters the span before it passes the request to libcurl. It serves one client only,
/// so `tracing` stays disabled.
struct Silencer;

impl Subscriber for Silencer {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.target() == "isahc::handler" && metadata.name() == "handler"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(u64::MAX)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, _: &Id) {
        // Except on the thread that polls the exchange.
        if !dispatcher::get_default(Dispatch::is::<Self>) {
            silence_thread();
        }
    }

    fn exit(&self, _: &Id) {}
}
