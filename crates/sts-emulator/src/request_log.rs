//! The request log.

use std::fmt;

use http::StatusCode;
use serde::ser::{Serialize, SerializeStruct as _, Serializer};
use time::OffsetDateTime;
use time::macros::format_description;

use crate::diagnosis::SignatureDiagnosis;
use crate::faults::Fault;
use crate::hidden::is_hidden;

/// One entry of the request log. `Display` formats it as a line without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestLog {
    /// Time of the request on the emulator's clock.
    pub at: OffsetDateTime,
    /// Name of the operation, or method and path of an unknown operation.
    pub operation: String,
    /// The caller's URN, or the access key id of a rejected request.
    pub caller: Option<String>,
    /// Status of the response.
    pub status: StatusCode,
    /// Error code and reason of an unsuccessful response.
    pub error: Option<String>,
    /// Additional information, for example that the signature of a SAML assertion was not verified.
    pub note: Option<String>,
    /// Explanation of a signature mismatch.
    pub diagnosis: Option<Box<SignatureDiagnosis>>,
    /// Faults of the request. Some of them change or suppress the response that is logged.
    pub faults: Vec<Fault>,
    /// Request id of the response.
    pub request_id: String,
}

impl fmt::Display for RequestLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.time();
        let caller = self.caller.as_deref().unwrap_or("-");
        let status = self.status.as_u16();
        write!(f, "{at} {} {caller} {status}", self.operation)?;
        if let Some(error) = &self.error {
            write!(f, " {error}")?;
        }
        if let Some(note) = &self.note {
            write!(f, " ({note})")?;
        }
        if let Some(diagnosis) = &self.diagnosis {
            write!(f, " ({})", diagnosis.cause)?;
        }
        for fault in &self.faults {
            write!(f, " fault={fault}")?;
        }
        write!(f, " request_id={}", self.request_id)
    }
}

impl RequestLog {
    /// Returns the time in RFC 3339 with seconds.
    pub(crate) fn time(&self) -> String {
        let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
        self.at.format(format).unwrap_or_default()
    }
}

/// An object with the fields of the entry. `at` is in RFC 3339, `faults` contains their names, and
/// missing values are `null`.
impl Serialize for RequestLog {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut entry = serializer.serialize_struct("RequestLog", 9)?;
        entry.serialize_field("at", &self.time())?;
        entry.serialize_field("operation", &self.operation)?;
        entry.serialize_field("caller", &self.caller)?;
        entry.serialize_field("status", &self.status.as_u16())?;
        entry.serialize_field("error", &self.error)?;
        entry.serialize_field("note", &self.note)?;
        let faults: Vec<_> = self.faults.iter().map(|fault| fault.name()).collect();
        entry.serialize_field("faults", &faults)?;
        entry.serialize_field("diagnosis", &self.diagnosis)?;
        entry.serialize_field("request_id", &self.request_id)?;
        entry.end()
    }
}

/// Returns outside text as a bounded line in which hidden characters are escaped.
pub(crate) fn printable(text: &str) -> String {
    const LIMIT: usize = 300;
    let mut line = String::new();
    for character in text.chars() {
        if line.len() >= LIMIT {
            line.push('…');
            break;
        }
        if is_hidden(character) {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}
