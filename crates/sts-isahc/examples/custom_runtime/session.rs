//! Credentials that are refreshed in the same loop.

use std::sync::Arc;
use std::time::Duration;

use sts_client::session::SessionMachine;
use sts_client::{
    CallContext, Clock, CredentialsError, CredentialsRequest, Now, SessionPolicy, SystemClock,
};
use sts_emulator::builtin;
use sts_proto::{AssumeAgency, Credentials};

use crate::task::{Progress, Provided, Task};

/// The credentials of an agency, refreshed before they expire.
pub(crate) struct Session {
    pub(crate) machine: SessionMachine,
    context: Arc<CallContext>,
    own_credentials: Arc<Credentials>,
    pub(crate) refresh: Option<Task<AssumeAgency>>,
    failure: Option<CredentialsError>,
}

impl Session {
    pub(crate) fn new(context: Arc<CallContext>) -> Self {
        let machine = SessionMachine::new(SessionPolicy::default(), SystemClock.seed());
        let own_credentials = Arc::new(builtin::credentials());
        Self { machine, context, own_credentials, refresh: None, failure: None }
    }

    /// Begins a refresh when one is due, and advances it. Returns the time until the next poll.
    pub(crate) fn poll(&mut self, now: Now) -> Duration {
        if self.machine.begin_refresh(now) {
            let operation =
                AssumeAgency::new(builtin::AGENCY_URN, "loop").duration(Duration::from_secs(900));
            self.refresh = Some(Task::new(operation, &self.context));
        }
        let Some(refresh) = &mut self.refresh else {
            return self.machine.next_refresh(now).saturating_sub(now.monotonic);
        };
        let own_credentials = &self.own_credentials;
        let outcome = match refresh.poll(now, |_| Some(Ok(own_credentials.clone()))) {
            Progress::Pending(duration) => return duration,
            Progress::Done(outcome) => outcome,
        };
        let service_now = self.context.estimated_service_time(now);
        self.refresh = None;
        self.failure = match outcome {
            Ok(output) => {
                let can_be_served =
                    self.machine.refreshed(output.credentials.into(), now, service_now);
                (!can_be_served).then(|| CredentialsError::new("received expired credentials"))
            }
            Err(error) => {
                self.machine.failed(now);
                Some(CredentialsError::new("cannot assume the agency").with_source(error))
            }
        };
        Duration::ZERO
    }

    /// Returns credentials for a call, or `None` while the call has to wait for them.
    pub(crate) fn provide(&mut self, request: &CredentialsRequest, now: Now) -> Option<Provided> {
        if let Some(rejected) = &request.rejected
            && self.machine.invalidate(rejected, now)
        {
            return None;
        }
        match (self.machine.credentials(now), &self.refresh, &self.failure) {
            (Some(credentials), ..) => Some(Ok(credentials.clone())),
            (None, None, Some(failure)) => Some(Err(failure.clone())),
            (None, ..) => None,
        }
    }
}
