//! What follows a failed attempt.

use std::time::Duration;

use http::StatusCode;
use sts_proto::Operation;

use super::judge::{Verdict, judge};
use super::{Call, State};
use crate::error::Failure;
use crate::report::FailedAttempt;
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
        endpoint: usize,
        was_clock_wrong: bool,
        now: Now,
    ) -> State<O::Output> {
        let route = &self.context.route;
        let host = route.endpoint(endpoint).map_or_else(String::new, ToString::to_string);
        let mut attempt = FailedAttempt::new(host, &failure);
        if Verdict::blames_endpoint(&failure) {
            route.failed(endpoint, now.ticks);
        }
        let next = self.next(&failure, was_clock_wrong, now);
        if let Next::After(wait) = next {
            attempt.waited = Some(wait);
        }
        trace::attempt_failed(&attempt);
        self.report.failures.push(attempt);
        match next {
            Next::GiveUp => State::Done(Err(failure)),
            Next::Again => State::Ready,
            Next::WithOtherKeys => State::Keys { is_asked: false, refusal: Some(failure) },
            Next::After(wait) => State::Waiting { until: now.ticks.saturating_add(wait) },
        }
    }

    fn next(&mut self, failure: &Failure, was_clock_wrong: bool, now: Now) -> Next {
        let may_repeat = self.report.attempts < self.context.policy.attempts;
        let is_repeatable = self.operation.is_repeatable();
        // The wording of a refusal for a wrong date is not certain, so it is not looked at.
        if was_clock_wrong && self.keys.is_some() && is_refusal(failure) {
            let again = may_repeat && is_repeatable && self.takes_second_chance();
            return if again { Next::Again } else { Next::GiveUp };
        }
        let service_now = self.context.service_time(now.wall);
        let verdict = judge(failure, is_repeatable, service_now);
        if verdict == Verdict::WithOtherKeys {
            let again = self.leave_keys_alone(failure, now) && may_repeat;
            return if again && self.takes_second_chance() {
                Next::WithOtherKeys
            } else {
                Next::GiveUp
            };
        }
        let wait = self
            .wait(verdict, failure, now)
            .filter(|wait| may_repeat && now.ticks.saturating_add(*wait) < self.deadline());
        match wait {
            Some(wait) if self.context.budget.pay() => Next::After(wait),
            _ => Next::GiveUp,
        }
    }

    /// The wait before the same is tried again, if it is to be at all.
    fn wait(&mut self, verdict: Verdict, failure: &Failure, now: Now) -> Option<Duration> {
        let policy = &self.context.policy;
        match verdict {
            Verdict::GiveUp | Verdict::WithOtherKeys => None,
            // Another endpoint has not failed, so it need not be spared.
            _ if Verdict::blames_endpoint(failure) && self.context.route.has_healthy(now.ticks) => {
                Some(Duration::ZERO)
            }
            Verdict::AfterNamedWait(wait) => (wait <= policy.longest_wait).then_some(wait),
            Verdict::AfterThrottling => Some(backoff::throttled(&mut self.rng)),
            Verdict::AfterBackoff => Some(policy.backoff.wait(self.report.attempts, &mut self.rng)),
        }
    }

    /// Keys that were refused are used no more, by no call. Returns whether there were any.
    fn leave_keys_alone(&self, failure: &Failure, now: Now) -> bool {
        let (Some(keys), Failure::Service(answer)) = (&self.keys, failure) else { return false };
        self.context.key_guard.refuse(&keys.credentials, answer, now.ticks);
        true
    }

    /// After a refusal of keys or date there is one further try, whichever it was.
    fn takes_second_chance(&mut self) -> bool {
        !std::mem::replace(&mut self.has_tried_again, true)
    }

    fn deadline(&self) -> Duration {
        let started = self.started.map_or(Duration::ZERO, |started| started.ticks);
        started.saturating_add(self.context.policy.deadline)
    }
}

fn is_refusal(failure: &Failure) -> bool {
    failure.answer().is_some_and(|answer| answer.status() == StatusCode::UNAUTHORIZED)
}
