//! The state machine of a session: which credentials to serve, and when to refresh them.

mod kept;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use sts_proto::Credentials;
use time::OffsetDateTime;

use self::kept::Kept;
use self::trouble::{Trouble, Wait};
use super::credential_state::CredentialState;
use super::policy::SessionPolicy;
use crate::platform::Now;

/// State machine of one session, without IO: decides when to refresh and which credentials to
/// serve.
///
/// At most one refresh is in flight at a time. While the credentials are
/// [stale](CredentialState::Stale), a failed refresh does not affect callers; the next one
/// waits for a backoff.
///
/// Credentials expire by the clock that reaches the expiration first: the monotonic clock may stop
/// during a suspend of the machine, and the wall clock may be set back. If the wall clock is set
/// forward past the expiration of valid credentials, this causes one refresh. Credentials with a longer
/// lifetime than [`SessionPolicy::longest_lifetime`] are refreshed as if they lasted that long.
///
/// ```
/// use std::time::Duration;
/// use sts_client::session::{CredentialState, SessionMachine, SessionPolicy};
/// use sts_client::{Now, proto::Credentials};
/// use time::macros::datetime;
///
/// let mut machine = SessionMachine::new(SessionPolicy::default(), 7);
/// let now = Now::new(datetime!(2026-03-05 07:00 UTC), Duration::ZERO);
/// assert!(machine.begin_refresh(now), "no credentials yet");
/// assert!(!machine.begin_refresh(now), "one refresh at a time");
///
/// let end = datetime!(2026-03-05 08:00 UTC);
/// let credentials = Credentials::temporary("HST", "secret", "token", end);
/// assert!(machine.refreshed(credentials.into(), now, now.wall), "they can be served");
/// assert_eq!(machine.state(now), CredentialState::Fresh);
/// assert_eq!(machine.state(now.after(Duration::from_secs(50 * 60))), CredentialState::Stale);
/// assert_eq!(machine.state(now.after(Duration::from_secs(59 * 60))), CredentialState::Expired);
/// ```
#[derive(Debug)]
pub struct SessionMachine {
    policy: Arc<SessionPolicy>,
    rng: Rng,
    kept: Option<Kept>,
    /// The monotonic time at which the refresh in flight began.
    refreshing_since: Option<Duration>,
    /// Failures and rejections, if there are any.
    trouble: Option<Box<Trouble>>,
}

impl SessionMachine {
    /// Creates a session without credentials. Many sessions can share a policy. The seed is for the
    /// jitter and should differ from session to session.
    #[must_use]
    pub fn new(policy: impl Into<Arc<SessionPolicy>>, seed: u64) -> Self {
        Self {
            policy: policy.into(),
            rng: Rng::with_seed(seed),
            kept: None,
            refreshing_since: None,
            trouble: None,
        }
    }

    /// Returns the state of the credentials at `now`.
    #[must_use]
    pub fn state(&self, now: Now) -> CredentialState {
        let Some(kept) = &self.kept else { return CredentialState::Expired };
        let monotonic = kept.monotonic(now);
        if monotonic < kept.fresh_until {
            CredentialState::Fresh
        } else if monotonic < self.served_until() {
            CredentialState::Stale
        } else {
            CredentialState::Expired
        }
    }

    /// Returns the credentials to serve at `now`, unless they are
    /// [expired](CredentialState::Expired).
    #[must_use]
    pub fn credentials(&self, now: Now) -> Option<&Arc<Credentials>> {
        match self.state(now) {
            CredentialState::Fresh | CredentialState::Stale => {
                self.kept.as_ref().map(|kept| &kept.credentials)
            }
            CredentialState::Expired => None,
        }
    }

    /// Returns whether a refresh has to begin at `now`. If so, it counts as in flight until
    /// [`refreshed`](Self::refreshed), [`failed`](Self::failed) or [`neglected`](Self::neglected) is
    /// called.
    #[must_use]
    pub fn begin_refresh(&mut self, now: Now) -> bool {
        let state = self.state(now);
        let is_early = now.monotonic < self.earliest(state);
        let may_begin = !is_early || (self.may_skip_backoff() && state == CredentialState::Expired);
        let begins = !self.is_refreshing() && state != CredentialState::Fresh && may_begin;
        if begins {
            self.refreshing_since = Some(now.monotonic);
            if let Some(trouble) = &mut self.trouble {
                trouble.used_excuse = is_early;
            }
        }
        begins
    }

    /// Returns the monotonic time from which a refresh can be due, as seen at `now`: when the
    /// credentials become stale, but not before the backoff is over.
    #[must_use]
    pub fn next_refresh(&self, now: Now) -> Duration {
        let state = self.state(now);
        let earliest = self.earliest(state);
        match &self.kept {
            Some(kept) if state == CredentialState::Fresh => kept.fresh_until.max(earliest),
            _ => earliest,
        }
    }

    /// While credentials are valid, the wait is longer. If they expire sooner than expected,
    /// because a clock was set or the machine slept, only the backoff applies.
    fn earliest(&self, state: CredentialState) -> Duration {
        let Some(trouble) = &self.trouble else { return self.spaced() };
        let not_before = trouble.not_before.max(self.spaced());
        match state {
            CredentialState::Fresh | CredentialState::Stale => {
                not_before.max(trouble.patient_until)
            }
            CredentialState::Expired => not_before,
        }
    }

    /// The monotonic time before which no refresh follows the last successful one: credentials that
    /// last only for moments must not cause a tight refresh loop either.
    fn spaced(&self) -> Duration {
        let spacing = self.policy.backoff.base.max(SHORTEST_WAIT);
        let end = |kept: &Kept| kept.since.monotonic.saturating_add(spacing);
        self.kept.as_ref().map_or(Duration::ZERO, end)
    }

    /// Returns the monotonic time until which callers can be served without a new check, as seen at
    /// `now`.
    #[must_use]
    pub fn serves_until(&self, now: Now) -> Duration {
        self.next_refresh(now).min(self.served_until())
    }

    /// The monotonic time until which the credentials are served. Zero if there are none.
    fn served_until(&self) -> Duration {
        let end = |kept: &Kept| kept.since.monotonic.saturating_add(self.usable(kept.lifetime));
        self.kept.as_ref().map_or(Duration::ZERO, end)
    }

    /// The part of a lifetime before the margin.
    fn usable(&self, lifetime: Duration) -> Duration {
        let margin = part(lifetime, self.policy.margin).min(self.policy.longest_margin);
        lifetime.saturating_sub(margin)
    }

    /// Records the credentials that a refresh returned. `service_now` is the issuer's time at this
    /// moment, as far as it is known: the lifetime is the time from it to the expiration, at most
    /// [`SessionPolicy::longest_lifetime`]. Credentials without an expiration stay fresh.
    ///
    /// Returns whether they can be served. Credentials that expire too soon to be served count as a
    /// failure, and the previous ones stay.
    #[must_use]
    pub fn refreshed(
        &mut self,
        credentials: Arc<Credentials>,
        now: Now,
        service_now: OffsetDateTime,
    ) -> bool {
        let lifetime = match credentials.expires_in(service_now) {
            Some(lifetime) => lifetime.min(self.policy.longest_lifetime),
            None => FOR_EVER,
        };
        let usable = self.usable(lifetime);
        if usable.is_zero() {
            self.failed(now);
            return false;
        }
        if self.kept.as_ref().is_some_and(|kept| self.has_proven(kept, now)) {
            self.trouble = None;
        }
        let (from, until) = self.policy.refresh_window(lifetime);
        let fresh = part(lifetime, from + (until - from) * self.rng.f64()).min(usable);
        self.kept = Some(Kept {
            credentials,
            since: now,
            lifetime,
            fresh_until: now.monotonic.saturating_add(fresh),
        });
        self.refreshing_since = None;
        self.trouble = self.trouble.take().and_then(|trouble| trouble.after_success());
        true
    }

    /// Records a failed refresh. The next one waits for the backoff, at least 250 ms under any
    /// policy.
    pub fn failed(&mut self, now: Now) {
        self.trouble().losses = 0;
        self.fail(now.monotonic, now);
    }

    /// Delays the next refresh by at least this time, plus up to a fifth of it, because repeating
    /// the failed request would do harm. Call it after [`failed`](Self::failed). A
    /// [rejection](Self::invalidate) does not end this wait.
    pub fn hold_back(&mut self, wait: Duration, now: Now) {
        let wait = wait.saturating_add(part(wait, self.rng.f64() / 5.0));
        let trouble = self.trouble();
        trouble.not_before = trouble.not_before.max(now.monotonic.saturating_add(wait));
        trouble.wait = Wait::HeldBack;
    }

    /// Starts the backoff at the monotonic time `since`.
    fn fail(&mut self, since: Duration, now: Now) {
        self.refreshing_since = None;
        let trouble = self.trouble();
        trouble.wait = Wait::Usual;
        trouble.failures = trouble.failures.saturating_add(1);
        let failures = trouble.failures;
        self.wait(failures, since, now);
    }

    /// Records a failed refresh that no caller may have driven all the time: it was polled only by
    /// passing callers that had credentials, or the caller that drove it was cancelled, or its
    /// runtime was idle or has shut down.
    ///
    /// The next one waits as after a [failure](Self::failed), but counted from the beginning of
    /// this one, which may be long ago. The first caller without credentials may begin another at
    /// once, because the service may be healthy. This exception is granted once: a refresh that
    /// began by it does not grant it again.
    pub fn neglected(&mut self, now: Now) {
        self.fail(self.began(now), now);
        let trouble = self.trouble();
        if !trouble.used_excuse {
            trouble.wait = Wait::Excused;
        }
    }

    /// Records a refresh that ended together with its task or runtime. Short-lived runtimes can
    /// lose several in a row, so more than one exception is granted.
    pub(super) fn lost(&mut self, now: Now) {
        let trouble = self.trouble();
        trouble.losses = trouble.losses.saturating_add(1);
        if trouble.losses > EXCUSED_LOSSES {
            self.fail(self.began(now), now);
        } else {
            trouble.wait = Wait::Excused;
            self.refreshing_since = None;
        }
    }

    /// Records that the service rejected these credentials: they are not served any more, and a
    /// refresh is due at once, unless refreshes are [held back](Self::hold_back). Returns whether
    /// they were the current ones, so that only one of many callers drops them.
    ///
    /// If credentials are rejected soon after they were issued, and so are their replacements, the
    /// next refresh waits for a backoff from the second time on.
    #[must_use]
    pub fn invalidate(&mut self, rejected: &Credentials, now: Now) -> bool {
        let Some(kept) = self.kept.take_if(|kept| *kept.credentials == *rejected) else {
            return false;
        };
        let is_young = !self.has_proven(&kept, now);
        let trouble = self.trouble();
        if trouble.wait != Wait::HeldBack {
            trouble.not_before = Duration::ZERO;
        }
        let before = trouble.young_rejections;
        trouble.young_rejections = if is_young { before.saturating_add(1) } else { 0 };
        if is_young {
            self.wait(before, now.monotonic, now);
        }
        true
    }

    /// Whether credentials were not rejected for so long that they were probably accepted.
    fn has_proven(&self, kept: &Kept, now: Now) -> bool {
        let age = now.monotonic.saturating_sub(kept.since.monotonic);
        age > self.policy.backoff.cap.max(SHORTEST_WAIT)
    }

    /// The last credentials that were not rejected, expired or not.
    pub(super) fn kept(&self) -> Option<&Arc<Credentials>> {
        self.kept.as_ref().map(|kept| &kept.credentials)
    }

    /// When they were obtained.
    pub(super) fn kept_since(&self) -> Option<Now> {
        self.kept.as_ref().map(|kept| kept.since)
    }

    /// For how long the credentials will be served without another refresh.
    pub(super) fn served_for(&self, now: Now) -> Duration {
        let left = |kept: &Kept| self.served_until().saturating_sub(kept.monotonic(now));
        self.kept.as_ref().map_or(Duration::ZERO, left)
    }

    /// Whether less than a fifth of the lifetime is left.
    pub(super) fn has_little_left(&self, now: Now) -> bool {
        self.kept.as_ref().is_none_or(|kept| {
            let from = kept.since.monotonic.saturating_add(part(kept.lifetime, 0.8));
            kept.monotonic(now) >= from
        })
    }

    pub(super) const fn is_refreshing(&self) -> bool {
        self.refreshing_since.is_some()
    }

    /// The monotonic time at which the refresh in flight began, or now.
    pub(super) fn began(&self, now: Now) -> Duration {
        self.refreshing_since.unwrap_or(now.monotonic)
    }

    /// Whether no refresh is in flight and none can begin yet.
    pub(super) fn is_backing_off(&self, now: Now) -> bool {
        !self.is_refreshing() && !self.may_skip_backoff() && now.monotonic < self.next_refresh(now)
    }

    /// Whether the last refresh failed in a way that lets the next caller begin another at once.
    pub(super) fn may_skip_backoff(&self) -> bool {
        self.trouble.as_ref().is_some_and(|trouble| trouble.wait == Wait::Excused)
    }

    fn trouble(&mut self) -> &mut Trouble {
        self.trouble.get_or_insert_default()
    }

    /// Sets the backoff after this many failures. While the credentials are valid, the next refresh
    /// waits for a quarter to a half of the remaining lifetime, so that sessions without
    /// credentials come first and a fleet does not return all at once after an outage. The first
    /// wait is up to three quarters: most sessions fail once in an outage, so its range determines
    /// the load peak, and enough time is left for the shorter waits that follow.
    fn wait(&mut self, failures: u32, since: Duration, now: Now) {
        if failures == 0 {
            return;
        }
        let backoff = self.policy.backoff;
        // Half of it is fixed, so that jitter never reduces it to zero.
        let wait = backoff.limit(failures) / 2 + backoff.wait(failures, &mut self.rng) / 2;
        let wait = wait.max(SHORTEST_WAIT);
        let span = if failures == 1 { 0.5 } else { 0.25 };
        let patience = self.served_for(now).mul_f64(0.25 + span * self.rng.f64());
        let trouble = self.trouble();
        trouble.not_before = trouble.not_before.max(since.saturating_add(wait));
        trouble.patient_until = now.monotonic.saturating_add(patience);
    }
}

/// The shortest time from the end of a refresh to the next one under any policy: a refresh that
/// fails at once must not cause a tight loop.
const SHORTEST_WAIT: Duration = Duration::from_millis(250);

/// Repeatedly cancelled tasks must not cause a tight loop either.
const EXCUSED_LOSSES: u32 = 5;

/// Returns a fraction of a duration, from zero to all of it.
fn part(duration: Duration, part: f64) -> Duration {
    duration.mul_f64(if part.is_nan() { 0.0 } else { part.clamp(0.0, 1.0) })
}

/// A century, for credentials without an expiration.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
