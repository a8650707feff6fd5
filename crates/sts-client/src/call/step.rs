//! Steps of a call.

use std::time::Duration;

use sts_credentials::CredentialsRequest;

use crate::error::Error;
use crate::report::Report;
use crate::transport::Exchange;

/// The next action that a [`Call`](super::Call) requests from its driver.
#[derive(Debug)]
#[must_use]
#[expect(clippy::large_enum_variant, reason = "a step is taken apart as soon as it is made")]
#[expect(clippy::exhaustive_enums, reason = "a driver that knows them all can do every call")]
pub enum Step<T> {
    /// Obtain credentials, and pass them to [`Call::provide`](super::Call::provide).
    Credentials(CredentialsRequest),
    /// Send this request, and pass the outcome to [`Call::receive`](super::Call::receive).
    Send(Exchange),
    /// Wait for this duration, unless an outcome arrives before. Requesting the next step earlier
    /// is allowed.
    Wait(Duration),
    /// The outcome: the output and the report, or the error.
    Done(Result<(T, Report), Error>),
}
