//! The transport under test, whatever its type.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_io::Timer;
use futures_util::future::{Either, poll_immediate, select};
use http::Response;
use sts_client::transport::{
    BlockingTransport, DynTransport, Exchange, Progress, Transport, TransportError,
    TransportErrorKind,
};
use sts_proto::Body;

use crate::setup::{Setup, Unsupported};
use crate::stop::{Stop, expect};

/// What a busy machine may add to a limit before it counts as missed.
const SLACK: Duration = Duration::from_secs(2);
/// Where the limit itself is longer than anybody wants to wait.
const PATIENCE: Duration = Duration::from_secs(15);
/// In every secret that the suite sends or answers, and in no error.
pub(crate) const PLANTED: &str = "planted";

/// Makes transports of one kind.
pub(crate) struct Maker<'a>(Box<dyn Make + 'a>);

trait Make: Send + Sync {
    fn make(&self, setup: &Setup) -> Result<Subject, Unsupported>;
}

impl<M: Fn(&Setup) -> Result<Subject, Unsupported> + Send + Sync> Make for M {
    fn make(&self, setup: &Setup) -> Result<Subject, Unsupported> {
        self(setup)
    }
}

impl<'a> Maker<'a> {
    pub(crate) fn awaiting<T, M>(make: &'a M) -> Self
    where
        T: Transport + Send + Sync + 'static,
        M: Fn(&Setup) -> Result<T, Unsupported> + Send + Sync,
    {
        Self(Box::new(|setup: &Setup| Ok(Subject::new(make(setup)?, true))))
    }

    pub(crate) fn blocking<T, M>(make: &'a M) -> Self
    where
        T: BlockingTransport + Send + Sync + 'static,
        M: Fn(&Setup) -> Result<T, Unsupported> + Send + Sync,
    {
        Self(Box::new(|setup: &Setup| Ok(Subject::new(OnThreads(Arc::new(make(setup)?)), false))))
    }

    pub(crate) fn make(&self, setup: &Setup, doubt: &Arc<AtomicBool>) -> Result<Subject, Stop> {
        let subject = self.0.make(setup);
        let subject = subject.map_err(|unsupported| Stop::Skipped(unsupported.reason))?;
        Ok(Subject { doubt: Arc::clone(doubt), ..subject })
    }
}

/// A transport that blocks, on threads of their own.
struct OnThreads<T>(Arc<T>);

impl<T: BlockingTransport + Send + Sync + 'static> Transport for OnThreads<T> {
    async fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        let transport = Arc::clone(&self.0);
        blocking::unblock(move || transport.send(exchange)).await
    }

    async fn sleep(&self, duration: Duration) {
        let transport = Arc::clone(&self.0);
        blocking::unblock(move || transport.sleep(duration)).await;
    }
}

/// A transport under test. Its clones are the same one.
#[derive(Clone)]
pub(crate) struct Subject {
    transport: Arc<dyn DynTransport>,
    /// Whether an exchange ends when its future is dropped.
    is_cancellable: bool,
    /// Set when it could not tell that nothing was sent.
    doubt: Arc<AtomicBool>,
}

/// For a client over it.
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
        Self { transport: Arc::new(transport), is_cancellable, doubt: Arc::default() }
    }

    /// Makes an exchange, and holds it to what every exchange must hold to: its limit in time, and
    /// no secret in an error.
    pub(crate) async fn exchange(&self, exchange: Exchange) -> Result<Ending, Stop> {
        let limit = exchange.limits.timeout;
        self.hold(limit, self.transport.send_boxed(exchange)).await
    }

    /// As [`exchange`](Self::exchange), but the exchange is polled here once, and then on a thread
    /// outside of every runtime.
    pub(crate) async fn exchange_elsewhere(&self, exchange: Exchange) -> Result<Ending, Stop> {
        let limit = exchange.limits.timeout;
        let transport = Arc::clone(&self.transport);
        let outcome = elsewhere(async move { transport.send_boxed(exchange).await });
        self.hold(limit, Box::pin(outcome)).await
    }

    async fn hold(
        &self,
        limit: Duration,
        outcome: impl Future<Output = Result<Response<Body>, TransportError>> + Unpin,
    ) -> Result<Ending, Stop> {
        let started = Instant::now();
        let patience = limit.saturating_add(SLACK).min(PATIENCE);
        let outcome = match select(outcome, Timer::after(patience)).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => {
                return Err(Stop::Failed(format!("the limit of {limit:?} did not hold")));
            }
        };
        let took = started.elapsed();
        expect(took <= patience, || format!("it took {took:?}, the limit was {limit:?}"))?;
        if let Err(error) = &outcome {
            let shown = everything_of(error);
            expect(!shown.contains(PLANTED), || format!("the error shows a secret: {shown}"))?;
        }
        Ok(Ending { outcome, took, doubt: Arc::clone(&self.doubt) })
    }

    /// Starts an exchange and drops it when `until` is there. It is an error if it ends before.
    pub(crate) async fn abandon<F>(&self, exchange: Exchange, until: F) -> Result<(), Stop>
    where
        F: Future<Output = Result<(), Stop>> + Send,
    {
        match select(self.transport.send_boxed(exchange), Box::pin(until)).await {
            Either::Left(_) => Err(Stop::failed("the exchange ended before it was dropped")),
            Either::Right((until, _)) => until,
        }
    }

    /// Starts an exchange and drops it after `time`, unless it has ended before.
    pub(crate) async fn abandon_after(&self, exchange: Exchange, time: Duration) {
        select(self.transport.send_boxed(exchange), Timer::after(time)).await;
    }

    pub(crate) async fn wait(&self, duration: Duration) {
        self.transport.sleep_boxed(duration).await;
    }

    /// As [`wait`](Self::wait), polled here once, and then on a thread outside of every runtime.
    pub(crate) async fn wait_elsewhere(&self, duration: Duration) {
        let transport = Arc::clone(&self.transport);
        elsewhere(async move { transport.sleep_boxed(duration).await }).await;
    }

    pub(crate) fn must_be_cancellable(&self) -> Result<(), Stop> {
        if self.is_cancellable {
            return Ok(());
        }
        Err(Stop::skipped("a call that blocks its thread cannot be dropped"))
    }
}

/// Polls a future here once, and then on a thread outside of every runtime.
async fn elsewhere<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    let mut future = Box::pin(future);
    match poll_immediate(&mut future).await {
        Some(output) => output,
        None => blocking::unblock(|| async_io::block_on(future)).await,
    }
}

/// All that an error and its sources print.
fn everything_of(error: &TransportError) -> String {
    let mut shown = format!("{error}\n{error:?}\n{error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        // Writing to a string does not fail.
        let _ = write!(shown, "\n{error}\n{error:?}\n{error:#?}");
        source = error.source();
    }
    shown
}

/// What an error and its sources say.
fn with_sources(error: &TransportError) -> String {
    let mut said = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let _ = write!(said, ": {error}");
        source = error.source();
    }
    said
}

/// How an exchange ended.
#[derive(Debug)]
pub(crate) struct Ending {
    outcome: Result<Response<Body>, TransportError>,
    pub(crate) took: Duration,
    doubt: Arc<AtomicBool>,
}

impl Ending {
    /// The answer; there must be one.
    pub(crate) fn answer(self) -> Result<Response<Body>, Stop> {
        self.outcome.map_err(|error| Stop::Failed(format!("no answer: {}", with_sources(&error))))
    }

    /// There must be an answer with this body.
    pub(crate) fn says(self, body: &str) -> Result<Response<Body>, Stop> {
        let answer = self.answer()?;
        let found = answer.body().as_ref();
        expect(found == body.as_bytes(), || {
            format!("the answer is {:?} in place of {:?}", shortened(found), shortened(body))
        })?;
        Ok(answer)
    }

    /// There must be an error of one of these kinds, and with this progress.
    ///
    /// A stack that cannot tell that nothing was sent is right to say so. That breaks no promise,
    /// but then the case does not count as passed.
    pub(crate) fn fails(
        self,
        kinds: &[TransportErrorKind],
        progress: Progress,
    ) -> Result<(), Stop> {
        let doubt = Arc::clone(&self.doubt);
        let error = self.error()?;
        let is_vague = progress == Progress::NotSent && error.progress() == Progress::MaybeSent;
        if is_vague {
            doubt.store(true, Ordering::Relaxed);
        }
        let holds = kinds.contains(&error.kind()) && (error.progress() == progress || is_vague);
        expect(holds, || {
            format!(
                "{:?} {:?} in place of {kinds:?} {progress:?}: {}",
                error.kind(),
                error.progress(),
                with_sources(&error)
            )
        })
    }

    /// There must be an error.
    pub(crate) fn error(self) -> Result<TransportError, Stop> {
        match self.outcome {
            Ok(answer) => Err(Stop::Failed(format!(
                "an answer in place of an error: {} {:?}",
                answer.status(),
                shortened(answer.body().as_ref())
            ))),
            Err(error) => Ok(error),
        }
    }

    pub(crate) fn is_answer(&self) -> bool {
        self.outcome.is_ok()
    }
}

fn shortened(text: impl AsRef<[u8]>) -> String {
    let text = text.as_ref();
    let start = text.get(..80).unwrap_or(text);
    let start = String::from_utf8_lossy(start);
    if text.len() > 80 { format!("{start}... of {} bytes", text.len()) } else { start.into_owned() }
}
