//! The credentials of a call: obtained from the provider, held back while they are rejected, and
//! settled by the outcome of each request.

use std::sync::Arc;
use std::time::Duration;

use sts_credentials::CredentialsError;
use sts_proto::{Caller, Credentials, Operation};

use super::evidence::verdict;
use super::{Call, NotAdmitted, Sent, State};
use crate::error::Failure;
use crate::platform::Now;
use crate::shared::rejected_keys::{Admission, Slot, Verdict};

impl<O: Operation> Call<O> {
    /// Takes the provider's result, after a rejection in place of the rejected credentials.
    pub(super) fn take_credentials(
        &mut self,
        credentials: Result<Arc<Credentials>, CredentialsError>,
    ) -> Result<(), Failure> {
        let credentials = match (credentials, self.rejection.take()) {
            // The provider has no other credentials, so the rejection is the outcome.
            (Err(error), Some(rejection)) => {
                self.provider_error = Some(error);
                return Err(rejection);
            }
            (Ok(credentials), Some(rejection)) => {
                let ours = self.credentials.as_ref();
                if ours.is_some_and(|ours| *ours.credentials == *credentials) {
                    return Err(rejection);
                }
                // It is the outcome if another attempt would exceed the deadline.
                self.last_failure = Some(rejection);
                credentials
            }
            (credentials, None) => credentials.map_err(Failure::Credentials)?,
        };
        if credentials.is_temporary() && !self.is_valid_for_all {
            self.validate(Caller::Temporary)?;
        }
        let prepared = self.context.prepare(&credentials).map_err(|error| {
            let message = "cannot sign with these credentials";
            Failure::Credentials(CredentialsError::new(message).with_source(error))
        })?;
        self.credentials = Some(prepared);
        Ok(())
    }

    /// Whether a request may be signed now, for an attempt of at most `timeout`. If not, returns
    /// what the call does instead.
    pub(super) fn admit(
        &mut self,
        timeout: Duration,
        now: Now,
    ) -> Result<Option<Slot>, NotAdmitted> {
        let Some(ours) = &self.credentials else { return Ok(None) };
        let context = &self.context;
        // Requires a known clock offset: a wrong local clock would never be corrected otherwise.
        if let Some(time) = context.clock_offset.service_time(now)
            && let Some(expiration) = ours.credentials.expiration
            && expiration <= time
        {
            return Err(self.change_credentials(Failure::CredentialsExpired { expiration }));
        }
        let attempt_until = now.monotonic.saturating_add(timeout);
        let is_suspect = context.clock_offset.is_suspect(now);
        let keys = &context.rejected_keys;
        match keys.admit(&ours.credentials, is_suspect, attempt_until, now.monotonic) {
            Admission::Go(slot) => Ok(Some(slot)),
            Admission::Wait(wait) => Err(NotAdmitted::Wait(wait)),
            Admission::Rejected(response, wait) => {
                Err(self.change_credentials(Failure::CredentialsRejected { response, wait }))
            }
        }
    }

    /// The provider may have other credentials, and does not know that these are unusable.
    fn change_credentials(&mut self, failure: Failure) -> NotAdmitted {
        NotAdmitted::Next(if std::mem::replace(&mut self.has_changed_credentials, true) {
            self.finish(Err(failure))
        } else {
            self.rejection = Some(failure);
            State::Credentials { is_requested: false }
        })
    }

    /// Records what an outcome proves about the credentials. A rejection that clock skew explains
    /// proves nothing.
    pub(super) fn settle(
        &self,
        outcome: &Result<O::Output, Failure>,
        is_excused: bool,
        sent: Sent,
        now: Now,
    ) {
        let verdict = if is_excused { Verdict::None } else { verdict(outcome) };
        self.settle_slot(sent.slot, &verdict, now.monotonic);
    }

    /// Releases the slot of a request whose outcome remains unknown.
    pub(super) fn release(&self, slot: Option<Slot>, monotonic: Duration) {
        self.settle_slot(slot, &Verdict::None, monotonic);
    }

    fn settle_slot(&self, slot: Option<Slot>, verdict: &Verdict<'_>, monotonic: Duration) {
        if let (Some(slot), Some(ours)) = (slot, &self.credentials) {
            self.context.rejected_keys.settle(&ours.credentials, slot, verdict, monotonic);
        }
    }
}

/// The endpoint of a request that is in flight when the call is dropped gave no response.
///
/// The slot of its credentials stays until it expires, after ten seconds at most: the service may
/// have received the request, and its failed signature would count towards the lockout. Callers
/// that cancel and call again could lock an access key otherwise.
impl<O: Operation> Drop for Call<O> {
    fn drop(&mut self) {
        if let State::Sent(sent) = self.state {
            self.context.pool.gave_no_response(sent.pick, sent.at.monotonic);
        }
    }
}
