#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

pub mod blocking;
mod credentials;
mod deserialize;
mod error;
mod kind;
mod maybe_send;
mod provide;
mod secret;
mod shared;
mod validate;

pub use credentials::Credentials;
pub use error::CredentialsError;
pub use kind::{ErrorKind, RetryAdvice};
pub use maybe_send::{BoxFuture, MaybeSend, MaybeSync};
pub use provide::{CredentialsRequest, ProvideCredentials};
pub use secret::Secret;
pub use shared::SharedCredentials;
pub use validate::{
    InvalidCredentials, validate_access_key_id, validate_secret_access_key, validate_security_token,
};
