//! Credential providers for signing calls to STS.
//!
//! | credentials | provider |
//! |---|---|
//! | known to the program | [`Credentials`](sts_proto::Credentials) in an [`Arc`](std::sync::Arc) |
//! | in environment variables | [`EnvironmentVariables`] |
//! | in `~/.huaweicloud/credentials` | [`ProfileFile`] |
//! | for an ID token | [`OidcAgency`] |
//! | of the machine's agency | [`EcsMetadata`] |
//! | of the pod's service account | [`PodIdentity`] |
//! | of another agency | a [`Session`](crate::Session) |
//! | any of these | a [`Chain`] |
//!
//! Pass providers of temporary credentials to
//! [`Client::session`](crate::Client::session), which refreshes the credentials. No
//! provider is used unless the program chooses it.

mod address;
mod chain;
mod environment;
mod failure;
mod local_service;
mod metadata;
mod oidc;
mod pod_identity;
mod profile;
mod read_once;
mod sendable;
mod token;
mod variable;

pub use self::chain::{BlockingChain, Chain, ChainReport, LinkState};
pub use self::environment::{EnvironmentVariables, credentials_from_environment};
pub use self::metadata::{EcsMetadata, MetadataRefresh};
pub use self::oidc::OidcAgency;
pub use self::pod_identity::{PodIdentity, PodIdentityRefresh};
pub use self::profile::ProfileFile;
