//! Futures that are bound to a tokio runtime.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::{Handle, Id, TryCurrentError};
use tokio::task::JoinHandle;

/// Error returned when the runtime of a future is missing or has shut down.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a unit type")]
pub struct RuntimeGone;

impl fmt::Display for RuntimeGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no current tokio runtime, or the runtime of the exchange has shut down")
    }
}

impl Error for RuntimeGone {}

/// Future that is polled only on the runtime on which it was created.
///
/// Timers and sockets of tokio belong to a runtime and panic when they are polled after its
/// shutdown. When this future is polled outside of its runtime, it is spawned there as a task, and
/// the task is awaited. It is boxed because it may have to move after its first poll.
pub struct OnRuntime<T> {
    runtime: Handle,
    id: Id,
    state: State<T>,
}

enum State<T> {
    Local(Pin<Box<dyn Future<Output = T> + Send>>),
    Spawned(JoinHandle<T>),
    /// It was spawned, or is complete.
    Gone,
}

impl<T: Send + 'static> OnRuntime<T> {
    /// Calls `start` on the current runtime and binds its future to that runtime.
    ///
    /// # Errors
    ///
    /// Returns an error outside of a runtime.
    pub fn start<F>(start: impl FnOnce() -> F) -> Result<Self, RuntimeGone>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let runtime = Handle::try_current().map_err(|_| RuntimeGone)?;
        let id = runtime.id();
        Ok(Self { runtime, id, state: State::Local(Box::pin(start())) })
    }
}

impl<T: Send + 'static> Future for OnRuntime<T> {
    type Output = Result<T, RuntimeGone>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let is_current = Handle::try_current().is_ok_and(|current| current.id() == self.id);
        if !is_current
            && matches!(self.state, State::Local(_))
            && let State::Local(future) = std::mem::replace(&mut self.state, State::Gone)
        {
            self.state = State::Spawned(self.runtime.spawn(future));
        }
        match &mut self.state {
            State::Local(future) => {
                let polled = future.as_mut().poll(context);
                if polled.is_ready() {
                    self.state = State::Gone;
                }
                polled.map(Ok)
            }
            State::Spawned(task) => Pin::new(task).poll(context).map_err(|_| RuntimeGone),
            State::Gone => Poll::Ready(Err(RuntimeGone)),
        }
    }
}

impl<T> fmt::Debug for OnRuntime<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnRuntime").field("runtime", &self.id).finish_non_exhaustive()
    }
}

impl<T> Drop for OnRuntime<T> {
    fn drop(&mut self) {
        if matches!(self.state, State::Gone) {
            return;
        }
        // Dropping the future may spawn, which needs a runtime. While the thread-locals of a
        // thread are destroyed, no runtime can be entered.
        let is_destroyed = |error: TryCurrentError| error.is_thread_local_destroyed();
        let _entered =
            (!Handle::try_current().is_err_and(is_destroyed)).then(|| self.runtime.enter());
        if let State::Spawned(task) = std::mem::replace(&mut self.state, State::Gone) {
            task.abort();
        }
    }
}
