//! The retry budget that all calls of a client share.

use std::sync::atomic::Ordering;

use crate::sync::AtomicU32;

/// Token bucket for retries: each retry withdraws, each success deposits.
///
/// It limits repeated load on the same endpoint. During an outage every call fails; if each were
/// retried twice, the service would face three times its usual load on recovery. The bucket allows
/// the first retries and, once it is empty, one attempt per call and endpoint. First attempts and
/// failovers do not withdraw.
#[derive(Debug)]
pub(crate) struct RetryBudget(AtomicU32);

/// Capacity and initial content of the bucket: 50 retries.
const CAPACITY: u32 = 500;
/// Tokens that a retry withdraws.
const RETRY: u32 = 10;
/// Tokens that a success deposits: ten successes allow one retry.
const SUCCESS: u32 = 1;

impl Default for RetryBudget {
    fn default() -> Self {
        Self(AtomicU32::new(CAPACITY))
    }
}

impl RetryBudget {
    /// Whether a retry could be withdrawn now.
    pub(crate) fn is_available(&self) -> bool {
        self.0.load(Ordering::Relaxed) >= RETRY
    }

    /// Withdraws a retry. Returns `false` if the bucket does not hold one.
    pub(crate) fn withdraw(&self) -> bool {
        let withdrawn = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| tokens.checked_sub(RETRY));
        withdrawn.is_ok()
    }

    /// Deposits for a successful call.
    pub(crate) fn deposit(&self) {
        // A full bucket, the usual case, costs no more than a load.
        if self.0.load(Ordering::Relaxed) < CAPACITY {
            let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |tokens| {
                Some((tokens + SUCCESS).min(CAPACITY))
            });
        }
    }
}
