//! The last requests, for the control endpoint.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    entries: Arc<Mutex<Entries>>,
    /// The number of the last request.
    last: watch::Sender<u64>,
}

#[derive(Default)]
struct Entries {
    list: VecDeque<Arc<Entry>>,
    /// The number of the last request that was removed by a client.
    cleared: u64,
}

impl Default for History {
    fn default() -> Self {
        Self { entries: Arc::default(), last: watch::Sender::new(0) }
    }
}

impl History {
    pub(crate) fn add(&self, log: RequestLog) {
        let mut entries = self.entries();
        let id = *self.last.borrow() + 1;
        if entries.list.len() >= MAX_REQUESTS {
            entries.list.pop_front();
        }
        entries.list.push_back(Arc::new(Entry { id, log }));
        self.last.send_replace(id);
    }

    /// Returns the requests after the one with this number, the oldest first, but not more than
    /// `limit`.
    pub(crate) fn after(&self, id: u64, limit: usize) -> Vec<Arc<Entry>> {
        let entries = &self.entries().list;
        entries.iter().filter(|entry| entry.id > id).take(limit).cloned().collect()
    }

    /// Returns the last requests, the newest first.
    pub(crate) fn newest(&self, limit: usize) -> Vec<Arc<Entry>> {
        let entries = &self.entries().list;
        entries.iter().rev().take(limit).cloned().collect()
    }

    /// Waits until the list contains a request after the one with this number.
    pub(crate) async fn wait_for_request_after(&self, id: u64) {
        // Removed requests do not count: a client that knows none of them would never wait.
        let known = id.max(self.entries().cleared);
        // The sender is alive as long as this history.
        let _ = self.last.subscribe().wait_for(|last| *last > known).await;
    }

    /// Removes all requests. Their numbers are not used again.
    pub(crate) fn clear(&self) {
        let mut entries = self.entries();
        entries.list.clear();
        entries.cleared = *self.last.borrow();
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
