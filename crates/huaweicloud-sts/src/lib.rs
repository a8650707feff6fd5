#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

#[cfg(feature = "blocking")]
pub mod blocking;
mod client;
mod environment;
mod regions_file;

pub use client::Client;
pub use environment::{EnvironmentError, endpoints, region_endpoints, service_endpoints};
/// The generic client, its transport contract, sessions and state machines.
pub use sts_client;
/// The messages of the STS protocol.
pub use sts_client::proto;
pub use sts_client::proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, Endpoint, ErrorKind,
    GetCallerIdentity, Region,
};
/// Request signing for any service.
pub use sts_client::sign;
pub use sts_client::{
    CallPolicy, Credentials, CredentialsError, Error, ProvideCredentials, Session,
    SharedCredentials, SystemEnvironment,
};
#[cfg(feature = "hyper")]
pub use sts_hyper as hyper;
#[cfg(feature = "isahc")]
pub use sts_isahc as isahc;
/// Credential providers.
pub use sts_providers as providers;
#[cfg(feature = "reqwest")]
pub use sts_reqwest as reqwest;
