//! What was signed, and how it differs from what the gateway received.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use huaweicloud_sts::proto::ServiceError;
use huaweicloud_sts::sign::{Difference, Explanation};
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::failure::Failure;
use crate::output::{BOLD, finished};
use crate::printable;

const MARKED: Style = AnsiColor::Red.on_default().bold();

/// Texts that the last attempt signed, and the first difference from the gateway's.
pub(super) struct Explained {
    explanation: Option<Explanation>,
    /// The gateway's canonical request, redacted.
    echo: Option<String>,
    difference: Option<Difference>,
}

impl Explained {
    pub(super) fn new(explanation: Option<Explanation>, error: Option<&ServiceError>) -> Self {
        let echo = error.and_then(ServiceError::echoed_canonical_request).map(str::to_owned);
        // The message as received is compared, because values are redacted in the echo. No secret is
        // in the difference.
        let raw = error.and_then(ServiceError::raw_message).filter(|_| echo.is_some());
        let difference = explanation
            .as_ref()
            .zip(raw)
            .and_then(|(explanation, raw)| explanation.first_difference(raw.expose_secret()));
        Self { explanation, echo, difference }
    }

    pub(super) fn difference(&self) -> Option<&Difference> {
        self.difference.as_ref()
    }

    /// Whether the response contains the gateway's canonical request.
    pub(super) fn has_echo(&self) -> bool {
        self.echo.is_some()
    }

    /// Prints the texts to standard error.
    pub(super) fn print(&self) -> Result<(), Failure> {
        finished(self.write_text(&mut anstream::stderr().lock()))
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Some(explanation) = &self.explanation else { return Ok(()) };
        writeln!(out, "{BOLD}canonical request{BOLD:#}")?;
        let lines: Vec<_> = explanation.canonical_request().split('\n').collect();
        let marked = self.difference().and_then(|difference| line_of(difference, &lines));
        for (index, line) in lines.iter().enumerate() {
            if marked == Some(index) {
                writeln!(out, "{MARKED}> {}{MARKED:#}", printable::line(line))?;
            } else {
                writeln!(out, "{}", format!("  {}", printable::line(line)).trim_end())?;
            }
        }
        writeln!(out, "{BOLD}string to sign{BOLD:#}")?;
        for line in explanation.string_to_sign().split('\n') {
            writeln!(out, "  {}", printable::line(line))?;
        }
        if let Some(echo) = &self.echo {
            writeln!(out, "{BOLD}canonical request of the gateway{BOLD:#}")?;
            for line in echo.split('|') {
                writeln!(out, "{}", format!("  {}", printable::line(line)).trim_end())?;
            }
        }
        match &self.difference {
            Some(difference) => {
                let difference = printable::line(&difference.to_string());
                writeln!(out, "{BOLD}first difference{BOLD:#}\n  {MARKED}{difference}{MARKED:#}")
            }
            None if self.has_echo() => {
                writeln!(out, "{BOLD}first difference{BOLD:#}\n  none is visible")
            }
            None => Ok(()),
        }
    }
}

/// Returns the index of the line of the canonical request that differs, if it has one.
fn line_of(difference: &Difference, lines: &[&str]) -> Option<usize> {
    match difference.part() {
        "method" => Some(0),
        "canonical URI" => Some(1),
        "query" => Some(2),
        "payload hash" => lines.len().checked_sub(1),
        "list of signed headers" => lines.len().checked_sub(2),
        header => {
            let is_header =
                |line: &&str| line.split_once(':').is_some_and(|(name, _)| name == header);
            Some(lines.iter().skip(3).position(is_header)? + 3)
        }
    }
}

impl Serialize for Explained {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Explanation", 4)?;
        let explanation = self.explanation.as_ref();
        fields.serialize_field(
            "canonical_request",
            &explanation.map(Explanation::canonical_request),
        )?;
        fields.serialize_field("string_to_sign", &explanation.map(Explanation::string_to_sign))?;
        fields.serialize_field("gateway_canonical_request", &self.echo)?;
        fields.serialize_field("difference", &self.difference.as_ref().map(ToString::to_string))?;
        fields.end()
    }
}
