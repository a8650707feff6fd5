//! Patterns of requesters, in trust policies and deny rules.

use crate::model::requester::Requester;

/// A pattern of requesters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PrincipalPattern {
    /// Any principal, and any holder of a token of an identity provider.
    Any,
    /// All users and sessions of an account.
    Account(String),
    /// A user or a session; or all sessions of an agency; or all holders of a provider's tokens.
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
