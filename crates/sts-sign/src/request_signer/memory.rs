//! What a request signer remembers between requests.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration as Interval;

use sts_credentials::{Credentials, CredentialsRequest, ErrorKind};
use time::{Duration, OffsetDateTime};

use super::error::RequestSignError;
use crate::signer::{Signer, SignerError};

/// Smaller clock offsets are acceptable for signing dates: the service allows 15 minutes.
const TOLERANCE: Duration = Duration::minutes(4);

/// The longest exchange whose `Date` is used. In a longer one, the time of the `Date` is too
/// uncertain.
const LONGEST_EXCHANGE: Duration = Duration::minutes(1);

/// Consecutive rejections after which an access key is held back. The service locks it after more
/// than five.
const REJECTIONS: u32 = 3;

/// How long an access key is held back: the lockout of the service ends after five minutes.
const HOLD: Interval = Interval::from_secs(300);

/// The longest hold that a response can request.
const LONGEST_HOLD: Interval = Interval::from_secs(900);

/// How long others wait for the outcome of the request that probes an access key after its hold.
const PROBE: Interval = Interval::from_secs(60);

/// Number of rejected credentials that are remembered. A provider may alternate between several.
const REMEMBERED: usize = 4;

/// What a request signer has learned, shared by its clones, also those with other settings: the service
/// counts rejections per access key.
#[derive(Default)]
pub(super) struct Memory {
    keys: Mutex<Keys>,
    /// Learned clock offset in milliseconds.
    clock_offset: AtomicI64,
}

#[derive(Default)]
struct Keys {
    /// The credentials that signed last.
    current: Option<Arc<Credentials>>,
    /// The last rejected credentials, until others are used or these are accepted.
    reported: Option<Arc<Credentials>>,
    /// Rejected credentials until they are accepted, the last one at the end.
    rejections: Vec<Rejection>,
}

/// The last signer, shared by the clones with the same settings.
#[derive(Default)]
pub(super) struct LastSigner(Mutex<Option<Arc<Entry>>>);

/// Credentials with their signer.
pub(super) struct Entry {
    pub(super) credentials: Arc<Credentials>,
    pub(super) signer: Signer,
}

impl LastSigner {
    /// Returns the signer for `credentials`. `prepare` is called once per credentials, by one thread at
    /// a time.
    pub(super) fn entry(
        &self,
        credentials: Arc<Credentials>,
        prepare: impl FnOnce(&Credentials) -> Result<Signer, SignerError>,
    ) -> Result<Arc<Entry>, SignerError> {
        // Poisoning is ignored: the data is never left half-updated.
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = match &*last {
            Some(entry) if Arc::ptr_eq(&entry.credentials, &credentials) => {
                return Ok(Arc::clone(entry));
            }
            // Equal credentials in another `Arc`, which is compared next time.
            Some(entry) if entry.credentials == credentials => {
                Entry { credentials, signer: entry.signer.clone() }
            }
            _ => Entry { signer: prepare(&credentials)?, credentials },
        };
        Ok(Arc::clone(last.insert(Arc::new(entry))))
    }
}

struct Rejection {
    credentials: Arc<Credentials>,
    /// Number of consecutive rejections.
    count: u32,
    /// Time of the last rejection or probe, from which the hold counts.
    at: OffsetDateTime,
    hold: Interval,
    /// Whether the signing date was rejected, so that other credentials would not help.
    is_of_clock: bool,
}

impl Memory {
    /// Returns the request to the provider.
    pub(super) fn request(&self) -> CredentialsRequest {
        let rejected = self.lock().reported.clone();
        rejected.map_or_else(CredentialsRequest::default, CredentialsRequest::after_rejection)
    }

    /// Checks that `credentials` may sign. `rejected` are the credentials of this call that were
    /// rejected.
    pub(super) fn admit(
        &self,
        credentials: &Arc<Credentials>,
        rejected: Option<&Arc<Credentials>>,
        now: OffsetDateTime,
    ) -> Result<(), RequestSignError> {
        let mut keys = self.lock();
        let is_rejected = rejected.is_some_and(|it| is_same(it, credentials));
        if let Err(retry_in) = keys.admit(credentials, is_rejected, now) {
            let access_key_id = credentials.access_key_id.clone();
            if !is_rejected && keys.is_of_clock(credentials) {
                return Err(RequestSignError::SigningDate { access_key_id, retry_in });
            }
            keys.reported = Some(Arc::clone(credentials));
            return Err(RequestSignError::Rejected { access_key_id, retry_in });
        }
        if keys.reported.as_ref().is_some_and(|it| !is_same(it, credentials)) {
            keys.reported = None;
        }
        if !keys.current.as_ref().is_some_and(|it| Arc::ptr_eq(it, credentials)) {
            keys.current = Some(Arc::clone(credentials));
        }
        Ok(())
    }

    /// The service accepted these credentials.
    pub(super) fn accept(&self, credentials: &Arc<Credentials>) {
        let mut keys = self.lock();
        keys.rejections.retain(|it| !is_same(&it.credentials, credentials));
        if keys.reported.as_ref().is_some_and(|it| is_same(it, credentials)) {
            keys.reported = None;
        }
    }

    /// The service rejected these credentials. A late response to a request that was signed with
    /// earlier credentials is counted, but not reported to the provider, and so is a rejection of the
    /// signing date.
    pub(super) fn reject(
        &self,
        credentials: &Arc<Credentials>,
        kind: ErrorKind,
        wait: Option<Interval>,
        now: OffsetDateTime,
    ) {
        let mut keys = self.lock();
        let is_of_clock = kind == ErrorKind::ClockSkew;
        let is_current = |current: &Arc<Credentials>| is_same(current, credentials);
        if !is_of_clock && keys.current.as_ref().is_none_or(is_current) {
            keys.reported = Some(Arc::clone(credentials));
        }
        let rejections = &mut keys.rejections;
        let known = rejections.iter().position(|it| is_same(&it.credentials, credentials));
        let before = known.map_or(0, |index| rejections.remove(index).count);
        if rejections.len() >= REMEMBERED {
            rejections.remove(0);
        }
        let is_locked = kind == ErrorKind::AccessKeyLocked;
        rejections.push(Rejection {
            credentials: Arc::clone(credentials),
            count: if is_locked { REJECTIONS } else { before.saturating_add(1) },
            at: now,
            hold: wait.filter(|_| is_locked).unwrap_or(HOLD).min(LONGEST_HOLD),
            is_of_clock,
        });
    }

    /// Returns the learned clock offset.
    pub(super) fn clock_offset(&self) -> Duration {
        Duration::milliseconds(self.clock_offset.load(Ordering::Relaxed))
    }

    /// Learns the clock offset from a response that rejected a signature. Returns whether the
    /// signing date explains the rejection and a better one is known now.
    pub(super) fn correct_clock(
        &self,
        signed_with: Duration,
        date: Option<OffsetDateTime>,
        sent: OffsetDateTime,
        received: OffsetDateTime,
    ) -> bool {
        let Some(measured) = date.and_then(|date| offset(date, sent, received)) else {
            // Another call may have corrected the offset in the meantime.
            return (self.clock_offset() - signed_with).abs() >= TOLERANCE;
        };
        let is_off = (measured - signed_with).abs() >= TOLERANCE;
        if is_off {
            let milliseconds = i64::try_from(measured.whole_milliseconds()).unwrap_or_default();
            self.clock_offset.store(milliseconds, Ordering::Relaxed);
        }
        is_off
    }

    fn lock(&self) -> MutexGuard<'_, Keys> {
        // Poisoning is ignored: the data is never left half-updated.
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keys {
    /// Checks that `credentials` may sign. After a hold, one request probes them: if they are still
    /// rejected, a single failure counts for the lockout, not one per caller.
    ///
    /// Returns how long they are held back if they may not. `is_rejected` is whether they were
    /// rejected in the same call.
    fn admit(
        &mut self,
        credentials: &Arc<Credentials>,
        is_rejected: bool,
        now: OffsetDateTime,
    ) -> Result<(), Option<Interval>> {
        let mut rejections = self.rejections.iter_mut();
        let Some(rejection) = rejections.find(|it| is_same(&it.credentials, credentials)) else {
            return Ok(());
        };
        let retry_in = rejection.retry_in(now);
        if retry_in.is_some() || is_rejected {
            return Err(retry_in);
        }
        if rejection.count >= REJECTIONS {
            rejection.at = now;
            rejection.hold = PROBE;
        }
        Ok(())
    }

    /// Returns whether the last rejection of `credentials` was one of the signing date.
    fn is_of_clock(&self, credentials: &Arc<Credentials>) -> bool {
        let mut rejections = self.rejections.iter();
        rejections.any(|it| it.is_of_clock && is_same(&it.credentials, credentials))
    }
}

impl Rejection {
    /// Returns how long the credentials are held back. The hold ends if the clock was set back.
    fn retry_in(&self, now: OffsetDateTime) -> Option<Interval> {
        let passed = Interval::try_from(now - self.at).ok()?;
        let left = self.hold.checked_sub(passed)?;
        (self.count >= REJECTIONS && !left.is_zero()).then_some(left)
    }
}

/// Returns whether both are the same credentials. Comparing secrets is slower than pointers.
fn is_same(one: &Arc<Credentials>, other: &Arc<Credentials>) -> bool {
    Arc::ptr_eq(one, other) || one == other
}

/// Returns the offset of a `Date` that was written in the middle of an exchange.
fn offset(
    date: OffsetDateTime,
    sent: OffsetDateTime,
    received: OffsetDateTime,
) -> Option<Duration> {
    let took = received - sent;
    let is_plausible = !took.is_negative() && took <= LONGEST_EXCHANGE;
    is_plausible.then(|| date - sent - took / 2)
}
