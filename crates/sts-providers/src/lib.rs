#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod address;
mod chain;
mod chained_agency;
mod environment;
mod failure;
mod hcloud;
mod home;
mod local_service;
mod metadata;
mod oidc;
mod pod_identity;
mod profile;
mod required;
mod shared_provider;
mod terraform;
mod token;
mod variable;

pub use chain::{ChainRefresh, ChainReport, ProviderChain, ProviderState};
pub use chained_agency::{ChainedAgency, ChainedRefresh};
pub use environment::EnvironmentVariables;
pub use hcloud::HcloudProfile;
pub use metadata::{EcsMetadata, MetadataRefresh};
pub use oidc::OidcAgency;
pub use pod_identity::{PodIdentity, PodIdentityRefresh};
pub use profile::ProfileFile;
pub use shared_provider::{SharedProvider, SharedRefresh};
pub use terraform::TerraformVariables;
