//! Huawei Cloud STS over [isahc] and libcurl, async and blocking, without tokio.
//!
//! [`IsahcTransport`] is a [`Transport`](sts_client::Transport) for any executor and a
//! [`BlockingTransport`](sts_client::BlockingTransport) for any thread: it carries the exchanges
//! of [`sts_client`]. TLS is on unless the URI says `http`, and trusts what the machine trusts.
//!
//! ```
//! use std::time::Duration;
//!
//! use sts_isahc::IsahcTransport;
//!
//! let transport = IsahcTransport::builder()
//!     .connect_timeout(Duration::from_secs(2))
//!     .build()?;
//! # let _: IsahcTransport = transport.clone(); // cheap: the connections are shared
//! # Ok::<(), sts_isahc::BuildError>(())
//! ```
//!
//! # Features
//!
//! | feature | brings |
//! |---|---|
//! | `rustls-tls` (default) | TLS by rustls; libcurl is built along, with a C compiler |
//! | `webpki-roots` | `IsahcTransportBuilder::webpki_roots` |
//!
//! isahc is built with one TLS library at a time. To use the system's, switch the default features
//! off here, depend on isahc with its feature `native-tls`, and hand over a client of yours:
//! [`IsahcTransport::from_client`].
//!
//! [isahc]: https://docs.rs/isahc
#![forbid(unsafe_code)]

mod build_error;
mod builder;
mod client;
mod clients;
mod errors;
mod overheard;
mod proxy;
mod timer;
mod transport;
#[cfg(feature = "rustls-tls")]
mod trust;
mod unlogged;

pub use build_error::BuildError;
pub use builder::IsahcTransportBuilder;
pub use client::{BlockingClient, Client};
/// What [`IsahcTransport::from_client`] takes.
pub use isahc;
/// The machines, the client and the contract that this crate implements.
pub use sts_client;
pub use transport::IsahcTransport;
