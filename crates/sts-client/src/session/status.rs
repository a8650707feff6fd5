//! What a session reports about itself: its status, and events for observers.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;

use super::credential_state::CredentialState;
use crate::error::SessionError;
use crate::transport::{MaybeSend, MaybeSync};

/// Snapshot of a session, for health checks, metrics and support cases. It contains no secret.
///
/// Points in time are those of the local wall clock, except for
/// [`expires_at`](Self::expires_at).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SessionStatus {
    /// The [label of the provider](super::RefreshProvider::label), for example the agency.
    pub label: Arc<str>,
    /// Whether credentials are served, and whether a refresh is due.
    pub state: CredentialState,
    /// Whether refreshes succeed. Logs report its changes.
    pub health: SessionHealth,
    /// Whether a refresh is in flight.
    pub is_refreshing: bool,
    /// When the session obtained the current credentials. `None` if there are none, or if the
    /// service rejected them.
    pub issued_at: Option<OffsetDateTime>,
    /// When the current credentials expire, by the clock of their issuer.
    pub expires_at: Option<OffsetDateTime>,
    /// For how long the current credentials will be served, even if all refreshes fail. Zero if
    /// they are expired.
    pub served_for: Duration,
    /// The time until the next refresh can begin. Zero if one is due or in flight.
    pub next_refresh_in: Duration,
    /// When the last successful refresh ended.
    pub last_success: Option<OffsetDateTime>,
    /// The last failed refresh. It is kept after later successful refreshes.
    pub last_failure: Option<RefreshFailure>,
    /// The duration of the last refresh, whether it succeeded or not.
    pub last_refresh_took: Option<Duration>,
    /// The number of failed refreshes since the last successful one.
    pub consecutive_failures: u64,
    /// Totals since the session was made.
    pub counters: SessionCounters,
}

/// Totals of a session since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionCounters {
    /// Refreshes that returned credentials that can be served.
    pub refreshes: u64,
    /// Refreshes that failed.
    pub failures: u64,
    /// Requests for credentials that waited for a refresh because no credentials were valid.
    pub waits: u64,
    /// Requests that were served [stale](CredentialState::Stale) credentials.
    pub served_stale: u64,
    /// Credentials that were dropped because the service rejected them.
    pub invalidations: u64,
}

/// A failed refresh.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RefreshFailure {
    /// When it ended.
    pub at: OffsetDateTime,
    /// Its error, with kind, code and request id.
    pub error: SessionError,
}

/// Whether the refreshes of a session succeed. Later values are worse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SessionHealth {
    /// The last refresh succeeded, or there has been none.
    #[default]
    Healthy,
    /// The last refresh failed. Callers receive the previous credentials.
    Failing,
    /// The last refresh failed, and less than a fifth of the lifetime of the credentials is left.
    Expiring,
    /// The last refresh failed, and the credentials have expired or were rejected: callers receive
    /// errors.
    Unavailable,
}

impl SessionHealth {
    /// Returns the name of the value, for metrics and logs: `healthy`, `failing`, `expiring` or
    /// `unavailable`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Failing => "failing",
            Self::Expiring => "expiring",
            Self::Unavailable => "unavailable",
        }
    }
}

/// Event of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionEvent {
    /// A refresh returned credentials.
    #[non_exhaustive]
    Refreshed {
        /// Whether the session was not [healthy](SessionHealth::Healthy) before.
        has_recovered: bool,
    },
    /// A refresh failed.
    #[non_exhaustive]
    RefreshFailed {
        /// Whether the [health](SessionStatus::health) is worse than at the previous event.
        has_worsened: bool,
    },
    /// A caller receives an error while no refresh is made, because the credentials expired between
    /// two failed refreshes or are rejected repeatedly. Reported once until the session recovers.
    Unavailable,
    /// The service rejected the credentials, and they were dropped.
    Invalidated,
}

/// Receives the events of a session, for metrics.
///
/// An observer is called after the event, outside of all locks of the session, by the task or
/// thread that caused it. It must not block. If two events happen at the same time on two threads,
/// their order is not defined. A panic of an observer is caught, and does not reach the callers of
/// the session.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use sts_client::session::{SessionEvent, SessionObserver, SessionStatus};
///
/// #[derive(Default)]
/// struct Failures(AtomicU64);
///
/// impl SessionObserver for Failures {
///     fn observe(&self, _: SessionEvent, status: &SessionStatus) {
///         self.0.store(status.counters.failures, Ordering::Relaxed);
///     }
/// }
/// ```
pub trait SessionObserver: MaybeSend + MaybeSync {
    /// Takes an event with the status right after it.
    fn observe(&self, event: SessionEvent, status: &SessionStatus);
}

impl<O: SessionObserver + ?Sized> SessionObserver for Arc<O> {
    fn observe(&self, event: SessionEvent, status: &SessionStatus) {
        (**self).observe(event, status);
    }
}
