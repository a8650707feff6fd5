#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod address;
mod agency_by_name;
mod attempts;
mod aws_json;
mod chain;
mod chained_agency;
pub mod classic_iam;
mod configured_agency;
mod container;
mod environment;
mod failure;
mod file_cache;
mod hcloud;
mod home;
mod iam_federation;
mod id_token;
pub mod identity_center;
mod json_request;
mod local_service;
mod metadata;
mod mfa_agency;
mod oidc;
mod pod_identity;
mod process;
mod profile;
mod program;
mod required;
mod shared_provider;
mod single_request;
mod terraform;
mod token;
mod variable;

pub use agency_by_name::{AgencyByName, AgencyByNameRefresh};
pub use chain::{ChainRefresh, ChainReport, ProviderChain, ProviderState};
pub use chained_agency::{ChainedAgency, ChainedRefresh};
pub use container::{ContainerCredentials, ContainerRefresh};
pub use environment::{EnvironmentRefresh, EnvironmentVariables};
pub use file_cache::{CacheEntry, CacheFile, FileCache, FileCacheRefresh};
pub use hcloud::HcloudProfile;
pub use iam_federation::{IamFederation, IamFederationRefresh};
pub use id_token::IdTokenProvider;
pub use metadata::{EcsMetadata, MetadataRefresh};
pub use mfa_agency::MfaAgency;
pub use oidc::{OidcAgency, OidcRefresh};
pub use pod_identity::{PodIdentity, PodIdentityRefresh};
pub use process::CredentialProcess;
pub use profile::ProfileFile;
pub use shared_provider::{SharedProvider, SharedRefresh};
pub use terraform::TerraformVariables;
