//! Outputs of calls with their statistics.

use std::time::Duration;

use http::StatusCode;
use sts_proto::{ErrorCode, ErrorKind};

use crate::transport::TransportErrorKind;

/// Output of a successful call, with its statistics.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Completed<T> {
    /// What the service returned.
    pub output: T,
    /// The attempts that the call needed.
    pub stats: CallStats,
}

/// Attempts and duration of a call. A failed call has them in
/// [`Error::stats`](crate::Error::stats).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallStats {
    /// The number of requests sent.
    pub attempts: u32,
    /// The time from the first step to the last, by the monotonic clock.
    pub elapsed: Duration,
    /// The attempts that failed, in order. If the call failed, the last one is the cause.
    pub failures: Vec<FailedAttempt>,
}

/// Summary of a failed attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedAttempt {
    /// The endpoint of the attempt.
    pub endpoint: String,
    /// The kind of the failure.
    pub kind: ErrorKind,
    /// The HTTP status, if a response was received.
    pub status: Option<StatusCode>,
    /// The service's error code, if the response contained one.
    pub code: Option<ErrorCode>,
    /// The request id, for support cases.
    pub request_id: Option<String>,
    /// The kind of the transport failure, if no response was received.
    pub transport: Option<TransportErrorKind>,
    /// How long the call waited after the attempt, if it continued.
    pub waited: Option<Duration>,
}
