#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod builder;
mod client;
mod connect_error;
mod connector;
mod errors;
mod pools;
mod proxy;
mod tls;
mod transport;
mod tunnel;

pub use builder::HyperTransportBuilder;
pub use client::Client;
/// Types of [`HyperTransport::from_client`].
#[cfg(feature = "hyper-util")]
pub use hyper_util;
/// Types of [`HyperTransportBuilder::rustls_config`].
pub use rustls;
/// The client and the [`Transport`](sts_client::Transport) contract.
pub use sts_client;
pub use sts_client::transport::BuildError;
#[cfg(feature = "hyper-util")]
pub use sts_client::transport::RequestBody;
pub use transport::HyperTransport;
