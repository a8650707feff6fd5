//! Agencies and their trust policies.

use crate::model::identifier::{agency_urn, stable_id};
use crate::model::principal_pattern::PrincipalPattern;
use crate::model::requester::Requester;

/// An agency and its session rules.
#[derive(Clone, Debug)]
pub(crate) struct Agency {
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) trust: Vec<PrincipalPattern>,
    pub(crate) external_id: Option<String>,
    /// Whether callers must provide the code of an MFA device.
    pub(crate) requires_mfa: bool,
    /// The allowed keys of session tags; `None` allows all.
    pub(crate) allowed_tags: Option<Vec<String>>,
    /// Maximum session duration, in seconds.
    pub(crate) max_duration: u32,
}

/// Maximum duration of a session of any agency, in seconds: 12 hours.
pub(crate) const MAX_SESSION_DURATION: u32 = 43_200;

impl Agency {
    /// Creates an agency with the default rules.
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
            requires_mfa: false,
            allowed_tags: None,
            max_duration: MAX_SESSION_DURATION,
        }
    }

    pub(crate) fn urn(&self) -> String {
        agency_urn(&self.account, &self.name)
    }

    /// Returns why the trust policy does not allow the request, or `None` if it does.
    pub(crate) fn denial_reason(
        &self,
        requester: &Requester,
        external_id: Option<&String>,
    ) -> Option<&'static str> {
        if !self.trust.iter().any(|pattern| pattern.matches(requester)) {
            Some("the trust policy of the agency does not allow the caller")
        } else if self.external_id.is_some() && self.external_id.as_ref() != external_id {
            Some("the external id does not match the trust policy of the agency")
        } else {
            None
        }
    }

    pub(crate) fn allows_tag(&self, key: &String) -> bool {
        self.allowed_tags.as_ref().is_none_or(|allowed| allowed.contains(key))
    }
}
