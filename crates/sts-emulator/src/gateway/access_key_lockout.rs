//! The lock on access keys whose signatures fail again and again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sts_proto::ACCESS_KEY_LOCKOUT;
use time::OffsetDateTime;

/// So many failures in a row are borne; one more locks the key.
const BORNE: u32 = 5;

/// So many keys are watched at most, so that memory is bounded. Keys that do not exist are never
/// watched, so only a world of that size could reach it.
const WATCHED: usize = 10_000;

/// Failures of each key since its last success.
#[derive(Default)]
pub(crate) struct AccessKeyLockout(Mutex<HashMap<String, Failures>>);

struct Failures {
    count: u32,
    last: OffsetDateTime,
}

impl Failures {
    /// Failures are forgotten when the time of a lock has passed since the last of them.
    fn are_recent(&self, now: OffsetDateTime) -> bool {
        now - self.last < ACCESS_KEY_LOCKOUT
    }
}

impl AccessKeyLockout {
    /// Whether the key is locked now.
    pub(crate) fn is_locked(&self, access_key_id: &str, now: OffsetDateTime) -> bool {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(access_key_id)
            .is_some_and(|failures| failures.count > BORNE && failures.are_recent(now))
    }

    /// Counts a signature that failed. It must not be called while the key is locked, for that
    /// would prolong the lock.
    pub(crate) fn failed(&self, access_key_id: &str, now: OffsetDateTime) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= WATCHED {
            keys.retain(|_, failures| failures.are_recent(now));
        }
        if keys.len() >= WATCHED {
            return;
        }
        let failures =
            keys.entry(access_key_id.to_owned()).or_insert(Failures { count: 0, last: now });
        if !failures.are_recent(now) {
            failures.count = 0;
        }
        failures.count += 1;
        failures.last = now;
    }

    /// Forgets the failures of a key that has signed rightly.
    pub(crate) fn succeeded(&self, access_key_id: &str) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.remove(access_key_id);
    }
}
