//! The keys of a call: taken from the source, held back when the service refused them, and judged
//! by what comes of each request.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use sts_proto::{Caller, CodeFamily, Credentials, Error, ErrorKind, Operation};

use super::{Call, State};
use crate::Now;
use crate::error::Failure;
use crate::key_guard::{Admission, KeyVerdict};
use crate::source::SourceError;

impl<O: Operation> Call<O> {
    /// Takes what the source gave, in place of keys that `refusal` is about.
    pub(super) fn take_keys(
        &mut self,
        credentials: Result<Arc<Credentials>, SourceError>,
        refusal: Option<Failure>,
    ) -> Result<(), Failure> {
        let credentials = match (credentials, refusal) {
            // The source has no others; what happened is the refusal.
            (Err(_), Some(refusal)) => return Err(refusal),
            (Ok(credentials), Some(refusal))
                if self.keys.as_ref().is_some_and(|keys| *keys.credentials == *credentials) =>
            {
                return Err(refusal);
            }
            (credentials, _) => credentials.map_err(Failure::Credentials)?,
        };
        if credentials.is_temporary() && !self.is_valid_for_all {
            self.validate(Caller::Temporary)?;
        }
        let keys = self.context.keys(&credentials).map_err(|error| {
            let message = "the keys cannot sign";
            Failure::Credentials(SourceError::new(message).with_source(error))
        })?;
        self.keys = Some(keys);
        Ok(())
    }

    /// Whether a request may be signed now: `None` if so, else how long to wait, or what the call
    /// does instead.
    pub(super) fn admit(&mut self, now: Now) -> Result<Option<Duration>, State<O::Output>> {
        let Some(keys) = &self.keys else { return Ok(None) };
        match self.context.key_guard.admit(&keys.credentials, now.ticks) {
            Admission::Go => Ok(None),
            Admission::Wait(wait) => Ok(Some(wait)),
            Admission::Refused(answer, wait) => {
                let refusal = Failure::KeyRefused { answer, wait };
                // The source may have others, and does not know of the refusal.
                Err(if self.takes_second_chance() {
                    State::Keys { is_asked: false, refusal: Some(refusal) }
                } else {
                    State::Done(Err(refusal))
                })
            }
        }
    }

    /// Tells the guard what an outcome says about the keys. Returns whether a refusal is put down
    /// to the clock.
    pub(super) fn settle_keys(
        &self,
        outcome: &Result<O::Output, Failure>,
        was_clock_wrong: bool,
        ticks: Duration,
    ) -> bool {
        let Some(keys) = &self.keys else { return false };
        let guard = &self.context.key_guard;
        let verdict = match outcome {
            Ok(_) => KeyVerdict::Accepted,
            Err(Failure::Service(answer)) => verdict_of(answer),
            Err(_) => KeyVerdict::Nothing,
        };
        let is_excused = matches!(verdict, KeyVerdict::Refused(_))
            && was_clock_wrong
            && guard.excuse(&keys.credentials);
        let verdict = if is_excused { KeyVerdict::Nothing } else { verdict };
        guard.settle(&keys.credentials, &verdict, ticks);
        is_excused
    }

    /// The keys were admitted, but nothing will be learned of them.
    pub(super) fn release_keys(&self, ticks: Duration) {
        if let Some(keys) = &self.keys {
            self.context.key_guard.settle(&keys.credentials, &KeyVerdict::Nothing, ticks);
        }
    }

    /// After a refusal of keys or date there is one further try, whichever it was.
    pub(super) fn takes_second_chance(&mut self) -> bool {
        !std::mem::replace(&mut self.has_tried_again, true)
    }
}

/// A call that is dropped while its request is out will not tell what came of it.
impl<O: Operation> Drop for Call<O> {
    fn drop(&mut self) {
        if let State::Sent(sent) = self.state {
            self.release_keys(sent.at.ticks);
        }
    }
}

fn verdict_of(answer: &Error) -> KeyVerdict<'_> {
    let is_refusal = answer.status() == StatusCode::UNAUTHORIZED
        || matches!(
            answer.kind(),
            ErrorKind::InvalidCredentials
                | ErrorKind::ExpiredCredentials
                | ErrorKind::KeyLocked
                | ErrorKind::ClockSkew
        );
    if is_refusal {
        return KeyVerdict::Refused(answer);
    }
    // The service itself is behind the gateway, which has looked at the signature by then.
    let family = answer.code().map(sts_proto::ErrorCode::family);
    let is_judged = answer.status().is_client_error()
        && matches!(family, Some(CodeFamily::Sts5 | CodeFamily::Pap5));
    if is_judged { KeyVerdict::Accepted } else { KeyVerdict::Nothing }
}
