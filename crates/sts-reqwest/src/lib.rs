#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

#[cfg(feature = "blocking")]
pub mod blocking;
mod builder;
mod client;
mod errors;
mod exchange;
mod sign;
mod transport;

pub use builder::ReqwestTransportBuilder;
pub use client::Client;
/// Types of [`ReqwestTransport::from_client`] and [`sign`].
pub use reqwest;
pub use sign::{
    SignRequestError, sign, sign_attempt, sign_attempt_with_payload, sign_with_payload,
};
/// The client and the [`Transport`](sts_client::Transport) contract.
pub use sts_client;
pub use sts_client::transport::BuildError;
pub use transport::ReqwestTransport;
