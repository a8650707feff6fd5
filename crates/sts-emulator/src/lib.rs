//! A local emulator of Huawei Cloud STS for tests.
//!
//! The emulator is an HTTP server. It verifies signatures, dates and security tokens like the API
//! gateway, issues temporary credentials that work, locks access keys after repeated failures, and
//! returns the error codes and messages of the service. It injects faults on request ([`Fault`]),
//! issues ID tokens (`OidcIssuer`), and emulates the metadata service and pod identity.
//! `docs/emulator.md` lists which behaviour is documented and which is specific to the emulator.
//!
//! ```
//! # async fn test() -> std::io::Result<()> {
//! use sts_emulator::{Emulator, builtin};
//!
//! let emulator = Emulator::builder().start().await?;
//! println!("assume {} at {}", builtin::AGENCY_URN, emulator.url());
//! # Ok(())
//! # }
//! ```
//!
//! The crate also contains a program, for tests in other languages: `sts-emulator --help`.
//!
//! # Features
//!
//! All features are enabled by default. Without any of them the emulator serves
//! `AssumeAgency`, `GetCallerIdentity`, `DecodeAuthorizationMessage`, the metadata service and pod identity over http.
//!
//! | feature | adds |
//! |---|---|
//! | `cli` | the program `sts-emulator` |
//! | `config` | configuration from TOML |
//! | `oidc` | `AssumeAgencyWithOIDC`, and an issuer of ID tokens |
//! | `saml` | `AssumeAgencyWithSAML` |
//! | `tls` | https |
//! | `p256`, `sm2`, `sm3` | the signature algorithms `SDK-ECDSA-P256-SHA256`, `SDK-SM2-SM3`, `SDK-HMAC-SM3` |
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

pub mod builtin;
mod clock;
mod config;
mod emulator;
mod endpoints;
mod faults;
mod gateway;
mod model;
#[cfg(feature = "oidc")]
mod oidc;
mod random;
mod rejection;
mod request_log;
#[cfg(feature = "saml")]
mod saml;
mod seal;
mod server;
mod service;
#[cfg(feature = "tls")]
mod tls;

pub use clock::{Clock, SystemClock, TestClock};
pub use config::Config;
#[cfg(feature = "config")]
pub use config::ConfigError;
pub use emulator::{Builder, Emulator, InProcess};
pub use faults::{Fault, Faults, Injection, ResetAt};
#[cfg(feature = "oidc")]
pub use oidc::OidcIssuer;
pub use request_log::RequestLog;
