//! The providers of a chain, and what its searches found.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sts_client::Environment;
use sts_credentials::CredentialsError;

use super::report::{ChainReport, ProviderState};
use crate::shared_provider::SharedProvider;
use crate::variable;

/// Providers with their names. Clones share the result of the search.
#[derive(Clone, Default)]
pub(super) struct ProviderList {
    entries: Arc<Vec<Entry>>,
    /// What selects one provider, in place of a search.
    pub(super) selector: Option<Selector>,
    found: Arc<Mutex<Found>>,
}

/// What selects one provider of a chain.
#[derive(Clone)]
pub(super) enum Selector {
    /// An environment variable that has its name.
    Variable(Cow<'static, str>),
    /// Its name, set in code.
    Name(Cow<'static, str>),
}

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) name: Cow<'static, str>,
    pub(super) provider: SharedProvider,
}

#[derive(Default)]
struct Found {
    /// The provider that returned credentials first. It never changes.
    used: Option<usize>,
    /// The states of the search that found it; until then, of the last completed search.
    states: Vec<ProviderState>,
}

impl ProviderList {
    /// Appends a provider, and discards previous results.
    pub(super) fn with(mut self, entry: Entry) -> Self {
        Arc::make_mut(&mut self.entries).push(entry);
        Self { found: Arc::default(), ..self }
    }

    /// Inserts a provider behind the one with the name `after`, or appends it.
    pub(super) fn with_after(mut self, after: &str, entry: Entry) -> Self {
        let entries = Arc::make_mut(&mut self.entries);
        let index = entries.iter().position(|entry| entry.name == after);
        entries.insert(index.map_or(entries.len(), |index| index + 1), entry);
        Self { found: Arc::default(), ..self }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(super) fn get(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index)
    }

    /// Returns the index of the provider that the environment selects, if it selects one.
    pub(super) fn selected(
        &self,
        environment: &dyn Environment,
    ) -> Result<Option<usize>, CredentialsError> {
        let name = match &self.selector {
            None => return Ok(None),
            Some(Selector::Name(name)) => name.clone(),
            Some(Selector::Variable(variable)) => {
                let Some(name) = variable::plain_word(environment, variable)? else {
                    return Ok(None);
                };
                name.into()
            }
        };
        let index = self.entries.iter().position(|entry| entry.name == name);
        index.map(Some).ok_or_else(|| {
            let names: Vec<&str> = self.entries.iter().map(|entry| &*entry.name).collect();
            let expected = format!("expected one of: {}", names.join(", "));
            match &self.selector {
                Some(Selector::Variable(variable)) => {
                    let fault = format!("selects an unknown provider; {expected}");
                    variable::invalid(variable, &fault)
                }
                _ => {
                    CredentialsError::new(format!("unknown provider {name:?} selected; {expected}"))
                }
            }
        })
    }

    /// Returns the index of the provider that the chain stays with.
    pub(super) fn used(&self) -> Option<usize> {
        self.found().used
    }

    /// Makes `states` the reported ones, unless a provider was found before. Returns the index of
    /// the provider that the chain stays with.
    pub(super) fn publish(&self, used: Option<usize>, states: &[ProviderState]) -> Option<usize> {
        let mut found = self.found();
        if found.used.is_none() {
            *found = Found { used, states: states.to_vec() };
        }
        found.used
    }

    pub(super) fn report(&self) -> ChainReport {
        let states = self.found().states.clone();
        self.report_of(states)
    }

    pub(super) fn report_of(&self, mut states: Vec<ProviderState>) -> ChainReport {
        states.resize(self.entries.len(), ProviderState::NotAsked);
        let names = self.entries.iter().map(|entry| entry.name.clone());
        ChainReport::new(names.zip(states).collect())
    }

    fn found(&self) -> MutexGuard<'_, Found> {
        // Poisoning is ignored: the data is never left half-updated.
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
