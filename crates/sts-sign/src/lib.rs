#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
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
mod request_signer;
mod scope;
mod signature;
mod signed_headers;
mod signer;
mod sink;
mod string_to_sign;
mod verify;

pub use algorithm::Algorithm;
pub use explain::{Difference, Explanation};
pub use key::{RemoteKey, SigningKey, SigningKeyError};
pub use payload::Payload;
pub use request_signer::{Attempts, Observation, RequestSignError, RequestSigner, Verdict};
pub use scope::Scope;
pub use signature::Signature;
pub use signed_headers::SignedHeaders;
pub use signer::{PreparedRequest, SignError, Signer, SignerError};
pub use string_to_sign::StringToSign;
pub use verify::{Presented, Verified, Verifier, VerifyError, verify};
