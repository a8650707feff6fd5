//! Whom a rule is about.

use crate::model::requester::Requester;

/// Whom a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PrincipalPattern {
    /// Any principal, and any holder of a token of an identity provider.
    Any,
    /// All users and sessions of an account.
    Account(String),
    /// One user, one session, or by an agency's or a provider's URN all that it vouches for.
    Urn(String),
}

impl PrincipalPattern {
    pub(crate) fn matches(&self, requester: &Requester) -> bool {
        match self {
            Self::Any => true,
            Self::Account(account) => requester.account.as_ref() == Some(account),
            Self::Urn(urn) => requester.urns.contains(urn),
        }
    }
}
