//! The last sessions that were issued, for the control endpoint.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use time::OffsetDateTime;

/// Maximum number of sessions. Older ones are dropped from the log, but stay valid.
const MAX_SESSIONS: usize = 1000;

/// A session without its secrets.
#[derive(Clone)]
pub(crate) struct IssuedSession {
    pub(crate) urn: String,
    pub(crate) access_key_id: String,
    pub(crate) expiration: OffsetDateTime,
}

/// The last sessions, or nothing if they are not recorded. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct SessionLog(Option<Arc<Mutex<VecDeque<IssuedSession>>>>);

impl SessionLog {
    pub(crate) fn recording() -> Self {
        Self(Some(Arc::default()))
    }

    /// Records a session. `session` is called only if sessions are recorded.
    pub(crate) fn add(&self, session: impl FnOnce() -> IssuedSession) {
        let Some(sessions) = &self.0 else { return };
        let session = session();
        let mut sessions = sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() >= MAX_SESSIONS {
            sessions.pop_front();
        }
        sessions.push_back(session);
    }

    /// Returns the sessions, the newest first.
    pub(crate) fn newest(&self) -> Vec<IssuedSession> {
        let Some(sessions) = &self.0 else { return Vec::new() };
        let sessions = sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.iter().rev().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        if let Some(sessions) = &self.0 {
            sessions.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }
}
