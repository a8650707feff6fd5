//! Request signing and verification for Huawei Cloud APIs, without IO.
//!
//! A [`Signer`] is prepared once from an access key and then signs any number of
//! [`http::Request`]s, from any number of threads. [`verify()`] is the other side: it checks a
//! signed request and says why it does not hold.
//!
//! The method is that of Huawei Cloud's "API Request Signing Guide", byte for byte as the official
//! SDKs do it: `SDK-HMAC-SHA256`, which all public services take, and `V11-HMAC-SHA256` with its
//! derived keys. The features `sm3`, `p256` and `sm2` add signers for the three other
//! [`Algorithm`]s of those SDKs.
//!
//! It opens no socket, reads no clock and no environment, and draws no randomness.
//!
//! ```
//! use sts_sign::{Signer, verify};
//! use time::macros::datetime;
//! # use std::time::Duration;
//!
//! let signer = Signer::from_parts("HSTEXAMPLE0000000001", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL3rU6iO9z")?;
//!
//! let mut request = http::Request::get("https://sts.cn-north-4.myhuaweicloud.com/v5/caller-identity")
//!     .body("")?;
//! let now = datetime!(2026-03-05 07:08:09 UTC);
//! signer.sign(&mut request, now)?;
//! assert_eq!(request.headers()["x-sdk-date"], "20260305T070809Z");
//!
//! let verified = verify(&request, |_presented| Some(&signer), now, Duration::from_secs(900))?;
//! assert_eq!(verified.access_key_id(), "HSTEXAMPLE0000000001");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! When a gateway refuses a signature, [`Signer::explain`] shows what was signed, and
//! [`Explanation::first_difference`] holds it against the canonical request that the gateway
//! echoes.
#![forbid(unsafe_code)]

mod algorithm;
mod authorization;
mod canonical_request;
mod date;
mod explain;
mod hash;
mod hex;
mod host;
mod keys;
mod payload;
mod scope;
mod signed_headers;
mod signer;
mod sink;
mod string_to_sign;
mod verify;

pub use algorithm::Algorithm;
pub use explain::{Difference, Explanation};
pub use keys::InvalidKeys;
pub use payload::Payload;
pub use scope::Scope;
pub use signed_headers::SignedHeaders;
pub use signer::{SignError, Signer};
pub use verify::{Presented, Verified, Verifier, VerifyError, verify};
