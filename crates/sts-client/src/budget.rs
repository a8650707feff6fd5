//! The retries that all calls of a client have together.

use std::sync::atomic::{AtomicU32, Ordering};

/// A purse that retries are paid from and successes fill.
///
/// While a service is down, every call fails. If each were repeated twice, the service would come
/// back under three times its load. The purse lets the first calls be repeated and, once it is
/// empty, lets each call through once only.
#[derive(Debug)]
pub(crate) struct RetryBudget(AtomicU32);

/// What the purse holds at most, and at first: 50 retries.
const FULL: u32 = 500;
/// What a retry costs.
const RETRY: u32 = 10;
/// What a success brings: one retry for ten of them, the share of retries in good times.
const SUCCESS: u32 = 1;

impl Default for RetryBudget {
    fn default() -> Self {
        Self(AtomicU32::new(FULL))
    }
}

impl RetryBudget {
    /// Pays for a retry; `false` when the purse is empty.
    pub(crate) fn pay(&self) -> bool {
        let paid = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| tokens.checked_sub(RETRY));
        paid.is_ok()
    }

    /// A call succeeded.
    pub(crate) fn refill(&self) {
        // A full purse, the usual case, costs a load and no more.
        if self.0.load(Ordering::Relaxed) < FULL {
            let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| {
                Some((tokens + SUCCESS).min(FULL))
            });
        }
    }
}
