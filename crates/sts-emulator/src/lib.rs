#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod any_service;
pub mod builtin;
mod clock;
mod config;
mod diagnosis;
mod emulator;
mod endpoints;
mod faults;
mod gateway;
mod hidden;
mod history;
mod html;
mod iam;
mod identity_center;
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
mod sign_ins;
mod table;
#[cfg(feature = "tls")]
mod tls;

pub use clock::{Clock, SystemClock, TestClock};
pub use config::Config;
#[cfg(feature = "config")]
pub use config::ConfigError;
pub use diagnosis::SignatureDiagnosis;
pub use emulator::{AuthenticationError, Builder, Emulator, InProcess, ListenError, Principal};
pub use faults::{Fault, Faults, Injection, ResetAt};
pub use identity_center::{IdentityCenter, PendingSignIn};
#[cfg(feature = "oidc")]
pub use oidc::OidcIssuer;
pub use request_log::RequestLog;
