//! A call that advances without blocking.

use std::sync::Arc;
use std::time::Duration;

use sts_client::{
    Call, CallContext, Clock, CredentialsError, CredentialsRequest, Error, Now, StateMachine, Step,
    SystemClock,
};
use sts_proto::{Credentials, Operation};

use crate::connection::Connection;

/// Credentials, or why there are none.
pub(crate) type Provided = Result<Arc<Credentials>, CredentialsError>;

/// A call and its exchange in flight.
pub(crate) struct Task<O: Operation> {
    call: Call<O>,
    pub(crate) connection: Option<Connection>,
    /// The request for credentials that has not been served yet.
    wanted: Option<CredentialsRequest>,
}

/// How far a task is.
pub(crate) enum Progress<T> {
    /// Poll again after this time, or when the socket is ready.
    Pending(Duration),
    Done(Result<T, Error>),
}

impl<O: Operation> Task<O> {
    pub(crate) fn new(operation: O, context: &Arc<CallContext>) -> Self {
        let call = Call::new(operation, context, SystemClock.seed());
        Self { call, connection: None, wanted: None }
    }

    /// Advances the call without blocking. `credentials` returns `None` while there are none yet.
    pub(crate) fn poll(
        &mut self,
        now: Now,
        mut credentials: impl FnMut(&CredentialsRequest) -> Option<Provided>,
    ) -> Progress<O::Output> {
        loop {
            if let Some(outcome) = self.connection.as_mut().and_then(Connection::poll) {
                self.connection = None;
                self.call.receive(outcome, now);
            }
            if let Some(provided) = self.wanted.as_ref().and_then(&mut credentials) {
                self.wanted = None;
                self.call.provide(provided);
            }
            match self.call.step(now) {
                Step::Credentials(request) => self.wanted = Some(request),
                // This replaces the connection of an attempt that has timed out.
                Step::Send(exchange) => match Connection::open(exchange) {
                    Ok(connection) => self.connection = Some(connection),
                    Err(error) => self.call.receive(Err(error), now),
                },
                Step::Wait(duration) => return Progress::Pending(duration),
                Step::Done(outcome) => {
                    return Progress::Done(outcome.map(|completed| completed.output));
                }
            }
        }
    }
}
