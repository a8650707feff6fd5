//! Identities behind temporary credentials.

use serde::{Deserialize, Serialize};

use crate::model::identifier::{agency_urn, oidc_provider_urn, stable_id, user_urn};
use crate::model::requester::Requester;

/// The identity behind temporary credentials. Its account is stored beside it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) enum Identity {
    /// A session of an agency.
    Agency { agency: String, agency_id: String, session_name: String },
    /// A user of the account.
    User { name: String, id: String },
    /// A subject of an identity provider, which classic IAM maps to a virtual user.
    Federated { provider: String, subject: String },
}

impl Identity {
    pub(crate) fn urn(&self, account: &str) -> String {
        match self {
            Self::Agency { agency, session_name, .. } => {
                ["sts::", account, ":assumed-agency:", agency, "/", session_name].concat()
            }
            Self::User { name, .. } => user_urn(account, name),
            Self::Federated { provider, subject } => {
                ["sts::", account, ":external-user:", provider, "/", subject].concat()
            }
        }
    }

    pub(crate) fn id(&self, account: &str) -> String {
        match self {
            Self::Agency { agency_id, session_name, .. } => {
                [agency_id.as_str(), ":", session_name].concat()
            }
            Self::User { id, .. } => id.clone(),
            Self::Federated { provider, subject } => {
                stable_id("federated user", account, &format!("{provider}/{subject}"))
            }
        }
    }

    pub(crate) fn requester(&self, account: &str) -> Requester {
        let urn = self.urn(account);
        let mut urns = vec![urn.clone()];
        match self {
            Self::Agency { agency, .. } => urns.push(agency_urn(account, agency)),
            Self::User { .. } => {}
            Self::Federated { provider, subject } => {
                let provider = oidc_provider_urn(account, provider);
                urns.extend([format!("{provider}/{subject}"), provider]);
            }
        }
        Requester { urn, account: Some(account.to_owned()), urns }
    }
}
