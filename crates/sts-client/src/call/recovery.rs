//! Recovery after a failed attempt: gathers the circumstances and executes the decision.

use sts_proto::Operation;

use super::decision::{Circumstances, Correction, Decision, Others, Signature, decide};
use super::evidence::blames_endpoint;
use super::{Call, Sent, State};
use crate::error::Failure;
use crate::platform::Now;
use crate::shared::endpoint_pool::Pick;
use crate::stats::FailedAttempt;
use crate::trace;
use crate::transport::TransportErrorKind;

impl<O: Operation> Call<O> {
    /// Records a failed attempt and decides the next action.
    pub(super) fn recover(
        &mut self,
        failure: Failure,
        sent: Sent,
        is_clock_corrected: bool,
        now: Now,
    ) -> State {
        let mut decision = self.decide(&failure, sent.pick, is_clock_corrected, now);
        if matches!(decision, Decision::Retry(_)) && !self.context.budget.withdraw() {
            decision = Decision::GiveUp;
        }
        self.report_health(&failure, decision, sent, now);
        self.record(&failure, sent, decision);
        match decision {
            Decision::GiveUp => self.finish(Err(failure)),
            Decision::FailOver => {
                self.failovers = self.failovers.saturating_add(1);
                self.ready(failure)
            }
            Decision::SignAgain => {
                self.has_signed_again = true;
                self.ready(failure)
            }
            Decision::ChangeCredentials => {
                self.has_changed_credentials = true;
                self.rejection = Some(failure);
                State::Credentials { is_requested: false }
            }
            Decision::Retry(wait) => {
                self.last_failure = Some(failure);
                State::Waiting { until: now.monotonic.saturating_add(wait) }
            }
        }
    }

    fn ready(&mut self, failure: Failure) -> State {
        self.last_failure = Some(failure);
        State::Ready
    }

    /// Reports to the endpoint pool whether the endpoint is the cause.
    fn report_health(&mut self, failure: &Failure, decision: Decision, sent: Sent, now: Now) {
        let pool = &self.context.pool;
        if !blames_endpoint(failure) && decision != Decision::FailOver {
            match failure {
                Failure::Service(_) => pool.responded(sent.pick),
                _ => pool.abandoned(sent.pick, sent.at.monotonic),
            }
            return;
        }
        if !self.failed_endpoints.contains(&sent.pick.index) {
            self.failed_endpoints.push(sent.pick.index);
        }
        // If the timeout was short from the start, its expiry says little about the endpoint.
        let is_conclusive = !sent.is_cut_short || !is_timeout(failure) || sent.pick.probe.is_some();
        if is_conclusive {
            pool.failed(sent.pick, sent.at.monotonic, now.monotonic);
        } else {
            pool.gave_no_response(sent.pick, sent.at.monotonic);
        }
    }

    fn decide(
        &mut self,
        failure: &Failure,
        pick: Pick,
        is_clock_corrected: bool,
        now: Now,
    ) -> Decision {
        let failed = self.failed_endpoints.iter().filter(|index| **index != pick.index).count();
        let is_alone = failed.saturating_add(1) >= self.context.pool.len();
        let circumstances = Circumstances {
            policy: &self.context.policy,
            attempt: self.stats.attempts.saturating_sub(self.failovers),
            left: self.deadline().saturating_sub(now.monotonic),
            is_repeatable: self.operation.is_repeatable(),
            others: match pick.probe {
                _ if is_alone => Others::None,
                Some(_) => Others::Better,
                None => Others::Left,
            },
            has_budget: self.context.budget.is_available(),
            signature: match self.credentials {
                None => Signature::None,
                Some(_) if self.has_changed_credentials => Signature::Changed,
                Some(_) => Signature::First,
            },
            correction: match is_clock_corrected {
                false => Correction::None,
                true if self.has_signed_again => Correction::Repeated,
                true => Correction::First,
            },
            service_time: self.context.estimated_service_time(now),
            random: self.rng.u64(..),
        };
        decide(failure, &circumstances)
    }

    fn record(&mut self, failure: &Failure, sent: Sent, decision: Decision) {
        let endpoint = self.context.pool.get(sent.pick.index);
        let endpoint = endpoint.map_or_else(String::new, ToString::to_string);
        let mut attempt = failed_attempt(endpoint, failure);
        if let Decision::Retry(wait) = decision {
            attempt.waited = Some(wait);
        }
        trace::attempt_failed(&attempt);
        self.stats.failures.push(attempt);
    }
}

fn is_timeout(failure: &Failure) -> bool {
    matches!(failure, Failure::Transport(error) if error.kind() == TransportErrorKind::Timeout)
}

/// The entry of the report for an attempt that failed.
fn failed_attempt(endpoint: String, failure: &Failure) -> FailedAttempt {
    let response = failure.service_error();
    FailedAttempt {
        endpoint,
        kind: failure.kind(),
        status: response.map(sts_proto::ServiceError::status),
        code: response.and_then(sts_proto::ServiceError::code).cloned(),
        request_id: response.and_then(sts_proto::ServiceError::request_id).map(str::to_owned),
        transport: match failure {
            Failure::Transport(error) => Some(error.kind()),
            _ => None,
        },
        waited: None,
    }
}
