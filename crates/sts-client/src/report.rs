//! What a call took.

use std::time::Duration;

use http::StatusCode;
use sts_proto::{ErrorCode, ErrorKind};

use crate::transport::TransportErrorKind;

/// What a call took, whether it succeeded or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// How often a request was sent.
    pub attempts: u32,
    /// From the first step to the last, by the monotonic clock.
    pub elapsed: Duration,
    /// The attempts that failed, in order. When the call failed, the last one is why.
    pub failures: Vec<FailedAttempt>,
}

/// An attempt that failed, in short.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FailedAttempt {
    /// The endpoint it went to.
    pub endpoint: String,
    /// What happened.
    pub kind: ErrorKind,
    /// The status, if there was an answer.
    pub status: Option<StatusCode>,
    /// The service's code, if it named one.
    pub code: Option<ErrorCode>,
    /// The id to quote to support.
    pub request_id: Option<String>,
    /// What went wrong on the way, if there was no answer.
    pub transport: Option<TransportErrorKind>,
    /// How long the call waited after it, if it went on.
    pub waited: Option<Duration>,
}
