//! The transport under test.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_io::Timer;
use futures_util::future::{Either, poll_immediate, select};
use http::Response;
use sts_client::blocking;
use sts_client::transport::{
    DynTransport, Exchange, Progress, Transport, TransportError, TransportErrorKind,
};
use sts_proto::Body;

use crate::setup::{Setup, Unsupported};
use crate::stop::{Stop, expect};

/// Tolerance for busy machines, added to a timeout. With [`SHORT`](crate::trial::SHORT) less than the 3 s
/// that the transports connect for by default, so that the two timeouts differ.
const SLACK: Duration = Duration::from_secs(2);
/// Maximum time to wait if the timeout of the exchange is longer.
const PATIENCE: Duration = Duration::from_secs(15);
/// Part of every secret that the suite sends. It must not occur in any error.
pub(crate) const PLANTED: &str = "planted";
/// The planted credentials of a proxy, in base64.
pub(crate) const PROXY_CREDENTIALS: &str = "cGxhbnRlZCB1c2VyOnBsYW50ZWQ6cGFzcw";

/// Creates transports of one type.
pub(crate) struct Factory<'a>(Box<dyn Make + 'a>);

trait Make: Send + Sync {
    fn make(&self, setup: &Setup) -> Result<Subject, Unsupported>;
}

impl<M: Fn(&Setup) -> Result<Subject, Unsupported> + Send + Sync> Make for M {
    fn make(&self, setup: &Setup) -> Result<Subject, Unsupported> {
        self(setup)
    }
}

impl<'a> Factory<'a> {
    pub(crate) fn awaiting<T, M>(make: &'a M) -> Self
    where
        T: Transport + Send + Sync + 'static,
        M: Fn(&Setup) -> Result<T, Unsupported> + Send + Sync,
    {
        Self(Box::new(|setup: &Setup| Ok(Subject::new(make(setup)?, true))))
    }

    pub(crate) fn blocking<T, M>(make: &'a M) -> Self
    where
        T: blocking::Transport + Send + Sync + 'static,
        M: Fn(&Setup) -> Result<T, Unsupported> + Send + Sync,
    {
        Self(Box::new(|setup: &Setup| Ok(Subject::new(OnThreads(Arc::new(make(setup)?)), false))))
    }

    pub(crate) fn make(
        &self,
        setup: &Setup,
        is_inconclusive: &Arc<AtomicBool>,
    ) -> Result<Subject, Stop> {
        let subject = self.0.make(setup);
        let subject = subject.map_err(|unsupported| Stop::Skipped(unsupported.reason))?;
        Ok(Subject { is_inconclusive: Arc::clone(is_inconclusive), ..subject })
    }
}

/// Adapter that runs each exchange of a blocking transport on a thread of a pool.
struct OnThreads<T>(Arc<T>);

impl<T: blocking::Transport + Send + Sync + 'static> Transport for OnThreads<T> {
    async fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        let transport = Arc::clone(&self.0);
        ::blocking::unblock(move || transport.send(exchange)).await
    }

    async fn sleep(&self, duration: Duration) {
        let transport = Arc::clone(&self.0);
        ::blocking::unblock(move || transport.sleep(duration)).await;
    }
}

/// A transport under test. Clones share the transport.
#[derive(Clone)]
pub(crate) struct Subject {
    transport: Arc<dyn DynTransport>,
    /// Whether an exchange ends when its future is dropped.
    is_cancellable: bool,
    /// Set when the transport reported an unsent request as possibly sent.
    is_inconclusive: Arc<AtomicBool>,
}

/// For a client over this transport.
impl Transport for Subject {
    async fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        self.transport.send_boxed(exchange).await
    }

    async fn sleep(&self, duration: Duration) {
        self.transport.sleep_boxed(duration).await;
    }
}

impl Subject {
    fn new(transport: impl Transport + Send + Sync + 'static, is_cancellable: bool) -> Self {
        Self { transport: Arc::new(transport), is_cancellable, is_inconclusive: Arc::default() }
    }

    /// Runs an exchange and checks that it ends within its timeout and that its error contains no
    /// secret.
    pub(crate) async fn exchange(&self, exchange: Exchange) -> Result<Ending, Stop> {
        let limit = exchange.limits.timeout;
        self.checked(limit, self.transport.send_boxed(exchange)).await
    }

    /// As [`exchange`](Self::exchange), but polls the exchange here once and then on a thread outside
    /// of any runtime.
    pub(crate) async fn exchange_on_other_thread(
        &self,
        exchange: Exchange,
    ) -> Result<Ending, Stop> {
        let limit = exchange.limits.timeout;
        let transport = Arc::clone(&self.transport);
        let outcome = on_other_thread(async move { transport.send_boxed(exchange).await });
        self.checked(limit, Box::pin(outcome)).await
    }

    async fn checked(
        &self,
        limit: Duration,
        outcome: impl Future<Output = Result<Response<Body>, TransportError>> + Unpin,
    ) -> Result<Ending, Stop> {
        let started = Instant::now();
        let patience = limit.saturating_add(SLACK).min(PATIENCE);
        let outcome = match select(outcome, Timer::after(patience)).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => {
                return Err(Stop::Failed(format!("the exchange did not end within {limit:?}")));
            }
        };
        let took = started.elapsed();
        expect(took <= patience, || {
            format!("the exchange took {took:?}, its timeout is {limit:?}")
        })?;
        if let Err(error) = &outcome {
            let shown = full_text(error);
            let has_secret = [PLANTED, PROXY_CREDENTIALS].iter().any(|it| shown.contains(it));
            expect(!has_secret, || format!("the error contains a secret: {shown}"))?;
        }
        Ok(Ending { outcome, took, is_inconclusive: Arc::clone(&self.is_inconclusive) })
    }

    /// Starts an exchange and drops it when `until` completes. Fails if the exchange ends first.
    pub(crate) async fn abandon<F>(&self, exchange: Exchange, until: F) -> Result<(), Stop>
    where
        F: Future<Output = Result<(), Stop>> + Send,
    {
        match select(self.transport.send_boxed(exchange), Box::pin(until)).await {
            Either::Left(_) => Err(Stop::failed("the exchange ended before it was dropped")),
            Either::Right((until, _)) => until,
        }
    }

    /// Starts an exchange and drops it after `time` unless it has ended.
    pub(crate) async fn abandon_after(&self, exchange: Exchange, time: Duration) {
        select(self.transport.send_boxed(exchange), Timer::after(time)).await;
    }

    pub(crate) async fn wait(&self, duration: Duration) {
        self.transport.sleep_boxed(duration).await;
    }

    /// As [`wait`](Self::wait), polled here once and then on a thread outside of any runtime.
    pub(crate) async fn wait_on_other_thread(&self, duration: Duration) {
        let transport = Arc::clone(&self.transport);
        on_other_thread(async move { transport.sleep_boxed(duration).await }).await;
    }

    pub(crate) fn require_cancellable(&self) -> Result<(), Stop> {
        if self.is_cancellable {
            return Ok(());
        }
        Err(Stop::skipped("a blocking exchange cannot be dropped"))
    }
}

/// Polls a future here once and then on a thread outside of any runtime.
async fn on_other_thread<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    let mut future = Box::pin(future);
    match poll_immediate(&mut future).await {
        Some(output) => output,
        None => ::blocking::unblock(|| async_io::block_on(future)).await,
    }
}

/// Returns `Display` and `Debug` of an error and its sources.
fn full_text(error: &TransportError) -> String {
    let mut shown = format!("{error}\n{error:?}\n{error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        // Cannot fail: writes to a string.
        let _ = write!(shown, "\n{error}\n{error:?}\n{error:#?}");
        source = error.source();
    }
    shown
}

/// Returns the messages of an error and its sources.
fn with_sources(error: &TransportError) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let _ = write!(text, ": {error}");
        source = error.source();
    }
    text
}

/// Result of an exchange.
#[derive(Debug)]
pub(crate) struct Ending {
    outcome: Result<Response<Body>, TransportError>,
    pub(crate) took: Duration,
    is_inconclusive: Arc<AtomicBool>,
}

impl Ending {
    /// Returns the response, or fails if there is none.
    pub(crate) fn response(self) -> Result<Response<Body>, Stop> {
        self.outcome.map_err(|error| {
            Stop::Failed(format!("expected a response, got an error: {}", with_sources(&error)))
        })
    }

    /// Returns the response, or fails if its body differs.
    pub(crate) fn has_body(self, body: &str) -> Result<Response<Body>, Stop> {
        let response = self.response()?;
        let found = response.body().as_ref();
        expect(found == body.as_bytes(), || {
            format!("expected body {:?}, got {:?}", shortened(body), shortened(found))
        })?;
        Ok(response)
    }

    /// Fails unless the exchange ended with an error of one of these kinds and this progress.
    ///
    /// A stack that cannot know that nothing was sent may report `MaybeSent`. The case is then
    /// skipped instead of passed.
    pub(crate) fn fails(
        self,
        kinds: &[TransportErrorKind],
        progress: Progress,
    ) -> Result<(), Stop> {
        let is_inconclusive = Arc::clone(&self.is_inconclusive);
        let error = self.error()?;
        let is_vague = progress == Progress::NotSent && error.progress() == Progress::MaybeSent;
        if is_vague {
            is_inconclusive.store(true, Ordering::Relaxed);
        }
        let holds = kinds.contains(&error.kind()) && (error.progress() == progress || is_vague);
        expect(holds, || {
            format!(
                "expected {kinds:?} {progress:?}, got {:?} {:?}: {}",
                error.kind(),
                error.progress(),
                with_sources(&error)
            )
        })
    }

    /// Returns the error, or fails if there is a response.
    pub(crate) fn error(self) -> Result<TransportError, Stop> {
        match self.outcome {
            Ok(response) => Err(Stop::Failed(format!(
                "expected an error, got a response: {} {:?}",
                response.status(),
                shortened(response.body().as_ref())
            ))),
            Err(error) => Ok(error),
        }
    }

    /// Returns whether the exchange ended with its timeout, and not before.
    pub(crate) fn is_late(&self, timeout: Duration) -> bool {
        let is_timeout = |error: &TransportError| error.kind() == TransportErrorKind::Timeout;
        self.took >= timeout && self.outcome.as_ref().is_err_and(is_timeout)
    }

    pub(crate) fn is_response(&self) -> bool {
        self.outcome.is_ok()
    }
}

fn shortened(text: impl AsRef<[u8]>) -> String {
    let text = text.as_ref();
    let start = text.get(..80).unwrap_or(text);
    let start = String::from_utf8_lossy(start);
    if text.len() > 80 { format!("{start}... of {} bytes", text.len()) } else { start.into_owned() }
}
