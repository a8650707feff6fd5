//! The machine of a session: which keys to serve, and when to fetch others.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use sts_proto::Credentials;
use time::OffsetDateTime;

use super::policy::SessionPolicy;
use crate::Now;

/// What the keys of a session are good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there is nothing between and beyond")]
pub enum KeyState {
    /// They are served, and nobody thinks of others.
    Fresh,
    /// They are served, and others are fetched.
    Usable,
    /// There are none, or they end too soon. Callers wait for others.
    Expired,
}

/// Keeps the keys of one session. It does no IO: it says when to fetch, and is told what came.
///
/// At most one fetch is under way at a time. While keys are [usable](KeyState::Usable) a failed
/// fetch changes nothing for callers; the next one waits its back-off, whoever asks.
///
/// ```
/// use std::time::Duration;
/// use sts_client::session::{KeyState, SessionMachine, SessionPolicy};
/// use sts_client::{Now, proto::Credentials};
/// use time::macros::datetime;
///
/// let mut machine = SessionMachine::new(SessionPolicy::default(), 7);
/// let now = Now::new(datetime!(2026-03-05 07:00 UTC), Duration::ZERO);
/// assert!(machine.begin_fetch(now), "there are no keys yet");
/// assert!(!machine.begin_fetch(now), "one fetch at a time");
///
/// let end = datetime!(2026-03-05 08:00 UTC);
/// machine.fetched(Credentials::temporary("HST", "secret", "token", end).into(), now, now.wall);
/// assert_eq!(machine.state(now), KeyState::Fresh);
/// assert_eq!(machine.state(now.after(Duration::from_secs(50 * 60))), KeyState::Usable);
/// assert_eq!(machine.state(now.after(Duration::from_secs(59 * 60))), KeyState::Expired);
/// ```
#[derive(Debug)]
pub struct SessionMachine {
    policy: SessionPolicy,
    rng: Rng,
    kept: Option<Kept>,
    is_fetching: bool,
    /// Fetches that failed since the last one that did not.
    failures: u32,
    /// The tick before which no fetch begins.
    not_before: Duration,
}

/// Keys and their windows, in ticks.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) credentials: Arc<Credentials>,
    since: Now,
    pub(super) fresh_until: Duration,
    pub(super) usable_until: Duration,
}

impl SessionMachine {
    /// A session without keys yet. The seed is for its jitter; sessions should have different
    /// ones.
    #[must_use]
    pub fn new(policy: SessionPolicy, seed: u64) -> Self {
        Self {
            policy,
            rng: Rng::with_seed(seed),
            kept: None,
            is_fetching: false,
            failures: 0,
            not_before: Duration::ZERO,
        }
    }

    /// What its keys are good for now.
    #[must_use]
    pub fn state(&self, now: Now) -> KeyState {
        let Some(kept) = &self.kept else { return KeyState::Expired };
        let ticks = kept.ticks(now);
        if ticks < kept.fresh_until {
            KeyState::Fresh
        } else if ticks < kept.usable_until {
            KeyState::Usable
        } else {
            KeyState::Expired
        }
    }

    /// The keys to serve now, unless they are [expired](KeyState::Expired).
    #[must_use]
    pub fn credentials(&self, now: Now) -> Option<&Arc<Credentials>> {
        match self.state(now) {
            KeyState::Fresh | KeyState::Usable => self.kept.as_ref().map(|kept| &kept.credentials),
            KeyState::Expired => None,
        }
    }

    /// Whether a fetch is to begin now. If so it counts as begun, and has to end by
    /// [`fetched`](Self::fetched) or [`failed`](Self::failed).
    #[must_use]
    pub fn begin_fetch(&mut self, now: Now) -> bool {
        let begins =
            !self.is_fetching && self.not_before <= now.ticks && self.state(now) != KeyState::Fresh;
        self.is_fetching |= begins;
        begins
    }

    /// The tick from which on a fetch can be due: when the keys stop being fresh, but not before
    /// the back-off is over.
    #[must_use]
    pub fn next_fetch(&self) -> Duration {
        let stale = self.kept.as_ref().map_or(Duration::ZERO, |kept| kept.fresh_until);
        stale.max(self.not_before)
    }

    /// A fetch gave keys. `service_now` is the service's time at this moment, as far as it is
    /// known: the lifetime is what lies between it and the keys' end.
    ///
    /// Keys without an end stay fresh. Keys that end before they could be served count as a
    /// failure, for the next fetch would give no better ones; they are served all the same to
    /// those who wait.
    pub fn fetched(
        &mut self,
        credentials: Arc<Credentials>,
        now: Now,
        service_now: OffsetDateTime,
    ) {
        let lifetime = credentials.expires_in(service_now).unwrap_or(FOR_EVER);
        let margin = part(lifetime, self.policy.margin).min(self.policy.longest_margin);
        let (from, until) = (self.policy.refresh_from, self.policy.refresh_until);
        let fresh = part(lifetime, from + (until - from) * self.rng.f64());
        self.is_fetching = false;
        self.kept = Some(Kept {
            credentials,
            since: now,
            fresh_until: now.ticks.saturating_add(fresh),
            usable_until: now.ticks.saturating_add(lifetime.saturating_sub(margin)),
        });
        if lifetime.is_zero() {
            self.back_off(now);
        } else {
            self.failures = 0;
            self.not_before = Duration::ZERO;
        }
    }

    /// The fetch that is under way is given up: nobody drives it any more. The next one need not
    /// wait.
    pub fn abandon_fetch(&mut self) {
        self.is_fetching = false;
    }

    /// A fetch gave no keys. The next one waits.
    pub fn failed(&mut self, now: Now) {
        self.is_fetching = false;
        self.back_off(now);
    }

    /// The service refuses these keys: they are served no more, and others are fetched at once.
    /// Returns whether they were the ones that are kept, so that of many callers one drops them.
    pub fn invalidate(&mut self, refused: &Credentials) -> bool {
        let is_kept = self.kept.as_ref().is_some_and(|kept| *kept.credentials == *refused);
        if is_kept {
            self.kept = None;
        }
        is_kept
    }

    pub(super) const fn is_fetching(&self) -> bool {
        self.is_fetching
    }

    pub(super) fn kept(&self) -> Option<&Kept> {
        self.kept.as_ref()
    }

    fn back_off(&mut self, now: Now) {
        self.failures = self.failures.saturating_add(1);
        // Half of it for certain: a fetch at the next moment would help nobody.
        let jitter = self.policy.backoff.wait(self.failures, &mut self.rng) / 2;
        let wait = self.policy.backoff.limit(self.failures) / 2 + jitter;
        self.not_before = now.ticks.saturating_add(wait);
    }
}

/// A part of a duration, from nothing to the whole.
fn part(duration: Duration, part: f64) -> Duration {
    duration.mul_f64(if part.is_nan() { 0.0 } else { part.clamp(0.0, 1.0) })
}

/// A century: keys without an end.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

impl Kept {
    /// The monotonic reading, or what the wall clock says it would be if that is later: a
    /// monotonic clock may stand still while a machine sleeps, and keys end all the same.
    fn ticks(&self, now: Now) -> Duration {
        let by_wall = Duration::try_from(now.wall - self.since.wall).unwrap_or_default();
        now.ticks.max(self.since.ticks.saturating_add(by_wall))
    }
}
