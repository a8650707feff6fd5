#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod credentials;
mod deserialize;
mod kind;
mod secret;
mod validate;

pub use credentials::Credentials;
pub use kind::{ErrorKind, RetryAdvice};
pub use secret::Secret;
pub use validate::{
    InvalidCredentials, validate_access_key_id, validate_secret_access_key, validate_security_token,
};
