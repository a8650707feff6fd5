//! The subject of an authorization decision.

/// The subject of an authorization decision: a principal, or the holder of a token of an identity
/// provider.
pub(crate) struct Requester {
    /// The URN that a denial reports.
    pub(crate) urn: String,
    pub(crate) account: Option<String>,
    /// Its own URN, and those of its agency or identity provider.
    pub(crate) urns: Vec<String>,
}

#[cfg(any(feature = "oidc", feature = "saml"))]
impl Requester {
    /// The holder of a token that names this subject.
    pub(crate) fn federated(provider_urn: &str, subject: &str) -> Self {
        let urn = format!("{provider_urn}/{subject}");
        Self { account: None, urns: vec![urn.clone(), provider_urn.to_owned()], urn }
    }
}
