//! Work that would hold up the event loop.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task;

use super::error::ConnectionError;

/// Pieces of work at a time. More wait in order, as many as there are connections.
pub(crate) const WORKERS: usize = 2;

/// Threads beside the event loop.
pub(crate) struct Workers(Arc<Semaphore>);

impl Default for Workers {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(WORKERS)))
    }
}

impl Workers {
    /// Does the work on another thread. It is done to its end once it has begun, whether or not
    /// its connection is still there.
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
