//! Rules of the metadata service and of pod identity.

use sts_proto::Secret;

/// Configuration of the metadata service of a machine and its pods.
#[derive(Clone, Debug)]
pub(crate) struct MetadataRules {
    /// The URN of the agency of the machine and its pods.
    pub(crate) agency_urn: String,
    /// Whether the metadata service issues tokens.
    pub(crate) has_tokens: bool,
    /// The content of the pod's token file.
    pub(crate) pod_token: Option<Secret>,
}
