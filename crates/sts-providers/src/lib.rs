#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

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

pub use chain::{BlockingChain, Chain, ChainReport, LinkState};
pub use environment::{EnvironmentVariables, credentials_from_environment};
pub use metadata::{EcsMetadata, MetadataRefresh};
pub use oidc::OidcAgency;
pub use pod_identity::{PodIdentity, PodIdentityRefresh};
pub use profile::ProfileFile;
