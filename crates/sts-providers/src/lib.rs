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
mod shared_provider;
mod token;
mod variable;

pub use chain::{ChainRefresh, ChainReport, ProviderChain, ProviderState};
pub use environment::EnvironmentVariables;
pub use metadata::{EcsMetadata, MetadataRefresh};
pub use oidc::OidcAgency;
pub use pod_identity::{PodIdentity, PodIdentityRefresh};
pub use profile::ProfileFile;
pub use shared_provider::{SharedProvider, SharedRefresh};
