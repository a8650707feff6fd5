//! Credential providers with variables and files that a test sets, over a transport that a test
//! implements. Nothing is sent over a network.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unnecessary_wraps,
    clippy::unwrap_used,
    reason = "a test that goes wrong panics"
)]

mod addresses;
mod chain;
mod chain_check;
mod chain_searches;
mod classic_iam;
mod classic_iam_messages;
mod container;
mod default_chain;
mod environment;
mod federation_tokens;
mod file_cache;
mod hcloud;
mod id_token;
mod identity_center;
mod issued;
mod issuer_time;
mod labels;
mod metadata;
mod mfa_agency;
mod oidc;
mod pod_identity;
mod process;
mod profile;
mod profile_parsers;
mod saved_sign_in;
mod scenarios;
mod secrets;
mod variables;
mod world;
