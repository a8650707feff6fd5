//! The client of Huawei Cloud STS: machines without IO, and thin drivers of them over any HTTP
//! stack.
//!
//! A [`Call`] makes one call: it signs, classifies, corrects the clock, waits and gives up. It is
//! driven by hand, or by a [`Client`] or a [`BlockingClient`] over a [`Transport`]. `sts-hyper`
//! and `sts-isahc` are transports; one of your own has two methods. A [`Session`] keeps the keys
//! of an agency fresh, and [`source`] says where a client's own keys come from.
//!
//! Nothing here opens a socket, reads a clock, a file or the environment, sleeps, spawns or draws
//! randomness, except `SystemClock` and `SystemEnvironment`
//! with the feature `system`.
#![forbid(unsafe_code)]

mod builder;
mod call;
mod client;
mod context;
mod driver;
mod error;
mod no_credentials;
mod platform;
mod report;
pub mod session;
mod shared;
mod signing_credentials;
pub mod source;
mod trace;
pub mod transport;

pub use builder::{BuildError, ClientBuilder};
pub use call::{Call, Step};
pub use client::{BlockingClient, Client, DynClient};
pub use context::{CallContext, CallPolicy};
pub use error::{Error, Failure};
pub use no_credentials::NoCredentials;
pub use platform::{Clock, Environment, InvalidVariable, Now, Platform};
#[cfg(feature = "system")]
pub use platform::{SystemClock, SystemEnvironment};
pub use report::{FailedAttempt, Report};
pub use session::{BlockingSession, Session, SessionPolicy};
pub use shared::backoff::Backoff;
pub use sts_credentials::{
    Credentials, CredentialsError, CredentialsRequest, ProvideCredentials, Secret,
    SharedCredentials, blocking,
};
pub use sts_proto as proto;
pub use transport::{BlockingTransport, Exchange, Limits, Transport, TransportError};
