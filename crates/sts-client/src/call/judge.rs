//! Whether a failed attempt is made again: the one place that decides it.

use std::time::Duration;

use http::StatusCode;
use sts_proto::{ErrorKind, RetryAdvice};
use time::OffsetDateTime;

use crate::error::Failure;
use crate::transport::{Progress, TransportErrorKind};

/// What to do after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The failure is the outcome.
    GiveUp,
    /// The same again, after the wait that the service asks for.
    AfterNamedWait(Duration),
    /// The same again, after the pause that throttling wants.
    AfterThrottling,
    /// The same again, after a back-off; at another endpoint at once.
    AfterBackoff,
    /// Once more with other keys.
    WithOtherKeys,
}

/// Whether another endpoint may do better.
pub(super) fn blames_endpoint(failure: &Failure) -> bool {
    match failure {
        Failure::Transport(_) => true,
        Failure::Service(answer) => answer.kind() == ErrorKind::Unavailable,
        _ => false,
    }
}

/// Judges a failure. `is_repeatable` tells whether a request that may have reached the service
/// can be sent again, `is_signed` whether keys signed it; `now` is the service's time, as far as
/// it is known.
pub(super) fn judge(
    failure: &Failure,
    is_repeatable: bool,
    is_signed: bool,
    now: OffsetDateTime,
) -> Verdict {
    match failure {
        Failure::Transport(error) => {
            let surely_not_sent = error.progress() == Progress::NotSent;
            if is_transient(error.kind()) && (is_repeatable || surely_not_sent) {
                Verdict::AfterBackoff
            } else {
                Verdict::GiveUp
            }
        }
        Failure::Service(_) if !is_repeatable => Verdict::GiveUp,
        // Whatever the code says: never again with the same keys.
        Failure::Service(answer) if is_signed && answer.status() == StatusCode::UNAUTHORIZED => {
            Verdict::WithOtherKeys
        }
        Failure::Service(answer) => match answer.kind().advice() {
            RetryAdvice::AfterBackoff => match answer.wait(now) {
                Some(wait) => Verdict::AfterNamedWait(wait),
                None if answer.kind() == ErrorKind::Throttled => Verdict::AfterThrottling,
                None => Verdict::AfterBackoff,
            },
            RetryAdvice::AfterNewCredentials | RetryAdvice::AfterLock => Verdict::WithOtherKeys,
            // A clock is corrected before this is asked, or cannot be corrected.
            _ => Verdict::GiveUp,
        },
        _ => Verdict::GiveUp,
    }
}

/// Faults that pass. What is too large or no HTTP now will be the same again.
fn is_transient(kind: TransportErrorKind) -> bool {
    match kind {
        TransportErrorKind::Resolve
        | TransportErrorKind::Connect
        | TransportErrorKind::Tls
        | TransportErrorKind::Timeout
        | TransportErrorKind::Closed
        | TransportErrorKind::Other => true,
        TransportErrorKind::TooLarge
        | TransportErrorKind::Protocol
        | TransportErrorKind::Cancelled => false,
    }
}
