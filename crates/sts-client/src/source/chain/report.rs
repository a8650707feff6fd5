//! Which provider of a chain is used, and why the others are not.

use std::borrow::Cow;
use std::fmt;

/// Result of a search in a chain, provider by provider.
///
/// `Display` writes it in one line, without secrets:
/// `environment is used; profile file was not asked`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainReport(Vec<(Cow<'static, str>, LinkState)>);

/// State of one provider of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LinkState {
    /// It was not its turn.
    NotAsked,
    /// It was passed over, for this reason.
    NotConfigured(String),
    /// It ended the search, for this reason.
    Broken(String),
    /// It gives the credentials.
    Used,
}

impl ChainReport {
    pub(super) fn new(links: Vec<(Cow<'static, str>, LinkState)>) -> Self {
        Self(links)
    }

    /// The name of the provider that gives the credentials, once one does.
    #[must_use]
    pub fn used(&self) -> Option<&str> {
        self.iter().find(|(_, state)| **state == LinkState::Used).map(|(name, _)| name)
    }

    /// Every provider by its name, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &LinkState)> {
        self.0.iter().map(|(name, state)| (&**name, state))
    }

    /// The part about the providers before `index`, as text.
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
                LinkState::NotAsked => write!(f, "{name} was not asked")?,
                LinkState::NotConfigured(why) => write!(f, "{name} is not configured ({why})")?,
                LinkState::Broken(why) => write!(f, "{name} failed ({why})")?,
                LinkState::Used => write!(f, "{name} is used")?,
            }
        }
        Ok(())
    }
}
