//! Shared parts of both chains: the list of providers, and the searches in it.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sts_credentials::CredentialsError;
use sts_proto::Credentials;

use super::report::{ChainReport, LinkState};
use crate::failure::in_full;

/// Providers with their names. Clones share the result of the search.
pub(super) struct Links<P> {
    sources: Vec<(Cow<'static, str>, P)>,
    found: Arc<Mutex<Found>>,
}

#[derive(Clone, Default)]
struct Found {
    /// The provider that returned credentials first. It never changes.
    used: Option<usize>,
    /// The states of the search that found it; until then, of the last completed search.
    states: Vec<LinkState>,
}

/// A search and its results, provider by provider. Concurrent searches do not mix.
pub(super) struct Search<'a, P> {
    links: &'a Links<P>,
    states: Vec<LinkState>,
}

/// Whether a search goes on.
pub(super) enum Verdict {
    /// The provider is skipped.
    Next,
    /// Another search found another provider first: the chain stays with that one.
    Outrun,
    /// The search is over.
    End(Result<Arc<Credentials>, CredentialsError>),
}

impl<P> Links<P> {
    /// Appends a provider. Previous results are discarded.
    pub(super) fn with(mut self, name: Cow<'static, str>, source: P) -> Self {
        self.sources.push((name, source));
        Self { found: Arc::default(), ..self }
    }

    /// Returns the provider that the chain stays with.
    pub(super) fn used(&self) -> Option<&P> {
        let used = self.found().used?;
        self.sources.get(used).map(|(_, source)| source)
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = &P> {
        self.sources.iter().map(|(_, source)| source)
    }

    /// Begins a search at the first provider.
    pub(super) fn search(&self) -> Search<'_, P> {
        Search { links: self, states: Vec::with_capacity(self.sources.len()) }
    }

    pub(super) fn report(&self) -> ChainReport {
        let states = self.found().states.clone();
        self.report_of(states)
    }

    fn report_of(&self, mut states: Vec<LinkState>) -> ChainReport {
        states.resize(self.sources.len(), LinkState::NotAsked);
        let names = self.sources.iter().map(|(name, _)| name.clone());
        ChainReport::new(names.zip(states).collect())
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        // Poisoning is ignored: the data is never left half-updated.
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<P> Search<'_, P> {
    /// Takes the result of the next provider, and decides the next action.
    pub(super) fn next(&mut self, outcome: Result<Arc<Credentials>, CredentialsError>) -> Verdict {
        let index = self.states.len();
        self.states.push(match &outcome {
            Ok(_) => LinkState::Used,
            Err(error) if error.is_not_configured() => LinkState::NotConfigured(in_full(error)),
            Err(error) => LinkState::Broken(in_full(error)),
        });
        match outcome {
            Ok(credentials) => {
                if self.publish(Some(index)) == Some(index) {
                    Verdict::End(Ok(credentials))
                } else {
                    Verdict::Outrun
                }
            }
            Err(error) if error.is_not_configured() => Verdict::Next,
            Err(error) => {
                self.publish(None);
                Verdict::End(Err(self.broken(index, error)))
            }
        }
    }

    /// Returns the error of a search in which all providers were skipped.
    pub(super) fn nothing_configured(self) -> CredentialsError {
        self.publish(None);
        let report = self.links.report_of(self.states);
        CredentialsError::not_configured(match self.links.sources.len() {
            0 => "empty provider chain".to_owned(),
            _ => format!("no credential provider is configured; {report}"),
        })
    }

    /// Makes this search the reported one, unless a provider was found before. Returns the provider
    /// that the chain stays with.
    fn publish(&self, used: Option<usize>) -> Option<usize> {
        let mut found = self.links.found();
        if found.used.is_none() {
            *found = Found { used, states: self.states.clone() };
        }
        found.used
    }

    fn broken(&self, index: usize, error: CredentialsError) -> CredentialsError {
        let name = self.links.sources.get(index).map_or("unknown", |(name, _)| name);
        let passed_over = self.links.report_of(self.states.clone()).before(index);
        let mut message = format!("provider {name} is configured but failed");
        if !passed_over.is_empty() {
            message = format!("{message}; before it, {passed_over}");
        }
        CredentialsError::new(message).with_source(error)
    }
}

impl<P: Clone> Clone for Links<P> {
    fn clone(&self) -> Self {
        Self { sources: self.sources.clone(), found: Arc::clone(&self.found) }
    }
}

impl<P> Default for Links<P> {
    fn default() -> Self {
        Self { sources: Vec::new(), found: Arc::default() }
    }
}
