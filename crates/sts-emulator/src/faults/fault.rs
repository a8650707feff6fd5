//! What can go wrong.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

/// Something that goes wrong on request. When and how often is said by an
/// [`Injection`](super::Injection).
///
/// Faults that strike one request together all have their effect; where two of them give an
/// answer of their own, the one that was injected first does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The answer comes so much later, on the clock of the machine.
    Latency(Duration),
    /// 429 `APIGW.0308`, with the seconds of a Retry-After header if they are given.
    Throttling {
        /// What the header says, in seconds; no header without it.
        retry_after: Option<u32>,
    },
    /// This status, with the gateway's code and message where it has one: 500, 502, 503 or 504.
    ServerError(StatusCode),
    /// The request is carried out, and the connection is reset at this point of the answer.
    Reset(ResetAt),
    /// The request is carried out, and the connection is closed, in order, after half of the
    /// answer's body.
    CutBody,
    /// The request is carried out, and the answer's body is noise of the same length.
    GarbageBody,
    /// The `Date` of the answer is off by so much. All else goes by the right time.
    WrongDate(time::Duration),
    /// The emulator's clock is off by so much: for signing dates, for the end of keys, and for the
    /// `Date` of the answer.
    ClockOffset(time::Duration),
    /// Keys are issued with an end that has passed, and are refused as such.
    ExpiredCredentials,
    /// Nobody is there: the connection is reset, and the request is not carried out.
    Outage,
}

/// Where in an answer a connection is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResetAt {
    /// Before its first byte.
    BeforeResponse,
    /// After some bytes of its head.
    InHead,
    /// After its head and half of its body.
    InBody,
}

impl Fault {
    /// Its name in the configuration file, in the control endpoint's JSON and in the log.
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
    /// The [name](Self::name).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
