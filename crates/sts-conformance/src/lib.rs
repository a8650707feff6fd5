#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod case;
mod cases;
mod named;
mod report;
mod server;
mod setup;
mod stop;
mod subject;
mod timed_out;
mod trial;

use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{self, StreamExt};
use sts_client::blocking;
use sts_client::transport::Transport;

#[doc(hidden)]
pub use async_io::block_on;
pub use case::Case;
pub use named::{Failure, check, check_blocking};
pub use report::{CaseReport, Outcome, Report, Requirement};
pub use setup::{Setup, Unsupported};

use crate::subject::Factory;

/// Most cases wait. More concurrent cases would exceed their time limits.
const CASES_AT_ONCE: usize = 12;

/// Runs all cases on an async transport, on the current runtime.
///
/// Each case calls `make` with the settings that it requires to create a transport.
pub async fn conformance<T, M>(make: M) -> Report
where
    T: Transport + Send + Sync + 'static,
    M: Fn(&Setup) -> Result<T, Unsupported> + Send + Sync,
{
    run(&Factory::awaiting(&make)).await
}

/// Runs all cases on a blocking transport; each exchange runs on a thread of its own.
pub fn conformance_blocking<T, M>(make: M) -> Report
where
    T: blocking::Transport + Send + Sync + 'static,
    M: Fn(&Setup) -> Result<T, Unsupported> + Send + Sync,
{
    block_on(run(&Factory::blocking(&make)))
}

async fn run(factory: &Factory<'_>) -> Report {
    let cases: Vec<BoxFuture<'_, CaseReport>> =
        Case::all().iter().map(|case| case.run_with(factory).boxed()).collect();
    Report::new(stream::iter(cases).buffered(CASES_AT_ONCE).collect().await)
}
