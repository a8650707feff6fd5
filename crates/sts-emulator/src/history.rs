//! The last requests, for the control endpoint.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use tokio::sync::watch;

use crate::request_log::RequestLog;

/// Maximum number of requests. Older ones are dropped.
const MAX_REQUESTS: usize = 1000;

/// One request with its number.
#[derive(Serialize)]
pub(crate) struct Entry {
    /// Counted from 1 since the start.
    pub(crate) id: u64,
    #[serde(flatten)]
    pub(crate) log: RequestLog,
}

/// The last requests. Clones share them.
#[derive(Clone)]
pub(crate) struct History {
    entries: Arc<Mutex<VecDeque<Arc<Entry>>>>,
    /// The number of the last request.
    last: watch::Sender<u64>,
}

impl Default for History {
    fn default() -> Self {
        Self { entries: Arc::default(), last: watch::Sender::new(0) }
    }
}

impl History {
    pub(crate) fn add(&self, log: RequestLog) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let id = *self.last.borrow() + 1;
        if entries.len() >= MAX_REQUESTS {
            entries.pop_front();
        }
        entries.push_back(Arc::new(Entry { id, log }));
        self.last.send_replace(id);
    }

    /// Returns the requests after the one with this number, the oldest first, but not more than
    /// `limit`.
    pub(crate) fn after(&self, id: u64, limit: usize) -> Vec<Arc<Entry>> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().filter(|entry| entry.id > id).take(limit).cloned().collect()
    }

    /// Returns the last requests, the newest first.
    pub(crate) fn newest(&self, limit: usize) -> Vec<Arc<Entry>> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().rev().take(limit).cloned().collect()
    }

    /// Waits for a request after the one with this number.
    pub(crate) async fn wait_for_request_after(&self, id: u64) {
        // The sender is alive as long as this history.
        let _ = self.last.subscribe().wait_for(|last| *last > id).await;
    }

    /// Removes all requests. Their numbers are not used again.
    pub(crate) fn clear(&self) {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
