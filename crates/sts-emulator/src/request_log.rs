//! One line a request, for people.

use std::fmt;

use http::StatusCode;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::faults::Fault;

/// What became of one request. `Display` is a line for a log; it holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestLog {
    /// When it came, by the emulator's clock.
    pub at: OffsetDateTime,
    /// The operation's name, or method and path when there is no such operation.
    pub operation: String,
    /// The caller's URN, or the access key id that was presented when it was refused.
    pub caller: Option<String>,
    /// The answer's status.
    pub status: StatusCode,
    /// The answer's error code and why, for a rejection.
    pub error: Option<String>,
    /// What else is to be known: that the signature of a SAML assertion was not checked.
    pub note: Option<String>,
    /// The faults that faults it. Some of them keep the answer from arriving as it is told here.
    pub faults: Vec<Fault>,
    /// The answer's request id.
    pub request_id: String,
}

impl fmt::Display for RequestLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
        let at = self.at.format(format).unwrap_or_default();
        let caller = self.caller.as_deref().unwrap_or("-");
        let status = self.status.as_u16();
        write!(f, "{at} {} {caller} {status}", self.operation)?;
        if let Some(error) = &self.error {
            write!(f, " {error}")?;
        }
        if let Some(note) = &self.note {
            write!(f, " ({note})")?;
        }
        for fault in &self.faults {
            write!(f, " fault={fault}")?;
        }
        write!(f, " request_id={}", self.request_id)
    }
}

/// Text from outside, made fit for a line: bounded, and nothing that could move a cursor.
pub(crate) fn printable(text: &str) -> String {
    const LIMIT: usize = 300;
    let mut line = String::new();
    for character in text.chars() {
        if line.len() >= LIMIT {
            line.push('…');
            break;
        }
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}
