#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod builder;
mod client;
mod clients;
mod errors;
mod proxy;
mod timer;
#[cfg(feature = "rustls-tls")]
mod tls;
mod transport;
mod tunnel_status;
mod wire_log;

pub use builder::IsahcTransportBuilder;
pub use client::{Client, blocking};
/// Types of [`IsahcTransport::from_client`].
pub use isahc;
/// The client and the [`Transport`](sts_client::Transport) contract.
pub use sts_client;
pub use sts_client::transport::BuildError;
pub use transport::IsahcTransport;
