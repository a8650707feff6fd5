//! `tracing` events of sessions, documented in `docs/observability.md`.

#[cfg(feature = "tracing")]
use tracing::{debug, error, info, warn};

#[cfg(feature = "tracing")]
use super::status::SessionHealth;
use super::status::{SessionEvent, SessionStatus};

#[cfg(not(feature = "tracing"))]
pub(super) fn log(_: SessionEvent, _: &SessionStatus) {}

/// Logs an event of a session.
#[cfg(feature = "tracing")]
pub(super) fn log(event: SessionEvent, status: &SessionStatus) {
    /// Writes an event with the fields that all events of a session have.
    macro_rules! event {
        ($macro:ident, $message:literal $(, $field:ident = $value:expr)*) => {
            $macro!(
                target: "sts_client",
                session = &*status.label,
                health = status.health.as_str(),
                served_for_s = status.served_for.as_secs(),
                next_refresh_s = status.next_refresh_in.as_secs(),
                $($field = $value,)*
                $message
            )
        };
    }
    let failure = status.last_failure.as_ref().map(|failure| &failure.error);
    macro_rules! log_failure {
        ($macro:ident, $message:literal) => {
            event!(
                $macro,
                $message,
                failures = status.consecutive_failures,
                kind = failure.map(|error| error.kind().as_str()),
                status = failure.and_then(|error| Some(error.status()?.as_u16())),
                code = failure.and_then(|error| error.code()),
                request_id = failure.and_then(|error| error.request_id()),
                error = failure.map(tracing::field::display)
            )
        };
    }
    let took_ms = status.last_refresh_took.map(|took| took.as_secs_f64() * 1000.0);
    match event {
        SessionEvent::Refreshed { has_recovered: true } => {
            event!(info, "credential refresh recovered", took_ms = took_ms);
        }
        SessionEvent::Refreshed { .. } if status.counters.refreshes == 1 => {
            event!(info, "credentials obtained", took_ms = took_ms);
        }
        SessionEvent::Refreshed { .. } => {
            event!(debug, "credentials refreshed", took_ms = took_ms);
        }
        SessionEvent::RefreshFailed { has_worsened: true } => match status.health {
            SessionHealth::Healthy | SessionHealth::Failing => {
                log_failure!(warn, "credential refresh failed");
            }
            SessionHealth::Expiring => {
                log_failure!(warn, "credentials expire soon, and their refresh fails");
            }
            SessionHealth::Unavailable => log_failure!(error, "no valid credentials"),
        },
        SessionEvent::RefreshFailed { .. } => {
            log_failure!(debug, "credential refresh failed again");
        }
        SessionEvent::Unavailable => log_failure!(error, "no valid credentials"),
        SessionEvent::Invalidated => {
            event!(warn, "rejected credentials dropped");
        }
    }
}
