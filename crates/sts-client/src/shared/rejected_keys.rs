//! Access keys and their rejections, lockouts and cool-offs.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use sts_proto::{ACCESS_KEY_LOCKOUT, Credentials, ServiceError};

use crate::sync::{Mutex, MutexGuard};

/// The maximum of requests in flight with credentials that the service has not accepted yet. More
/// than five failed signatures in a row lock an access key, so all of these may fail.
const UNPROVEN_IN_FLIGHT: usize = 4;

/// The poll interval of a call that waits for the outcome of others.
const ASK_AGAIN: Duration = Duration::from_millis(25);

/// The maximum time for which a call that was dropped or is no longer polled occupies its slot.
const LONGEST_SLOT: Duration = Duration::from_secs(10);

/// The number of remembered credentials. A client has one set at a time, and a few during a
/// rotation.
const REMEMBERED: usize = 8;

/// The upper limit, if all of them are rejected or in flight.
const REMEMBERED_AT_MOST: usize = 64;

/// Registry of rejected credentials, shared by all calls of a client.
///
/// More than five failed signatures in a row lock an access key for five minutes, for all its
/// users. So rejected credentials are not used again until the provider has others or their
/// cool-off has passed. Then one call at a time probes them, and the cool-off grows while probes
/// fail. Credentials that are not proven yet sign only a few requests at a time. Times are
/// monotonic.
#[derive(Debug, Default)]
pub(crate) struct RejectedKeys(Mutex<Vec<Entry>>);

#[derive(Debug)]
struct Entry {
    credentials: Arc<Credentials>,
    standing: Standing,
}

#[derive(Debug)]
enum Standing {
    /// Neither accepted nor rejected yet, with the slots of the requests in flight.
    Unproven(Vec<Slot>),
    Accepted,
    Rejected(Rejection),
}

#[derive(Debug)]
struct Rejection {
    error: ServiceError,
    reason: Reason,
    /// The number of rejections in a row, not counting requests that were in flight.
    count: u32,
    until: Duration,
    probe: Option<Slot>,
}

/// The right to have one request in flight, until that time at the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot(Duration);

/// The reason of a rejection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The signature is wrong: it counts towards the lockout.
    FailedSignature,
    /// The gateway does not know the access key, which may have been created seconds ago.
    UnknownKey,
    /// They are expired, disabled or revoked: waiting for seconds does not help.
    Invalid,
}

/// Whether a request may be signed with some credentials now.
#[derive(Debug)]
pub(crate) enum Admission {
    /// Yes. The outcome has to be reported by [`RejectedKeys::settle`].
    Go(Slot),
    /// Not before other calls have learned whether the credentials are accepted.
    Wait(Duration),
    /// They were rejected, and are held back for the rest of their cool-off.
    Rejected(ServiceError, Duration),
}

/// What an outcome proves about the credentials that signed the request.
#[derive(Debug)]
pub(crate) enum Verdict<'a> {
    Accepted,
    Rejected(&'a ServiceError, Reason),
    /// Nothing: no response was received, or its sender had not checked the signature.
    None,
}

impl Reason {
    /// Returns the cool-off after `count` rejections in a row.
    fn cool_off(self, count: u32) -> Duration {
        let (first, longest) = match self {
            Self::FailedSignature => (ACCESS_KEY_LOCKOUT, Duration::from_secs(1800)),
            Self::UnknownKey => (Duration::from_secs(3), Duration::from_secs(60)),
            Self::Invalid => (Duration::from_secs(60), Duration::from_secs(1800)),
        };
        first.saturating_mul(1 << count.saturating_sub(1).min(16)).min(longest)
    }
}

impl RejectedKeys {
    /// Requests a slot for an attempt that ends by `attempt_until`. If the clock `is_suspect`
    /// because it was set, accepted credentials must be confirmed again, because their dates may be
    /// wrong now, and rejected ones are probed, because their dates may have been wrong before.
    pub(crate) fn admit(
        &self,
        credentials: &Arc<Credentials>,
        is_suspect: bool,
        attempt_until: Duration,
        now: Duration,
    ) -> Admission {
        let slot = Slot(attempt_until.min(now.saturating_add(LONGEST_SLOT)));
        let mut entries = self.lock();
        let Some(entry) = find(&mut entries, credentials) else {
            remember(&mut entries, credentials, Standing::Unproven(vec![slot]), now);
            return Admission::Go(slot);
        };
        match &mut entry.standing {
            Standing::Accepted if is_suspect => {
                entry.standing = Standing::Unproven(vec![slot]);
                Admission::Go(slot)
            }
            Standing::Accepted => Admission::Go(slot),
            Standing::Unproven(slots) => {
                slots.retain(|slot| slot.is_held(now));
                if slots.len() >= UNPROVEN_IN_FLIGHT {
                    return Admission::Wait(ASK_AGAIN);
                }
                slots.push(slot);
                Admission::Go(slot)
            }
            Standing::Rejected(rejection) if rejection.holds(is_suspect, now) => {
                let left = rejection.until.saturating_sub(now);
                Admission::Rejected(rejection.error.clone(), left)
            }
            Standing::Rejected(Rejection { probe: Some(probe), .. }) if probe.is_held(now) => {
                Admission::Wait(ASK_AGAIN)
            }
            Standing::Rejected(rejection) => {
                rejection.probe = Some(slot);
                Admission::Go(slot)
            }
        }
    }

    /// Takes the outcome of a request that was admitted.
    pub(crate) fn settle(
        &self,
        credentials: &Arc<Credentials>,
        slot: Slot,
        verdict: &Verdict<'_>,
        now: Duration,
    ) {
        let mut entries = self.lock();
        let Some(entry) = find(&mut entries, credentials) else {
            if let Verdict::Rejected(error, reason) = verdict {
                let standing = Standing::Rejected(Rejection::new(error, *reason, now));
                remember(&mut entries, credentials, standing, now);
            }
            return;
        };
        match (verdict, &mut entry.standing) {
            // It was signed before the clock was set, and proves nothing about later dates.
            (Verdict::Accepted, Standing::Unproven(slots)) if !slots.contains(&slot) => {}
            (Verdict::Accepted, standing) => *standing = Standing::Accepted,
            (Verdict::Rejected(error, reason), Standing::Rejected(rejection)) => {
                rejection.repeat(error, *reason, slot, now);
            }
            (Verdict::Rejected(error, reason), standing) => {
                *standing = Standing::Rejected(Rejection::new(error, *reason, now));
            }
            (Verdict::None, Standing::Unproven(slots)) => {
                if let Some(index) = slots.iter().position(|held| *held == slot) {
                    slots.swap_remove(index);
                }
            }
            (Verdict::None, Standing::Rejected(rejection)) => rejection.end_probe(slot),
            (Verdict::None, Standing::Accepted) => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        // Poisoning is ignored: the data is never left half-updated.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rejection {
    fn new(error: &ServiceError, reason: Reason, now: Duration) -> Self {
        let until = now.saturating_add(reason.cool_off(1));
        Self { error: error.clone(), reason, count: 1, until, probe: None }
    }

    /// Records another rejection: of the probe, or of a request that was in flight at the first
    /// one.
    fn repeat(&mut self, error: &ServiceError, reason: Reason, slot: Slot, now: Duration) {
        if self.probe == Some(slot) {
            self.count = if self.reason == reason { self.count.saturating_add(1) } else { 1 };
            self.reason = reason;
            self.probe = None;
        }
        self.error = error.clone();
        self.until = self.until.max(now.saturating_add(reason.cool_off(self.count)));
    }

    /// Whether the credentials are held back.
    fn holds(&self, is_suspect: bool, now: Duration) -> bool {
        now < self.until && !(is_suspect && self.reason == Reason::FailedSignature)
    }

    fn end_probe(&mut self, slot: Slot) {
        if self.probe == Some(slot) {
            self.probe = None;
        }
    }
}

impl Slot {
    fn is_held(self, now: Duration) -> bool {
        now < self.0
    }
}

impl Entry {
    /// Whether removing the entry would allow requests that it prevents.
    fn holds(&self, now: Duration) -> bool {
        match &self.standing {
            Standing::Unproven(slots) => slots.iter().any(|slot| slot.is_held(now)),
            Standing::Accepted => false,
            Standing::Rejected(rejection) => {
                now < rejection.until || rejection.probe.is_some_and(|probe| probe.is_held(now))
            }
        }
    }

    fn holds_until(&self) -> Duration {
        match &self.standing {
            Standing::Rejected(rejection) => rejection.until,
            Standing::Unproven(_) | Standing::Accepted => Duration::ZERO,
        }
    }
}

/// Adds an entry, replacing one that holds nothing back if there is one.
fn remember(
    entries: &mut Vec<Entry>,
    credentials: &Arc<Credentials>,
    standing: Standing,
    now: Duration,
) {
    if entries.len() >= REMEMBERED {
        let idle = entries.iter().position(|entry| !entry.holds(now));
        let soonest = || (0..).zip(&*entries).min_by_key(|(_, entry)| entry.holds_until());
        let evicted = idle.or_else(|| {
            (entries.len() >= REMEMBERED_AT_MOST).then(soonest)?.map(|(index, _)| index)
        });
        if let Some(index) = evicted {
            entries.remove(index);
        }
    }
    entries.push(Entry { credentials: Arc::clone(credentials), standing });
}

fn find<'a>(entries: &'a mut [Entry], credentials: &Arc<Credentials>) -> Option<&'a mut Entry> {
    // Comparing secrets is slow; the same pointer means the same credentials.
    entries.iter_mut().find(|entry| {
        Arc::ptr_eq(&entry.credentials, credentials) || *entry.credentials == **credentials
    })
}

#[cfg(test)]
mod tests;
