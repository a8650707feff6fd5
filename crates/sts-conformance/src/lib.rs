//! The suite that any [`Transport`] must pass.
//!
//! It runs a server on the loopback that does what servers should not: it closes, resets, stalls,
//! lies about lengths, shows wrong certificates. Each [`Case`] is one promise of the contract, and
//! holds the transport to the kind of its error, to how far it says the request got, to the number
//! of requests that arrived, and to the limit in time. Every error is searched for planted secrets.
//! Nothing is sent to any other address.
//!
//! One test for each case:
//!
//! ```
//! # mod stack {
//! #     use std::time::Duration;
//! #     use http::Response;
//! #     use sts_client::transport::{Exchange, Transport, TransportError, TransportErrorKind};
//! #     #[derive(Default)]
//! #     pub struct MyTransport;
//! #     impl Transport for MyTransport {
//! #         async fn send(&self, _: Exchange) -> Result<Response<sts_proto::Body>, TransportError> {
//! #             Err(TransportError::not_sent(TransportErrorKind::Other))
//! #         }
//! #         async fn sleep(&self, _: Duration) {}
//! #     }
//! # }
//! # use stack::MyTransport;
//! use sts_conformance::{Setup, Unsupported};
//!
//! fn transport(setup: &Setup) -> Result<MyTransport, Unsupported> {
//!     if setup.proxy.is_some() {
//!         return Err(Unsupported::new("it has no proxies"));
//!     }
//!     if setup.root_certificates_pem.is_some() {
//!         return Err(Unsupported::new("it trusts no certificates but the machine's"));
//!     }
//!     Ok(MyTransport::default())
//! }
//!
//! # mod tests {
//! # use super::transport;
//! sts_conformance::tests!(transport);
//! # }
//! # fn main() {}
//! ```
//!
//! The whole suite in one call, for a table or for a machine: [`conformance`] and
//! [`conformance_blocking`] give a [`Report`].
//!
//! A transport that lets a case wait in vain fails it a few seconds after its limit. One that
//! blocks the thread inside of an `async fn` cannot be watched so; run it as what it is, a
//! [`BlockingTransport`].
#![forbid(unsafe_code)]

mod case;
mod cases;
mod named;
mod report;
mod server;
mod setup;
mod stop;
mod subject;
mod trial;

use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{self, StreamExt};
use sts_client::transport::{BlockingTransport, Transport};

#[doc(hidden)]
pub use async_io::block_on;
pub use case::Case;
pub use named::{Failure, check, check_blocking};
pub use report::{CaseReport, Outcome, Report};
pub use setup::{Setup, Unsupported};

use crate::subject::Maker;

/// Most of them wait; more at once would only make the waits long.
const CASES_AT_ONCE: usize = 12;

/// Holds the transports that `make` makes to every case, on the runtime that awaits it.
///
/// `make` is asked for a new transport by each case, and told what the case needs.
pub async fn conformance<T, M>(make: M) -> Report
where
    T: Transport + Send + Sync + 'static,
    M: Fn(&Setup) -> Result<T, Unsupported> + Send + Sync,
{
    run(&Maker::awaiting(&make)).await
}

/// As [`conformance`], for a transport that blocks: each exchange runs on a thread of its own.
pub fn conformance_blocking<T, M>(make: M) -> Report
where
    T: BlockingTransport + Send + Sync + 'static,
    M: Fn(&Setup) -> Result<T, Unsupported> + Send + Sync,
{
    block_on(run(&Maker::blocking(&make)))
}

async fn run(maker: &Maker<'_>) -> Report {
    let cases: Vec<BoxFuture<'_, CaseReport>> =
        Case::all().iter().map(|case| case.examine(maker).boxed()).collect();
    Report::new(stream::iter(cases).buffered(CASES_AT_ONCE).collect().await)
}
