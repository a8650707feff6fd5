//! Locks on files.

use std::fmt;

/// Exclusive lock on a file, released on drop; see
/// [`Environment::try_lock_file`](super::Environment::try_lock_file).
#[must_use = "the lock is released when it is dropped"]
pub struct FileLock {
    /// Dropped to release the lock.
    _guard: Box<dyn Send + Sync>,
}

impl FileLock {
    /// Creates a lock that `guard` releases when it is dropped.
    pub fn new(guard: impl Send + Sync + 'static) -> Self {
        Self { _guard: Box::new(guard) }
    }
}

impl fmt::Debug for FileLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileLock")
    }
}
