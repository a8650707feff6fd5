//! What a call asks its driver to do.

use std::time::Duration;

use sts_credentials::CredentialsRequest;

use crate::error::Error;
use crate::report::Report;
use crate::transport::Exchange;

/// What a [`Call`](super::Call) asks for next.
#[derive(Debug)]
#[must_use]
#[expect(clippy::large_enum_variant, reason = "a step is taken apart as soon as it is made")]
#[expect(clippy::exhaustive_enums, reason = "a driver that knows them all can do every call")]
pub enum Step<T> {
    /// Get keys, and hand them to [`Call::provide`](super::Call::provide).
    Credentials(CredentialsRequest),
    /// Send this, and hand what came of it to [`Call::receive`](super::Call::receive).
    Send(Exchange),
    /// Nothing to do for so long, unless something is handed in before. Then ask again; asking
    /// earlier does no harm.
    Wait(Duration),
    /// The end: the output and what it took, or the error.
    Done(Result<(T, Report), Error>),
}
