//! An STS on your own machine: what tests and examples call instead of Huawei Cloud.
//!
//! It is a real HTTP server. It verifies signatures, dates and security tokens as the gateway
//! does, issues temporary keys that work, locks keys that fail too often, and words its errors as
//! the service words them. It misbehaves on request ([`Fault`]), mints ID tokens ([`OidcIssuer`]),
//! and stands for the metadata service of machines and pods. `docs/emulator.md` says which of its
//! behaviours are documented ones.
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
//! The crate is a binary too, for tests in other languages: `sts-emulator --help`.
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
