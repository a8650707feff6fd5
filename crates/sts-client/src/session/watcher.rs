//! Notification of new credentials.

use std::fmt;
use std::sync::{Arc, Weak};

use sts_proto::Credentials;

use super::asynchronous::{Inner, Session};

/// Waits for new credentials of a [`Session`]. It does not keep the session alive.
pub struct Watcher {
    session: Weak<Inner>,
    last: Option<Arc<Credentials>>,
}

impl Session {
    /// Watches for new credentials, for what depends on them: a connection that has to log in
    /// again, a file that other programs read. Refreshes need callers of
    /// [`credentials`](Self::credentials) or [`keep_fresh`](Self::keep_fresh) all the same.
    #[must_use]
    pub fn watch(&self) -> Watcher {
        Watcher { session: Arc::downgrade(&self.0), last: None }
    }
}

impl Watcher {
    /// Returns the newest credentials that it has not returned before; at first those that are
    /// there. `None` when the session and its clones are dropped.
    pub async fn changed(&mut self) -> Option<Arc<Credentials>> {
        loop {
            let session = self.session.upgrade()?;
            // Listen before the look, so that no change is missed.
            let changed = session.changed.listen();
            let kept = session.cache.lock().machine.kept().cloned();
            drop(session);
            if let Some(credentials) = kept
                && self.last.as_ref().is_none_or(|last| !Arc::ptr_eq(last, &credentials))
            {
                self.last = Some(credentials.clone());
                return Some(credentials);
            }
            changed.await;
        }
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watcher").field("last", &self.last).finish_non_exhaustive()
    }
}
