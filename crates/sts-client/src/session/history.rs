//! The history of a session: what its status and its events are made of.

use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

use super::credential_state::CredentialState;
use super::log::log;
use super::machine::SessionMachine;
use super::status::{
    RefreshFailure, SessionCounters, SessionEvent, SessionHealth, SessionObserver, SessionStatus,
};
use crate::error::SessionError;
use crate::platform::Now;

/// Outcomes of refreshes so far, protected by the lock of the session.
#[derive(Default)]
pub(super) struct History {
    refreshes: u64,
    last_success: Option<OffsetDateTime>,
    last_refresh_took: Option<Duration>,
    /// What most sessions of a pool do not have, and so allocate no memory for.
    rare: Option<Box<Rare>>,
}

/// Failures, rejections and the observer.
#[derive(Default)]
struct Rare {
    observer: Option<Arc<dyn SessionObserver>>,
    failures: u64,
    invalidations: u64,
    consecutive_failures: u32,
    last_failure: Option<RefreshFailure>,
    /// The worst health since the last success that an event reported.
    reported: SessionHealth,
}

/// An event to report after the lock is released, because logs and observers run user code.
#[must_use]
pub(super) struct Notice {
    event: SessionEvent,
    status: SessionStatus,
    observer: Option<Arc<dyn SessionObserver>>,
}

impl History {
    /// Returns the previous observer.
    pub(super) fn set_observer(
        &mut self,
        observer: Arc<dyn SessionObserver>,
    ) -> Option<Arc<dyn SessionObserver>> {
        self.rare().observer.replace(observer)
    }

    pub(super) fn succeeded(&mut self, took: Duration, now: Now) -> SessionEvent {
        self.refreshes = self.refreshes.saturating_add(1);
        self.last_success = Some(now.wall);
        self.last_refresh_took = Some(took);
        let has_recovered = self.rare.as_deref_mut().is_some_and(|rare| {
            rare.consecutive_failures = 0;
            mem::take(&mut rare.reported) > SessionHealth::Healthy
        });
        SessionEvent::Refreshed { has_recovered }
    }

    /// Call it after the state machine has recorded the failure.
    pub(super) fn failed(
        &mut self,
        error: SessionError,
        took: Duration,
        machine: &SessionMachine,
        now: Now,
    ) -> SessionEvent {
        self.last_refresh_took = Some(took);
        let rare = self.rare();
        rare.failures = rare.failures.saturating_add(1);
        rare.consecutive_failures = rare.consecutive_failures.saturating_add(1);
        rare.last_failure = Some(RefreshFailure { at: now.wall, error });
        SessionEvent::RefreshFailed { has_worsened: self.has_worsened(machine, now) }
    }

    /// The error of the last refresh, if it failed.
    pub(super) fn failure(&self) -> Option<&SessionError> {
        let rare = self.rare.as_deref().filter(|rare| rare.consecutive_failures > 0)?;
        rare.last_failure.as_ref().map(|failure| &failure.error)
    }

    /// A caller receives an error without a refresh. Returns the first such event of an outage.
    pub(super) fn unavailable(
        &mut self,
        machine: &SessionMachine,
        now: Now,
    ) -> Option<SessionEvent> {
        self.has_worsened(machine, now).then_some(SessionEvent::Unavailable)
    }

    pub(super) fn invalidated(&mut self) -> SessionEvent {
        let rare = self.rare();
        rare.invalidations = rare.invalidations.saturating_add(1);
        SessionEvent::Invalidated
    }

    fn has_worsened(&mut self, machine: &SessionMachine, now: Now) -> bool {
        let health = self.health(machine, now);
        if health == SessionHealth::Healthy {
            return false;
        }
        let reported = &mut self.rare().reported;
        let has_worsened = health > *reported;
        *reported = health.max(*reported);
        has_worsened
    }

    fn health(&self, machine: &SessionMachine, now: Now) -> SessionHealth {
        let has_failures = self.consecutive_failures() > 0;
        if machine.state(now) == CredentialState::Expired {
            let has_failed = has_failures && !machine.may_skip_backoff();
            if has_failed || machine.is_backing_off(now) {
                return SessionHealth::Unavailable;
            }
        }
        if !has_failures {
            SessionHealth::Healthy
        } else if machine.has_little_left(now) {
            SessionHealth::Expiring
        } else {
            SessionHealth::Failing
        }
    }

    fn consecutive_failures(&self) -> u32 {
        self.rare.as_deref().map_or(0, |rare| rare.consecutive_failures)
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Returns the status without a label. `callers` counts those that the history does not see.
    pub(super) fn status(
        &self,
        machine: &SessionMachine,
        callers: SessionCounters,
        now: Now,
    ) -> SessionStatus {
        let kept = machine.kept();
        let rare = self.rare.as_deref();
        SessionStatus {
            label: Arc::default(),
            state: machine.state(now),
            health: self.health(machine, now),
            is_refreshing: machine.is_refreshing(),
            issued_at: machine.kept_since().map(|since| since.wall),
            expires_at: kept.and_then(|credentials| credentials.expiration),
            served_for: machine.served_for(now),
            next_refresh_in: if machine.is_refreshing() {
                Duration::ZERO
            } else {
                machine.next_refresh(now).saturating_sub(now.monotonic)
            },
            last_success: self.last_success,
            last_failure: rare.and_then(|rare| rare.last_failure.clone()),
            last_refresh_took: self.last_refresh_took,
            consecutive_failures: self.consecutive_failures().into(),
            counters: SessionCounters {
                refreshes: self.refreshes,
                failures: rare.map_or(0, |rare| rare.failures),
                invalidations: rare.map_or(0, |rare| rare.invalidations),
                ..callers
            },
        }
    }

    pub(super) fn notice(&self, event: SessionEvent, status: SessionStatus) -> Notice {
        let observer = self.rare.as_deref().and_then(|rare| rare.observer.clone());
        Notice { event, status, observer }
    }
}

impl Notice {
    /// Logs the event and calls the observer. No lock may be held.
    pub(super) fn report(self, label: String) {
        let Self { event, status, observer } = self;
        let status = SessionStatus { label: label.into(), ..status };
        log(event, &status);
        if let Some(observer) = observer {
            // An observer must not fail the callers of the session.
            drop(panic::catch_unwind(AssertUnwindSafe(|| observer.observe(event, &status))));
        }
    }
}
