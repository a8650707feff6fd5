//! The HTTP endpoints: the STS itself, and those beside it for programs on this machine.

pub(crate) mod control;
pub(crate) mod metadata;
#[cfg(feature = "oidc")]
pub(crate) mod oidc_issuer;
pub(crate) mod sts;
