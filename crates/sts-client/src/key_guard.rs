//! Keys that the service refused, and that are left alone for a while.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sts_proto::{Credentials, Error, KEY_LOCK};

/// Remembers the keys that were refused last, for all calls of a client.
///
/// More than five failed signatures in a row lock an access key for five minutes, for everybody
/// who uses it. So a key that was refused is not used again until the source gives another one or
/// the lock time has passed. Then one call tries, and the others wait for what it learns.
#[derive(Debug, Default)]
pub(crate) struct KeyGuard(Mutex<Option<Refusal>>);

#[derive(Debug)]
struct Refusal {
    credentials: Credentials,
    error: Error,
    until: Duration,
}

impl KeyGuard {
    /// Why these keys must not be used now, and how long not; `None` if they may be used.
    ///
    /// The first call after the lock time is let through and pushes it on, so that no second one
    /// goes out before the first has its answer.
    pub(crate) fn refusal(
        &self,
        credentials: &Credentials,
        ticks: Duration,
    ) -> Option<(Error, Duration)> {
        let mut refusal = self.lock();
        let refused = refusal.as_mut().filter(|refused| refused.credentials == *credentials)?;
        if refused.until <= ticks {
            refused.until = ticks.saturating_add(KEY_LOCK);
            return None;
        }
        Some((refused.error.clone(), refused.until.saturating_sub(ticks)))
    }

    /// The service refused these keys.
    pub(crate) fn refuse(&self, credentials: &Credentials, error: &Error, ticks: Duration) {
        let until = ticks.saturating_add(KEY_LOCK);
        let refusal = Refusal { credentials: credentials.clone(), error: error.clone(), until };
        *self.lock() = Some(refusal);
    }

    /// The service accepted these keys.
    pub(crate) fn accept(&self, credentials: &Credentials) {
        let mut refusal = self.lock();
        if refusal.as_ref().is_some_and(|refused| refused.credentials == *credentials) {
            *refusal = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Refusal>> {
        // What is inside is whole at every moment, whoever panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
