//! Protocols by which programs get credentials from the server.

use clap::ValueEnum;

/// A protocol that unmodified programs support.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    /// Federation over classic IAM: official SDKs for Python, Java and Node.js
    Iam,
    /// `AssumeAgencyWithOIDC`: official SDK for Python, 3.1.219 or later
    Sts,
    /// Pod identity of CCE: official SDK for Java, explicit providers
    Pod,
    /// Container credentials of AWS: tools for S3
    Container,
}

impl Protocol {
    /// The protocols that are served unless others are selected. `Sts` is not among them, because its
    /// variable directs STS clients of other kinds to the server, too.
    pub(crate) const DEFAULT: [Self; 3] = [Self::Iam, Self::Pod, Self::Container];
}
