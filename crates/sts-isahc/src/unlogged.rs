//! Exchanges that leave no trace in isahc's wire log.

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

/// A future whose exchange isahc does not log.
///
/// isahc writes headers and bodies to its target `isahc::wire`, and has no switch for that: it does
/// so if the span of a request is one that `tracing` knows, which with `tracing`'s feature `log` is
/// every span. The records come from isahc's own thread, so three things keep secrets out of them:
///
/// - Without that feature, an exchange starts without a subscriber: isahc then asks libcurl for no
///   records.
/// - With it, the span of an exchange belongs to [`Silencer`], which switches `tracing` off on
///   isahc's thread.
/// - `log` gets no records of `tracing` once the process has set a subscriber, which happens here
///   only if it would get some of `isahc::wire`. If it gets them even so (feature `log-always`),
///   the exchange is refused.
pub(crate) struct Unlogged<F> {
    exchange: F,
    /// Whether it runs where `tracing` is silent, once it has begun.
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
        // Without a subscriber none is set: that would silence `log`, too.
        let listens = || !dispatcher::get_default(Dispatch::is::<NoSubscriber>);
        let is_silent = *self.is_silent.get_or_insert_with(|| listens() || is_wire_logged());
        let exchange = Pin::new(&mut self.exchange);
        if !is_silent {
            return exchange.poll(context);
        }
        dispatcher::with_default(silent(), || {
            if is_first && is_wire_logged() {
                let refused = TransportError::not_sent(TransportErrorKind::Other);
                return Poll::Ready(Err(refused.with_source(REFUSED)));
            }
            exchange.poll(context)
        })
    }
}

const REFUSED: &str = "isahc would write credentials to the log: tracing's feature log-always hands \
                       the target isahc::wire to it; exclude this target at level trace";

/// Whether a record of isahc's wire log would be written here, found out with one that holds no
/// secret.
fn is_wire_logged() -> bool {
    /// Notices that it is written.
    struct Probe(Cell<bool>);

    impl fmt::Display for Probe {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.set(true);
            f.write_str(
                "sts-isahc keeps its exchanges out of this log, for they hold credentials; if that \
                 takes silencing tracing's records in log, exclude the target isahc::wire to have \
                 them",
            )
        }
    }

    let probe = Probe(Cell::new(false));
    tracing::trace!(target: WIRE, "{probe}");
    probe.0.get()
}

/// Gets nothing, and is known to `tracing`, so that what others get is not taken for granted.
static NOBODY: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::default()));

/// The dispatcher under which exchanges start.
fn silent() -> &'static Dispatch {
    static SILENCER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(Silencer));
    /// Whether `tracing` has its feature `log`: only then a span that is off is still known.
    static HAS_LOG: LazyLock<bool> = LazyLock::new(|| {
        dispatcher::with_default(&NOBODY, || !tracing::trace_span!(target: WIRE, "").is_none())
    });
    if *HAS_LOG { &SILENCER } else { &NOBODY }
}

/// Switches `tracing` off on this thread, which must be isahc's.
///
/// isahc makes spans below that of a request. No other subscriber may get them: it does not know
/// their parent.
pub(crate) fn silence_thread() {
    thread_local! {
        static IS_OFF: Cell<bool> = const { Cell::new(false) };
    }
    if !IS_OFF.replace(true) {
        std::mem::forget(dispatcher::set_default(&NOBODY));
    }
}

/// A subscriber that gets the span of a request, and switches `tracing` off on the thread of isahc
/// that enters it.
///
/// That thread enters the span before libcurl is given the request. It serves one client alone, so
/// it stays off.
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
        // Not where the exchange is polled.
        if !dispatcher::get_default(Dispatch::is::<Self>) {
            silence_thread();
        }
    }

    fn exit(&self, _: &Id) {}
}
