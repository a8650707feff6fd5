#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod base;
pub mod blocking;
mod builder;
mod call;
mod classify;
mod client;
#[cfg(all(test, shuttle))]
#[path = "../tests/concurrency/mod.rs"]
mod concurrency;
mod context;
mod drive;
mod error;
pub mod identity_proof;
mod machine;
mod no_credentials;
mod platform;
pub mod pool;
pub mod session;
mod shared;
mod signing_credentials;
mod stats;
mod sync;
#[cfg(feature = "test-util")]
pub mod test_util;
#[cfg(feature = "tower")]
pub mod tower;
mod trace;
pub mod transport;

pub use builder::{ClientBuildError, ClientBuilder, SessionOf};
pub use call::Call;
pub use classify::Classify;
pub use client::{Client, DynClient};
pub use context::{CallContext, CallPolicy, ServiceTime};
pub use error::{Error, Failure};
pub use machine::{StateMachine, Step};
pub use no_credentials::NoCredentials;
pub use platform::{
    Clock, Command, CommandOutput, Environment, FileLock, InvalidVariable, Now, Platform,
};
#[cfg(feature = "system")]
pub use platform::{SystemClock, SystemEnvironment};
pub use session::{Session, SessionPolicy};
pub use shared::backoff::Backoff;
pub use stats::{CallStats, Completed, FailedAttempt};
pub use sts_credentials::{
    Credentials, CredentialsError, CredentialsRequest, ProvideCredentials, Secret,
    SharedCredentials,
};
pub use sts_proto as proto;
pub use sts_sign as sign;
pub use transport::{Exchange, Limits, Transport, TransportError};
