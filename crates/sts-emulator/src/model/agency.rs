//! Agencies, and whom they let in.

use crate::model::identifier::{agency_urn, stable_id};
use crate::model::principal_pattern::PrincipalPattern;
use crate::model::requester::Requester;

/// An agency and the rules of its sessions.
#[derive(Clone, Debug)]
pub(crate) struct Agency {
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) trust: Vec<PrincipalPattern>,
    pub(crate) external_id: Option<String>,
    /// Whether the caller has to show a code of an MFA device.
    pub(crate) needs_mfa: bool,
    /// The keys that session tags may have; any without it.
    pub(crate) allowed_tags: Option<Vec<String>>,
    /// In seconds.
    pub(crate) max_duration: u32,
}

/// The longest session there is: 12 hours.
pub(crate) const LONGEST_SESSION: u32 = 43_200;

impl Agency {
    /// An agency with the rules that hold when nothing else is said.
    pub(crate) fn new(
        account: &str,
        name: &str,
        id: Option<String>,
        trust: Vec<PrincipalPattern>,
    ) -> Self {
        Self {
            account: account.to_owned(),
            name: name.to_owned(),
            id: id.unwrap_or_else(|| stable_id("agency", account, name)),
            trust,
            external_id: None,
            needs_mfa: false,
            allowed_tags: None,
            max_duration: LONGEST_SESSION,
        }
    }

    pub(crate) fn urn(&self) -> String {
        agency_urn(&self.account, &self.name)
    }

    /// What stands against its being assumed, if anything does.
    pub(crate) fn objection(
        &self,
        requester: &Requester,
        external_id: Option<&String>,
    ) -> Option<&'static str> {
        if !self.trust.iter().any(|pattern| pattern.matches(requester)) {
            Some("the trust policy of the agency does not allow the caller")
        } else if self.external_id.is_some() && self.external_id.as_ref() != external_id {
            Some("the external id is not the one that the trust policy of the agency asks for")
        } else {
            None
        }
    }

    pub(crate) fn allows_tag(&self, key: &String) -> bool {
        self.allowed_tags.as_ref().is_none_or(|allowed| allowed.contains(key))
    }
}
