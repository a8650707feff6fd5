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
/// Keys end by either clock, whichever says so first: the monotonic one may stand still while a
/// machine sleeps, and the wall clock may be set back. A wall clock that is set forward past the
/// end of keys that are good costs one fetch.
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
/// let keys = Credentials::temporary("HST", "secret", "token", end);
/// assert!(machine.fetched(keys.into(), now, now.wall), "they can be served");
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
    /// The tick before which none begins as long as keys are good.
    patient_until: Duration,
    /// Whether callers without keys need not wait that long: see [`neglected`](Self::neglected).
    has_excuse: bool,
    /// Whether the last fetch began on that excuse.
    used_excuse: bool,
    /// How often keys were refused young, one after the other.
    young_refusals: u32,
}

/// Keys and their windows, in ticks.
#[derive(Clone, Debug)]
struct Kept {
    credentials: Arc<Credentials>,
    since: Now,
    fresh_until: Duration,
    usable_until: Duration,
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
            patient_until: Duration::ZERO,
            has_excuse: false,
            used_excuse: false,
            young_refusals: 0,
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
    /// [`fetched`](Self::fetched), [`failed`](Self::failed) or [`neglected`](Self::neglected).
    #[must_use]
    pub fn begin_fetch(&mut self, now: Now) -> bool {
        let state = self.state(now);
        let is_early = now.ticks < self.earliest(state);
        let may_begin = !is_early || (self.has_excuse && state == KeyState::Expired);
        let begins = !self.is_fetching && state != KeyState::Fresh && may_begin;
        if begins {
            self.is_fetching = true;
            self.used_excuse = is_early;
        }
        begins
    }

    /// The tick from which on a fetch can be due, as seen now: when the keys stop being fresh, but
    /// not before the back-off is over.
    #[must_use]
    pub fn next_fetch(&self, now: Now) -> Duration {
        let state = self.state(now);
        let earliest = self.earliest(state);
        match &self.kept {
            Some(kept) if state == KeyState::Fresh => kept.fresh_until.max(earliest),
            _ => earliest,
        }
    }

    /// Who has good keys waits longer. That they end sooner than was thought, by a clock that is
    /// set or a machine that slept, ends the patience.
    fn earliest(&self, state: KeyState) -> Duration {
        match state {
            KeyState::Fresh | KeyState::Usable => self.not_before.max(self.patient_until),
            KeyState::Expired => self.not_before,
        }
    }

    /// The tick until which callers get the keys that are kept without anything being due, as
    /// seen now. Later they ask again.
    #[must_use]
    pub fn serves_until(&self, now: Now) -> Duration {
        let end = self.kept.as_ref().map_or(Duration::ZERO, |kept| kept.usable_until);
        self.next_fetch(now).min(end)
    }

    /// A fetch gave keys. `service_now` is the service's time at this moment, as far as it is
    /// known: the lifetime is what lies between it and the keys' end. Keys without an end stay
    /// fresh.
    ///
    /// Returns whether they can be served. Keys that end too soon for it count as a failure, for
    /// the next fetch would give no better ones, and those that are kept stay.
    #[must_use]
    pub fn fetched(
        &mut self,
        credentials: Arc<Credentials>,
        now: Now,
        service_now: OffsetDateTime,
    ) -> bool {
        let lifetime = credentials.expires_in(service_now).unwrap_or(FOR_EVER);
        let margin = part(lifetime, self.policy.margin).min(self.policy.longest_margin);
        let usable = lifetime.saturating_sub(margin);
        if usable.is_zero() {
            self.failed(now);
            return false;
        }
        let (from, until) = (self.policy.refresh_from, self.policy.refresh_until);
        let fresh = part(lifetime, from + (until - from) * self.rng.f64()).min(usable);
        self.kept = Some(Kept {
            credentials,
            since: now,
            fresh_until: now.ticks.saturating_add(fresh),
            usable_until: now.ticks.saturating_add(usable),
        });
        self.is_fetching = false;
        self.has_excuse = false;
        self.failures = 0;
        self.patient_until = Duration::ZERO;
        // Keys that end within moments make no storm either.
        self.not_before = now.ticks.saturating_add(self.policy.backoff.base);
        true
    }

    /// A fetch gave no keys. The next one waits.
    pub fn failed(&mut self, now: Now) {
        self.is_fetching = false;
        self.has_excuse = false;
        self.failures = self.failures.saturating_add(1);
        self.wait(self.failures, now);
    }

    /// A fetch gave no keys, and perhaps because nobody drove it: it was polled in passing by
    /// callers who had keys, or those who drove it went away.
    ///
    /// The next one waits as after a [failure](Self::failed), but the first caller without keys
    /// may make another at once, for the service may be well. Once: a fetch that began on this
    /// excuse leaves none.
    pub fn neglected(&mut self, now: Now) {
        self.failed(now);
        self.has_excuse = !self.used_excuse;
    }

    /// The service refuses these keys: they are served no more, and others are fetched at once.
    /// Returns whether they were the ones that are kept, so that of many callers one drops them.
    ///
    /// When keys are refused soon after they came, and those that replace them as well, other
    /// keys do not help: from the second time on the next fetch waits its back-off.
    #[must_use]
    pub fn invalidate(&mut self, refused: &Credentials, now: Now) -> bool {
        let Some(kept) = self.kept.take_if(|kept| *kept.credentials == *refused) else {
            return false;
        };
        let age = now.ticks.saturating_sub(kept.since.ticks);
        self.not_before = Duration::ZERO;
        if age > self.policy.backoff.cap {
            self.young_refusals = 0;
        } else {
            self.wait(self.young_refusals, now);
            self.young_refusals = self.young_refusals.saturating_add(1);
        }
        true
    }

    /// The keys that came last and were not refused, good or not.
    pub(super) fn kept(&self) -> Option<&Arc<Credentials>> {
        self.kept.as_ref().map(|kept| &kept.credentials)
    }

    /// No fetch begins before the back-off after this many failures, and as long as keys are good
    /// before a quarter to a half of the time that is left: who is in no hurry makes way for
    /// those who have no keys, and does not come back together with all others after an outage.
    fn wait(&mut self, failures: u32, now: Now) {
        if failures == 0 {
            return;
        }
        let backoff = self.policy.backoff;
        // Half of it for certain: a fetch at the next moment would help nobody.
        let wait = backoff.limit(failures) / 2 + backoff.wait(failures, &mut self.rng) / 2;
        let left = self
            .kept
            .as_ref()
            .map_or(Duration::ZERO, |kept| kept.usable_until.saturating_sub(kept.ticks(now)));
        let patience = left.mul_f64((1.0 + self.rng.f64()) / 4.0);
        self.not_before = self.not_before.max(now.ticks.saturating_add(wait));
        self.patient_until = now.ticks.saturating_add(patience);
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
