//! Reports of chains.

use std::borrow::Cow;
use std::fmt;

/// Result of a search in a chain, provider by provider.
///
/// `Display` writes it in one line, without secrets:
/// `environment is used; profile file was not asked`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainReport(Vec<(Cow<'static, str>, ProviderState)>);

/// State of one provider of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProviderState {
    /// It was not asked yet.
    NotAsked,
    /// It was skipped, for this reason.
    NotConfigured(String),
    /// It is configured, according to a [check](crate::ProviderChain::check). Its credentials were not
    /// requested.
    Configured,
    /// It may be configured: only a request shows it, and a [check](crate::ProviderChain::check) sends
    /// none.
    Undetermined,
    /// It ended the search, for this reason.
    Failed(String),
    /// It returns the credentials.
    Used,
}

impl ChainReport {
    pub(super) fn new(providers: Vec<(Cow<'static, str>, ProviderState)>) -> Self {
        Self(providers)
    }

    /// Returns the name of the provider in use, if there is one.
    #[must_use]
    pub fn used(&self) -> Option<&str> {
        self.iter().find(|(_, state)| **state == ProviderState::Used).map(|(name, _)| name)
    }

    /// Returns the name of the provider in use; in the report of a
    /// [check](crate::ProviderChain::check), of the one that a search would use: the first that is not
    /// skipped. `None` if that one failed or all were skipped.
    #[must_use]
    pub fn candidate(&self) -> Option<&str> {
        let first = self.iter().find(|(_, state)| {
            !matches!(state, ProviderState::NotAsked | ProviderState::NotConfigured(_))
        });
        let first = first.filter(|(_, state)| !matches!(state, ProviderState::Failed(_)));
        first.map(|(name, _)| name)
    }

    /// Returns the name and state of every provider, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ProviderState)> + Clone {
        self.0.iter().map(|(name, state)| (&**name, state))
    }

    /// Returns the text about the providers before `index`.
    pub(super) fn before(&self, index: usize) -> String {
        let part = self.0.iter().take(index).cloned().collect();
        Self(part).to_string()
    }
}

impl fmt::Display for ChainReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, state)) in self.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            match state {
                ProviderState::NotAsked => write!(f, "{name} was not asked")?,
                ProviderState::NotConfigured(why) => write!(f, "{name} is not configured ({why})")?,
                ProviderState::Configured => write!(f, "{name} is configured")?,
                ProviderState::Undetermined => write!(f, "{name} is not determined yet")?,
                ProviderState::Failed(why) => write!(f, "{name} failed ({why})")?,
                ProviderState::Used => write!(f, "{name} is used")?,
            }
        }
        Ok(())
    }
}
