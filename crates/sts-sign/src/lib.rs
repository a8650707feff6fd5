#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod algorithm;
mod authorization;
mod canonical_request;
mod date;
mod explain;
mod hash;
mod hex;
mod host;
mod key;
mod payload;
mod scope;
mod signed_headers;
mod signer;
mod sink;
mod string_to_sign;
mod verify;

pub use algorithm::Algorithm;
pub use explain::{Difference, Explanation};
pub use payload::Payload;
pub use scope::Scope;
pub use signed_headers::SignedHeaders;
pub use signer::{SignError, Signer, SignerError};
pub use verify::{Presented, Verified, Verifier, VerifyError, verify};
