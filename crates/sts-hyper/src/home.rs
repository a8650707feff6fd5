//! Futures that stay on the runtime on which they began.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::{Handle, Id, TryCurrentError};
use tokio::task::JoinHandle;

/// The runtime on which a future began is missing or has shut down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Homeless;

impl fmt::Display for Homeless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no tokio runtime, or the one on which this began has shut down")
    }
}

impl Error for Homeless {}

/// A future that is polled on the runtime on which it began, and only there.
///
/// Timers and sockets of tokio belong to a runtime: polled from another they wait for that one, and
/// panic once it has shut down. So where another runtime, or none, polls this future, it becomes a
/// task of its own runtime, whose end is waited for.
pub(crate) struct AtHome<T> {
    home: Handle,
    id: Id,
    state: State<T>,
}

enum State<T> {
    Here(Pin<Box<dyn Future<Output = T> + Send>>),
    Task(JoinHandle<T>),
    Moved,
}

impl<T: Send + 'static> AtHome<T> {
    /// A future that begins here, on the current runtime. It is an error if there is none.
    pub(crate) fn begin<F>(start: impl FnOnce() -> F) -> Result<Self, Homeless>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let home = Handle::try_current().map_err(|_| Homeless)?;
        let id = home.id();
        Ok(Self { home, id, state: State::Here(Box::pin(start())) })
    }
}

impl<T: Send + 'static> Future for AtHome<T> {
    type Output = Result<T, Homeless>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let is_home = Handle::try_current().is_ok_and(|current| current.id() == self.id);
        if !is_home
            && matches!(self.state, State::Here(_))
            && let State::Here(future) = std::mem::replace(&mut self.state, State::Moved)
        {
            self.state = State::Task(self.home.spawn(future));
        }
        match &mut self.state {
            State::Here(future) => future.as_mut().poll(context).map(Ok),
            State::Task(task) => Pin::new(task).poll(context).map_err(|_| Homeless),
            State::Moved => Poll::Ready(Err(Homeless)),
        }
    }
}

impl<T> Drop for AtHome<T> {
    fn drop(&mut self) {
        // What is dropped may spawn. At the end of a thread there is nowhere to enter.
        let is_over = |error: TryCurrentError| error.is_thread_local_destroyed();
        let _home = (!Handle::try_current().is_err_and(is_over)).then(|| self.home.enter());
        if let State::Task(task) = std::mem::replace(&mut self.state, State::Moved) {
            task.abort();
        }
    }
}
