//! Rules of the metadata service and of pod identity.

use sts_proto::Secret;

/// How the metadata service of a machine handles tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MetadataTokens {
    /// It issues none, like older services.
    None,
    /// Requests with and without one are accepted.
    Optional,
    /// Requests without one are rejected.
    Required,
}

/// Configuration of the metadata service of a machine and its pods.
#[derive(Clone, Debug)]
pub(crate) struct MetadataRules {
    /// The URN of the agency of the machine and its pods.
    pub(crate) agency_urn: String,
    /// Tokens of the metadata service.
    pub(crate) tokens: MetadataTokens,
    /// The content of the pod's token file.
    pub(crate) pod_token: Option<Secret>,
}
