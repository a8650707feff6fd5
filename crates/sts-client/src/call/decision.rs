//! The retry decision: a pure function of a failure and its circumstances.

use std::time::Duration;

use http::StatusCode;
use sts_proto::{ErrorKind, RetryAdvice, ServiceError};
use time::OffsetDateTime;

use super::evidence::{blames_endpoint, is_from_service};
use crate::context::CallPolicy;
use crate::error::Failure;
use crate::shared::backoff;
use crate::transport::{Progress, TransportErrorKind};

/// Minimum time for a further attempt. With less, it would end as a timeout and hide the previous
/// failure.
pub(super) const SHORTEST_ATTEMPT: Duration = Duration::from_millis(50);

/// The next action of a call after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// The failure is the outcome.
    GiveUp,
    /// Repeat at once at an endpoint that has not failed in this call.
    FailOver,
    /// Repeat at once, signed with the corrected clock.
    SignAgain,
    /// Repeat with other credentials, if the provider has some.
    ChangeCredentials,
    /// Repeat after a wait, which withdraws from the retry budget.
    Retry(Duration),
}

/// The circumstances of a failed attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circumstances<'a> {
    pub(super) policy: &'a CallPolicy,
    /// The number of the attempt, from 1. Failovers do not count.
    pub(super) attempt: u32,
    /// Time until the deadline of the call.
    pub(super) left: Duration,
    /// Whether a request that may have reached the service can be sent again.
    pub(super) is_repeatable: bool,
    pub(super) others: Others,
    /// Whether the retry budget allows a retry.
    pub(super) has_budget: bool,
    pub(super) signature: Signature,
    pub(super) correction: Correction,
    /// The service's time, as far as it is known.
    pub(super) service_time: OffsetDateTime,
    /// The random number for the jitter.
    pub(super) random: u64,
}

/// Endpoints that have not failed in the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Others {
    None,
    Left,
    /// A healthy endpoint is left, and the attempt was the probe of one that was down.
    Better,
}

/// The credentials of the attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signature {
    None,
    /// The credentials that the provider gave first.
    First,
    /// The call has already asked for other credentials.
    Changed,
}

/// Whether the request was rejected for a signing date that can be corrected now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Correction {
    None,
    First,
    /// The call has already been signed again after a correction.
    Repeated,
}

/// Decides the next action after a failed attempt.
pub(super) fn decide(failure: &Failure, circumstances: &Circumstances<'_>) -> Decision {
    let Circumstances { policy, attempt, left, .. } = *circumstances;
    if policy.attempts <= 1 || left <= SHORTEST_ATTEMPT {
        return Decision::GiveUp;
    }
    if !circumstances.is_repeatable && may_have_been_carried_out(failure) {
        return Decision::GiveUp;
    }
    let is_last = attempt >= policy.attempts;
    // The wording of a rejection for a wrong date is not documented, so it is not considered.
    match circumstances.correction {
        Correction::None => {}
        Correction::First if !is_last => return Decision::SignAgain,
        Correction::First | Correction::Repeated => return Decision::GiveUp,
    }
    if circumstances.signature != Signature::None && is_other_401(failure) {
        return Decision::GiveUp;
    }
    let has_others = circumstances.others != Others::None;
    if blames_endpoint(failure) && has_others {
        return Decision::FailOver;
    }
    let decision = if is_last { Decision::GiveUp } else { repeat(failure, circumstances) };
    let is_throttled =
        matches!(failure, Failure::Service(error) if error.kind() == ErrorKind::Throttled);
    if is_throttled && has_others {
        // A limit of one endpoint passes within seconds, or another endpoint has capacity.
        let is_last_retry = attempt.saturating_add(1) >= policy.attempts;
        let is_better = circumstances.others == Others::Better;
        if decision == Decision::GiveUp || is_better || is_last_retry {
            return Decision::FailOver;
        }
    }
    decision
}

/// Decides whether the same endpoint is retried.
fn repeat(failure: &Failure, circumstances: &Circumstances<'_>) -> Decision {
    let Circumstances { policy, attempt, left, random, .. } = *circumstances;
    let wait = |kind, requested| match policy.wait(kind, requested, attempt, random) {
        Some(wait) => retry(wait, circumstances),
        None => Decision::GiveUp,
    };
    match failure {
        // One retry for a proxy that cannot reach the host, because it gets its credentials each
        // time.
        Failure::Transport(error) if error.proxy().is_some() && attempt > 1 => Decision::GiveUp,
        Failure::Transport(error) if is_transient(error.kind()) => wait(ErrorKind::Transport, None),
        Failure::Service(error) if error.kind().rejects_credentials() => {
            change_credentials(error, circumstances)
        }
        Failure::Service(error) if error.kind().advice() == RetryAdvice::AfterBackoff => {
            match error.wait(circumstances.service_time) {
                // The jitter ends in time for another attempt.
                Some(requested) if requested <= policy.longest_wait => {
                    let longest = policy.longest_wait.min(left.saturating_sub(SHORTEST_ATTEMPT));
                    retry(backoff::requested(requested, longest, random), circumstances)
                }
                requested => wait(error.kind(), requested),
            }
        }
        _ => Decision::GiveUp,
    }
}

/// Retries only if the wait ends before the deadline and the retry budget allows it.
fn retry(wait: Duration, circumstances: &Circumstances<'_>) -> Decision {
    if wait < circumstances.left && circumstances.has_budget {
        Decision::Retry(wait)
    } else {
        Decision::GiveUp
    }
}

fn change_credentials(error: &ServiceError, circumstances: &Circumstances<'_>) -> Decision {
    // A captive portal's 401 must not make the provider drop its credentials.
    let is_certain = error.kind() != ErrorKind::InvalidCredentials || is_from_service(error);
    if is_certain && circumstances.signature == Signature::First {
        Decision::ChangeCredentials
    } else {
        Decision::GiveUp
    }
}

fn may_have_been_carried_out(failure: &Failure) -> bool {
    match failure {
        Failure::Transport(error) => error.progress() != Progress::NotSent,
        _ => true,
    }
}

/// Whether a response is a 401 by its status, and of another kind by its code. The status is reason
/// enough not to repeat the signature, and the code not to drop the credentials.
fn is_other_401(failure: &Failure) -> bool {
    matches!(failure, Failure::Service(error)
        if error.status() == StatusCode::UNAUTHORIZED && !error.kind().rejects_credentials())
}

/// Whether a transport failure is transient. A response that is too large or not HTTP will be the
/// same again, and a proxy that rejected credentials may lock their account.
fn is_transient(kind: TransportErrorKind) -> bool {
    match kind {
        TransportErrorKind::Resolve
        | TransportErrorKind::Connect
        | TransportErrorKind::Tls
        | TransportErrorKind::Timeout
        | TransportErrorKind::Closed
        | TransportErrorKind::Other => true,
        TransportErrorKind::Proxy
        | TransportErrorKind::TooLarge
        | TransportErrorKind::Protocol
        | TransportErrorKind::Cancelled => false,
    }
}

#[cfg(test)]
mod tests;
