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
    /// Returns a watcher for new credentials, for example to log in to a connection again or to
    /// rewrite a file. It does not trigger refreshes: they still need callers of
    /// [`credentials`](Self::credentials) or [`keep_fresh`](Self::keep_fresh).
    #[must_use]
    pub fn watch(&self) -> Watcher {
        Watcher { session: Arc::downgrade(&self.0), last: None }
    }
}

impl Watcher {
    /// Waits for credentials other than those that the watcher returned last, and returns the newest.
    /// The first call returns the current ones. A refresh that returns the same credentials is not a
    /// change. Returns `None` when the session and its clones are dropped.
    pub async fn changed(&mut self) -> Option<Arc<Credentials>> {
        loop {
            let session = self.session.upgrade()?;
            // Listen before the check, so that no change is missed.
            let changed = session.changed.listen();
            let kept = session.cache.lock().machine.kept().cloned();
            drop(session);
            // By value: a provider may return the same credentials again, such as a metadata service.
            if let Some(credentials) = kept
                && self.last.as_ref() != Some(&credentials)
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
