//! Identifiers of the resources of an account.

use sha2::{Digest as _, Sha256};

/// Returns the URN of an agency.
pub(crate) fn agency_urn(account: &str, name: &str) -> String {
    ["iam::", account, ":agency:", name].concat()
}

/// Returns the URN of a user.
pub(crate) fn user_urn(account: &str, name: &str) -> String {
    ["iam::", account, ":user:", name].concat()
}

/// Returns the URN of an OIDC provider.
pub(crate) fn oidc_provider_urn(account: &str, name: &str) -> String {
    ["iam::", account, ":oidcProvider:", name].concat()
}

/// Returns the default id of a resource: a function of its kind, account and name.
pub(crate) fn stable_id(kind: &str, account: &str, name: &str) -> String {
    let hash = Sha256::digest(format!("{kind}\0{account}\0{name}"));
    let (half, _) = hash.split_first_chunk().unwrap_or((&[0; 16], &[]));
    format!("{:032x}", u128::from_be_bytes(*half))
}
