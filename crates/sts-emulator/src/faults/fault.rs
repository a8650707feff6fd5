//! Kinds of faults.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

/// A fault that the emulator injects. An [`Injection`](super::Injection) determines when and how
/// often.
///
/// Several faults can apply to the same request. If more than one of them replaces the response,
/// the one that was injected first takes precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Delays the response by this duration of real time.
    Latency(Duration),
    /// Responds with 429 `APIGW.0308`.
    Throttling {
        /// Value of the Retry-After header, in seconds; `None` omits the header.
        retry_after: Option<u32>,
    },
    /// Responds with this status, and with the gateway's code and message for 500, 502, 503 and
    /// 504.
    ServerError(StatusCode),
    /// Processes the request, and resets the connection at this point of the response.
    Reset(ResetAt),
    /// Processes the request, and closes the connection after half of the response body.
    CutBody,
    /// Processes the request, and replaces the response body with random bytes of the same length.
    GarbageBody,
    /// Shifts only the `Date` of the response.
    WrongDate(time::Duration),
    /// Shifts the emulator's clock for signing dates, expirations and the `Date` of the response.
    ClockOffset(time::Duration),
    /// Issues credentials that are already expired.
    ExpiredCredentials,
    /// Resets the connection without processing the request.
    Outage,
}

/// Point of a response at which the connection is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResetAt {
    /// Before the first byte.
    BeforeResponse,
    /// After the first 20 bytes.
    InHead,
    /// After the head and half of the body.
    InBody,
}

impl Fault {
    /// Returns the name that is used in configuration files, by the control endpoint and in the
    /// log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Latency(_) => "latency",
            Self::Throttling { .. } => "throttling",
            Self::ServerError(_) => "server_error",
            Self::Reset(_) => "reset",
            Self::CutBody => "cut_body",
            Self::GarbageBody => "garbage_body",
            Self::WrongDate(_) => "wrong_date",
            Self::ClockOffset(_) => "clock_offset",
            Self::ExpiredCredentials => "expired_credentials",
            Self::Outage => "outage",
        }
    }
}

impl fmt::Display for Fault {
    /// Writes the [name](Self::name).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
