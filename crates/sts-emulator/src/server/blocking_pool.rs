//! Threads for work that would block the threads that serve requests.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task;

use super::error::ConnectionError;

/// Number of threads. Further work waits in order.
pub(crate) const BLOCKING_THREADS: usize = 2;

/// Runs work on these threads.
pub(crate) struct BlockingPool(Arc<Semaphore>);

impl Default for BlockingPool {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(BLOCKING_THREADS)))
    }
}

impl BlockingPool {
    /// Runs `work` on one of the threads. Once started, it runs to completion even if the connection
    /// is closed.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ConnectionError> {
        let turn = Arc::clone(&self.0).acquire_owned().await.map_err(|_| ConnectionError)?;
        let work = move || {
            let outcome = work();
            drop(turn);
            outcome
        };
        task::spawn_blocking(work).await.map_err(|_| ConnectionError)
    }
}
