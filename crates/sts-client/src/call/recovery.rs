//! What follows a failed attempt.

use std::time::Duration;

use sts_proto::Operation;

use super::judge::{Verdict, blames_endpoint, judge};
use super::{Call, Sent, State};
use crate::error::Failure;
use crate::report::FailedAttempt;
use crate::transport::TransportErrorKind;
use crate::{Now, backoff, trace};

/// What a call does after a failed attempt.
enum Next {
    /// The failure is the outcome.
    GiveUp,
    /// The same again at once: the clock has been corrected.
    Again,
    /// Once more with other keys, if the source has some.
    WithOtherKeys,
    /// The same again after a wait.
    After(Duration),
}

impl<O: Operation> Call<O> {
    /// Takes a failed attempt down, and decides what follows.
    pub(super) fn recover(
        &mut self,
        failure: Failure,
        sent: Sent,
        is_clock_to_blame: bool,
        now: Now,
    ) -> State<O::Output> {
        let route = &self.context.route;
        let endpoint = route.endpoint(sent.endpoint).map_or_else(String::new, ToString::to_string);
        let mut attempt = FailedAttempt::new(endpoint, &failure);
        // When time ran out that was short from the start, nobody knows whose fault it was.
        let had_no_time = sent.is_cut_short && is_timeout(&failure);
        let blames_endpoint = blames_endpoint(&failure) && !had_no_time;
        if blames_endpoint {
            route.failed(sent.endpoint, now.ticks);
        }
        let next = self.next(&failure, blames_endpoint, is_clock_to_blame, now);
        if let Next::After(wait) = next {
            attempt.waited = Some(wait);
        }
        trace::attempt_failed(&attempt);
        self.report.failures.push(attempt);
        match next {
            Next::GiveUp => State::Done(Err(failure)),
            Next::Again => {
                self.last_failure = Some(failure);
                State::Ready
            }
            Next::WithOtherKeys => State::Keys { is_asked: false, refusal: Some(failure) },
            Next::After(wait) => {
                self.last_failure = Some(failure);
                State::Waiting { until: now.ticks.saturating_add(wait) }
            }
        }
    }

    fn next(
        &mut self,
        failure: &Failure,
        blames_endpoint: bool,
        is_clock_to_blame: bool,
        now: Now,
    ) -> Next {
        let may_repeat = self.report.attempts < self.context.policy.attempts;
        let is_repeatable = self.operation.is_repeatable();
        // The wording of a refusal for a wrong date is not certain, so it was not looked at.
        if is_clock_to_blame {
            let again = may_repeat && is_repeatable && self.takes_second_chance();
            return if again { Next::Again } else { Next::GiveUp };
        }
        let service_now = self.context.service_time(now.wall);
        let verdict = judge(failure, is_repeatable, self.keys.is_some(), service_now);
        if verdict == Verdict::WithOtherKeys {
            let again = may_repeat && self.keys.is_some() && self.takes_second_chance();
            return if again { Next::WithOtherKeys } else { Next::GiveUp };
        }
        let wait = self
            .wait(verdict, blames_endpoint, now)
            .filter(|wait| may_repeat && now.ticks.saturating_add(*wait) < self.deadline());
        match wait {
            Some(wait) if self.context.budget.pay() => Next::After(wait),
            _ => Next::GiveUp,
        }
    }

    /// The wait before the same is tried again, if it is to be at all.
    fn wait(&mut self, verdict: Verdict, blames_endpoint: bool, now: Now) -> Option<Duration> {
        let policy = &self.context.policy;
        match verdict {
            Verdict::GiveUp | Verdict::WithOtherKeys => None,
            // Another endpoint has not failed, so it need not be spared.
            _ if blames_endpoint && self.context.route.has_healthy(now.ticks) => {
                Some(Duration::ZERO)
            }
            Verdict::AfterNamedWait(wait) => (wait <= policy.longest_wait).then_some(wait),
            Verdict::AfterThrottling => Some(backoff::throttled(&mut self.rng)),
            Verdict::AfterBackoff => Some(policy.backoff.wait(self.report.attempts, &mut self.rng)),
        }
    }

    fn deadline(&self) -> Duration {
        let started = self.started.map_or(Duration::ZERO, |started| started.ticks);
        started.saturating_add(self.context.policy.deadline)
    }
}

fn is_timeout(failure: &Failure) -> bool {
    matches!(failure, Failure::Transport(error) if error.kind() == TransportErrorKind::Timeout)
}
