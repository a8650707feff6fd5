//! Worker threads for work that would block the event loop.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task;

use super::error::ConnectionError;

/// Maximum number of concurrent tasks. Further tasks wait in order.
pub(crate) const WORKERS: usize = 2;

/// Limits the number of concurrent tasks.
pub(crate) struct Workers(Arc<Semaphore>);

impl Default for Workers {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(WORKERS)))
    }
}

impl Workers {
    /// Runs `work` on a worker thread. Once started, it runs to completion even if the connection
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
