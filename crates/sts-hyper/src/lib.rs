//! Huawei Cloud STS over [hyper] and [rustls].
//!
//! [`HyperTransport`] is a [`Transport`](sts_client::Transport): it carries the exchanges of
//! [`sts_client`] on tokio. TLS is on unless the URI says `http`, and trusts what the machine
//! trusts.
//!
//! ```
//! use std::time::Duration;
//!
//! use sts_hyper::HyperTransport;
//!
//! let transport = HyperTransport::builder()
//!     .connect_timeout(Duration::from_secs(2))
//!     .build()?;
//! # let _: HyperTransport = transport.clone(); // cheap: the pool is shared
//! # Ok::<(), sts_hyper::BuildError>(())
//! ```
//!
//! # Features
//!
//! | feature | brings |
//! |---|---|
//! | `ring` (default) | cryptography of TLS by `ring` |
//! | `aws-lc-rs` | cryptography of TLS by `aws-lc-rs` |
//! | `http2` | `HyperTransportBuilder::http2` |
//! | `webpki-roots` | `HyperTransportBuilder::webpki_roots` |
//!
//! [hyper]: https://docs.rs/hyper
//! [rustls]: https://docs.rs/rustls
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
/// What [`HyperTransport::from_client`] takes.
pub use hyper_util;
pub use request_body::RequestBody;
/// What [`HyperTransportBuilder::rustls_config`] takes.
pub use rustls;
/// The machines, the client and the contract that this crate implements.
pub use sts_client;
pub use transport::HyperTransport;
