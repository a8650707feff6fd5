//! What both chains are made of: the list, and what the search in it found.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use sts_proto::Credentials;

use super::report::{ChainReport, LinkState};
use crate::source::SourceError;
use crate::source::error::in_full;

/// Sources with their names. Clones share what was found.
pub(super) struct Links<D: ?Sized> {
    sources: Vec<(Cow<'static, str>, Arc<D>)>,
    found: Arc<Found>,
}

#[derive(Default)]
struct Found {
    /// The source that gave keys first. It stays.
    used: OnceLock<usize>,
    /// What came of the last search, in the order of the sources, as far as it went.
    states: Mutex<Vec<LinkState>>,
}

/// Whether a search goes on.
pub(super) enum Verdict {
    /// The source is passed over.
    Next,
    /// The search is over.
    End(Result<Arc<Credentials>, SourceError>),
}

impl<D: ?Sized> Links<D> {
    /// One more source. What was found before is forgotten.
    pub(super) fn with(mut self, name: Cow<'static, str>, source: Arc<D>) -> Self {
        self.sources.push((name, source));
        Self { found: Arc::default(), ..self }
    }

    /// The source that the chain stays with.
    pub(super) fn used(&self) -> Option<&D> {
        self.sources.get(*self.found.used.get()?).map(|(_, source)| &**source)
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = (usize, &D)> {
        self.sources.iter().map(|(_, source)| &**source).enumerate()
    }

    /// Notes what came of the source with that index, and decides what follows.
    pub(super) fn judge(
        &self,
        index: usize,
        outcome: Result<Arc<Credentials>, SourceError>,
    ) -> Verdict {
        let state = match &outcome {
            Ok(_) => LinkState::Used,
            Err(error) if error.is_not_configured() => LinkState::NotConfigured(in_full(error)),
            Err(error) => LinkState::Broken(in_full(error)),
        };
        let mut states = self.states();
        states.truncate(index);
        states.push(state);
        drop(states);
        match outcome {
            Ok(keys) => {
                self.found.used.get_or_init(|| index);
                Verdict::End(Ok(keys))
            }
            Err(error) if error.is_not_configured() => Verdict::Next,
            Err(error) => Verdict::End(Err(self.broken(index, error))),
        }
    }

    /// All sources were passed over.
    pub(super) fn nothing_configured(&self) -> SourceError {
        let report = self.report();
        SourceError::not_configured(match self.sources.len() {
            0 => "the chain of sources is empty".to_owned(),
            _ => format!("no source of keys is configured; {report}"),
        })
    }

    fn broken(&self, index: usize, error: SourceError) -> SourceError {
        let name = self.sources.get(index).map_or("a source", |(name, _)| name);
        let passed_over = self.report().before(index);
        let mut message = format!("{name} is configured, but gives no keys");
        if !passed_over.is_empty() {
            message = format!("{message}; before it, {passed_over}");
        }
        SourceError::new(message).with_source(error)
    }

    pub(super) fn report(&self) -> ChainReport {
        let mut states = self.states().clone();
        if let Some(&used) = self.found.used.get() {
            // A search at the same time may have ended elsewhere.
            states.resize(used + 1, LinkState::NotAsked);
            if let Some(state) = states.last_mut() {
                *state = LinkState::Used;
            }
        }
        states.resize(self.sources.len(), LinkState::NotAsked);
        let names = self.sources.iter().map(|(name, _)| name.clone());
        ChainReport::new(names.zip(states).collect())
    }

    fn states(&self) -> MutexGuard<'_, Vec<LinkState>> {
        // What is inside is whole at every moment, whoever panicked.
        self.found.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<D: ?Sized> Clone for Links<D> {
    fn clone(&self) -> Self {
        Self { sources: self.sources.clone(), found: Arc::clone(&self.found) }
    }
}

impl<D: ?Sized> Default for Links<D> {
    fn default() -> Self {
        Self { sources: Vec::new(), found: Arc::default() }
    }
}
