//! Deny rules, which take precedence over trust policies.

use crate::model::principal_pattern::PrincipalPattern;
use crate::model::requester::Requester;

/// Denies the requests that match all its fields.
#[derive(Clone, Debug)]
pub(crate) struct DenyRule {
    pub(crate) principal: PrincipalPattern,
    /// `None` matches all actions.
    pub(crate) action: Option<String>,
    /// `None` matches all resources.
    pub(crate) resource: Option<String>,
}

impl DenyRule {
    /// Denies all actions on a resource.
    pub(crate) const fn for_resource(urn: String) -> Self {
        Self { principal: PrincipalPattern::Any, action: None, resource: Some(urn) }
    }

    pub(crate) fn denies(&self, requester: &Requester, action: &str, resource: &str) -> bool {
        self.principal.matches(requester)
            && self.action.as_ref().is_none_or(|denied| denied == action)
            && self.resource.as_ref().is_none_or(|denied| denied == resource)
    }
}
