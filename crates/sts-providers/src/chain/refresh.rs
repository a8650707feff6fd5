//! The search for credentials in a chain.

use std::fmt;
use std::sync::Arc;

use http::Response;
use sts_client::session::{IssuedCredentials, RefreshProvider};
use sts_client::{CallContext, Error, Failure, Now, Platform, StateMachine, Step, TransportError};
use sts_credentials::{Credentials, CredentialsError};
use sts_proto::Body;

use super::list::{Entry, ProviderList, Selector};
use super::report::ProviderState;
use crate::failure;
use crate::shared_provider::SharedRefresh;

/// State machine of a refresh of a [`ProviderChain`](crate::ProviderChain): runs the refreshes of its providers one after
/// the other.
pub struct ChainRefresh {
    providers: ProviderList,
    platform: Platform,
    context: Arc<CallContext>,
    state: State,
    /// The results of this search. Concurrent searches do not mix.
    states: Vec<ProviderState>,
    /// Whether the only provider to ask is selected by its name.
    is_selected: bool,
}

/// The provider with which a refresh begins.
#[derive(Clone, Copy)]
pub(super) enum Start {
    First,
    /// The provider that the chain stays with.
    Used(usize),
    /// The provider that is selected by its name.
    Selected(usize),
}

enum State {
    /// The provider at this index is next.
    Next(usize),
    /// The refresh of the provider at this index runs.
    Running(usize, SharedRefresh),
    Completed,
}

impl ChainRefresh {
    pub(super) fn new(
        providers: ProviderList,
        platform: Platform,
        context: Arc<CallContext>,
        start: Start,
    ) -> Self {
        let is_selected = matches!(start, Start::Selected(_));
        let index = match start {
            Start::First => 0,
            Start::Used(index) | Start::Selected(index) => index,
        };
        let states = vec![ProviderState::NotAsked; providers.len()];
        Self { providers, platform, context, state: State::Next(index), states, is_selected }
    }

    /// Begins a refresh. Variables and files of a provider are read only if it is asked.
    fn begin(&self, entry: &Entry) -> Result<SharedRefresh, CredentialsError> {
        entry.provider.validate(&self.context)?;
        entry.provider.begin(&self.platform, &self.context)
    }

    /// Takes the outcome of a provider. Returns the outcome of the search, or `None` if it goes on.
    fn end(
        &mut self,
        index: usize,
        outcome: Result<IssuedCredentials, Error>,
    ) -> Option<Result<IssuedCredentials, Error>> {
        self.state = State::Completed;
        if self.providers.used() == Some(index) {
            return Some(outcome);
        }
        match outcome {
            Ok(issued) => {
                self.record(index, ProviderState::Used);
                let used = self.providers.publish(Some(index), &self.states);
                if used == Some(index) {
                    return Some(Ok(issued));
                }
                // A concurrent search has found another provider: the chain stays with that one.
                self.state = State::Next(used.unwrap_or(index));
                None
            }
            Err(error) => {
                let error = cause(error);
                let text = failure::in_full(&error);
                if error.is_not_configured() {
                    self.record(index, ProviderState::NotConfigured(text));
                    if !self.is_selected {
                        self.state = State::Next(self.providers.used().unwrap_or(index + 1));
                        return None;
                    }
                } else {
                    self.record(index, ProviderState::Failed(text));
                }
                if let Some(used) = self.providers.publish(None, &self.states) {
                    self.state = State::Next(used);
                    return None;
                }
                Some(Err(self.failed(index, error).into()))
            }
        }
    }

    fn record(&mut self, index: usize, state: ProviderState) {
        if let Some(recorded) = self.states.get_mut(index) {
            *recorded = state;
        }
    }

    fn failed(&self, index: usize, error: CredentialsError) -> CredentialsError {
        let name = self.providers.get(index).map_or("unknown", |entry| &entry.name);
        if self.is_selected {
            let fault = if error.is_not_configured() { "is not configured" } else { "failed" };
            let message = match &self.providers.selector {
                Some(Selector::Variable(variable)) => {
                    format!("provider {name}, selected by {variable}, {fault}")
                }
                _ => format!("the selected provider {name} {fault}"),
            };
            return CredentialsError::new(message).with_source(error);
        }
        let skipped = self.providers.report_of(self.states.clone()).before(index);
        let mut message = format!("provider {name} is configured but failed");
        if !skipped.is_empty() {
            message = format!("{message}; before it, {skipped}");
        }
        CredentialsError::new(message).with_source(error)
    }

    /// Returns the error of a search in which all providers were skipped.
    fn nothing_configured(&mut self) -> CredentialsError {
        self.state = State::Completed;
        self.providers.publish(None, &self.states);
        if self.providers.len() == 0 {
            return CredentialsError::not_configured("empty provider chain");
        }
        let report = self.providers.report_of(self.states.clone());
        CredentialsError::not_configured(format!("no credential provider is configured; {report}"))
    }
}

/// The error of a provider, without the layer that a driver adds.
fn cause(error: Error) -> CredentialsError {
    match error.failure() {
        Failure::Credentials(cause) => cause.clone(),
        _ => CredentialsError::new("no credentials from the service").with_source(error),
    }
}

impl StateMachine for ChainRefresh {
    type Output = IssuedCredentials;

    fn step(&mut self, now: Now) -> Step<IssuedCredentials> {
        loop {
            let (index, outcome) = match &mut self.state {
                State::Next(index) => {
                    let index = *index;
                    let Some(entry) = self.providers.get(index) else {
                        return Step::Done(Err(self.nothing_configured().into()));
                    };
                    match self.begin(entry) {
                        Ok(refresh) => {
                            self.state = State::Running(index, refresh);
                            continue;
                        }
                        Err(error) => (index, Err(error.into())),
                    }
                }
                State::Running(index, refresh) => match refresh.step(now) {
                    Step::Done(outcome) => (*index, outcome),
                    step => return step,
                },
                State::Completed => return Step::Done(Err(failure::completed().into())),
            };
            if let Some(outcome) = self.end(index, outcome) {
                return Step::Done(outcome);
            }
        }
    }

    fn provide(&mut self, credentials: Result<Arc<Credentials>, CredentialsError>) {
        if let State::Running(_, refresh) = &mut self.state {
            refresh.provide(credentials);
        }
    }

    fn receive(&mut self, outcome: Result<Response<Body>, TransportError>, now: Now) {
        if let State::Running(_, refresh) = &mut self.state {
            refresh.receive(outcome, now);
        }
    }
}

impl fmt::Debug for ChainRefresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChainRefresh")
            .field("report", &self.providers.report())
            .field("states", &self.states)
            .finish_non_exhaustive()
    }
}
