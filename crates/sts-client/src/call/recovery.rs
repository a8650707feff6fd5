//! What follows a failed attempt.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use sts_proto::Operation;

use super::judge::{Verdict, judge};
use super::{Call, State};
use crate::error::Failure;
use crate::report::FailedAttempt;
use crate::{Now, backoff};

impl<O: Operation> Call<O> {
    /// Decides what follows a failed attempt.
    pub(super) fn recover(
        &mut self,
        failure: Failure,
        endpoint: usize,
        was_clock_wrong: bool,
        now: Now,
    ) -> State<O::Output> {
        let context = Arc::clone(&self.context);
        let host = context.route.endpoint(endpoint).map_or_else(String::new, ToString::to_string);
        let blames_endpoint = Verdict::blames_endpoint(&failure);
        self.report.failures.push(FailedAttempt::new(host, &failure));
        if blames_endpoint {
            context.route.failed(endpoint, now.ticks);
        }
        // The wording of a refusal for a wrong date is not certain, so it is not looked at.
        let is_clock_corrected = was_clock_wrong && self.keys.is_some() && is_refusal(&failure);
        let may_repeat = self.report.attempts < context.policy.attempts;
        let verdict =
            judge(&failure, self.operation.is_repeatable(), context.skew.correct(now.wall));
        let wait = match verdict {
            _ if is_clock_corrected => {
                let once_more =
                    may_repeat && !self.has_tried_again && self.operation.is_repeatable();
                self.has_tried_again = true;
                return if once_more { State::Ready } else { State::Done(Err(failure)) };
            }
            Verdict::WithOtherKeys => {
                if let (Some(keys), Failure::Service(answer)) = (&self.keys, &failure) {
                    context.key_guard.refuse(&keys.credentials, answer, now.ticks);
                }
                let once_more = may_repeat && !self.has_tried_again && self.keys.is_some();
                self.has_tried_again = true;
                return if once_more {
                    State::Keys { is_asked: false, refusal: Some(failure) }
                } else {
                    State::Done(Err(failure))
                };
            }
            Verdict::GiveUp => return State::Done(Err(failure)),
            _ if blames_endpoint && context.route.has_healthy(now.ticks) => Duration::ZERO,
            Verdict::AfterNamedWait(wait) if wait > context.policy.longest_wait => {
                return State::Done(Err(failure));
            }
            Verdict::AfterNamedWait(wait) => wait,
            Verdict::AfterThrottling => backoff::throttled(&mut self.rng),
            Verdict::AfterBackoff => {
                context.policy.backoff.wait(self.report.attempts, &mut self.rng)
            }
        };
        let until = now.ticks.saturating_add(wait);
        if !may_repeat || until >= self.deadline() || !context.budget.pay() {
            return State::Done(Err(failure));
        }
        if let Some(last) = self.report.failures.last_mut() {
            last.waited = Some(wait);
        }
        State::Waiting { until }
    }

    fn deadline(&self) -> Duration {
        let started = self.started.map_or(Duration::ZERO, |started| started.ticks);
        started.saturating_add(self.context.policy.deadline)
    }
}

fn is_refusal(failure: &Failure) -> bool {
    failure.answer().is_some_and(|answer| answer.status() == StatusCode::UNAUTHORIZED)
}
