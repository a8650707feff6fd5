//! Lockout of access keys after repeated signature failures.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sts_proto::ACCESS_KEY_LOCKOUT;
use time::OffsetDateTime;

/// Failures in a row that do not lock the access key. The next failure does.
const TOLERATED_FAILURES: u32 = 5;

/// Maximum number of tracked access keys, which bounds the memory. Unknown access keys are never
/// tracked, so only as many users and sessions can reach it.
const MAX_TRACKED: usize = 10_000;

/// Signature failures of each access key since its last success. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct AccessKeyLockout(Arc<Mutex<HashMap<String, Failures>>>);

struct Failures {
    count: u32,
    last: OffsetDateTime,
}

impl Failures {
    /// Failures expire after the duration of a lockout without further failures.
    fn are_recent(&self, now: OffsetDateTime) -> bool {
        now - self.last < ACCESS_KEY_LOCKOUT
    }
}

impl AccessKeyLockout {
    /// Whether the access key is locked.
    pub(crate) fn is_locked(&self, access_key_id: &str, now: OffsetDateTime) -> bool {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(access_key_id)
            .is_some_and(|failures| failures.count > TOLERATED_FAILURES && failures.are_recent(now))
    }

    /// Counts a signature failure. Must not be called while the access key is locked: that would
    /// extend the lockout.
    pub(crate) fn failed(&self, access_key_id: &str, now: OffsetDateTime) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= MAX_TRACKED && !keys.contains_key(access_key_id) {
            keys.retain(|_, failures| failures.are_recent(now));
            if keys.len() >= MAX_TRACKED {
                return;
            }
        }
        let failures =
            keys.entry(access_key_id.to_owned()).or_insert(Failures { count: 0, last: now });
        if !failures.are_recent(now) {
            failures.count = 0;
        }
        failures.count += 1;
        failures.last = now;
    }

    /// Clears the failures of all access keys.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Clears the failures of an access key after a valid signature.
    pub(crate) fn succeeded(&self, access_key_id: &str) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.remove(access_key_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_key_with_failures_is_locked_however_many_others_have_failures() {
        let (lockout, now) = (AccessKeyLockout::default(), OffsetDateTime::UNIX_EPOCH);
        lockout.failed("ours", now);
        for number in 0..MAX_TRACKED + 10 {
            lockout.failed(&number.to_string(), now);
        }
        assert_eq!(lockout.0.lock().unwrap().len(), MAX_TRACKED);
        for _ in 0..TOLERATED_FAILURES {
            assert!(!lockout.is_locked("ours", now));
            lockout.failed("ours", now);
        }
        assert!(lockout.is_locked("ours", now));
    }
}
