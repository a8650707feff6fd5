#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod build_error;
mod builder;
mod client;
mod connect_error;
mod connector;
mod errors;
mod on_runtime;
mod pools;
mod proxy;
mod request_body;
mod roots;
mod tls;
mod transport;
mod tunnel;

pub use build_error::BuildError;
pub use builder::HyperTransportBuilder;
pub use client::Client;
/// Types of [`HyperTransport::from_client`].
pub use hyper_util;
pub use request_body::RequestBody;
/// Types of [`HyperTransportBuilder::rustls_config`].
pub use rustls;
/// The client and the [`Transport`](sts_client::Transport) contract.
pub use sts_client;
pub use transport::HyperTransport;
