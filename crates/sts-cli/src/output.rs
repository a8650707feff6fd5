//! Output on standard output, and warnings. Colours are removed unless it is a terminal, and by `NO_COLOR`.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use huaweicloud_sts::Credentials;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::failure::Failure;
use crate::options::Format;
use crate::printable;

/// Width of the names of fields.
const NAME_WIDTH: usize = 12;

pub(crate) const BOLD: Style = Style::new().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// Writes results in the form that the user selected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output(Format);

/// A result that has both forms. The serialized fields are documented in docs/cli.md.
pub(crate) trait Report: Serialize {
    /// Writes the result for people.
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()>;
}

impl Output {
    pub(crate) fn new(format: Format) -> Self {
        Self(format)
    }

    pub(crate) fn is_json(self) -> bool {
        self.0 == Format::Json
    }

    /// Prints a result.
    pub(crate) fn print(self, report: &impl Report) -> Result<(), Failure> {
        write_stdout(|out| match self.0 {
            Format::Text => report.write_text(out),
            Format::Json => {
                serde_json::to_writer(&mut *out, report)?;
                out.write_all(b"\n")
            }
        })
    }

    /// Prints a warning to standard error.
    pub(crate) fn warn(self, warning: &str) {
        let mut out = anstream::stderr().lock();
        // Nothing is left to do if standard error is closed.
        let _ = match self.0 {
            Format::Text => {
                writeln!(out, "{YELLOW}warning:{YELLOW:#} {}", printable::lines(warning))
            }
            Format::Json => writeln!(out, "{}", serde_json::json!({ "warning": warning })),
        };
    }
}

/// Writes to standard output by `write`.
pub(crate) fn write_stdout(
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    finished(write(&mut out).and_then(|()| out.flush()))
}

/// Returns the failure of an output. It is none if the reader closes the output, because it has read
/// enough: the exit code is that of the command.
pub(crate) fn finished(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => {
            written.map_err(|error| Failure::failed(format!("cannot write the output: {error}")))
        }
    }
}

/// Writes a field of a result for people.
pub(crate) fn field(out: &mut dyn Write, name: &str, value: &str) -> io::Result<()> {
    multiline_field(out, name, &printable::line(value))
}

/// Writes a field with the line breaks of its value.
pub(crate) fn multiline_field(out: &mut dyn Write, name: &str, value: &str) -> io::Result<()> {
    writeln!(out, "{BOLD}{name:<NAME_WIDTH$}{BOLD:#}{}", printable::lines(value))
}

/// Returns when credentials expire, for people. Variables and profile files do not contain the time for
/// temporary credentials.
pub(crate) fn expiration(credentials: &Credentials) -> String {
    match (credentials.expiration, &credentials.security_token) {
        (Some(end), _) => format!("expires at {}", rfc3339(end)),
        (None, Some(_)) => "expires at an unknown time".to_owned(),
        (None, None) => "does not expire".to_owned(),
    }
}

pub(crate) fn rfc3339(instant: OffsetDateTime) -> String {
    instant.format(&Rfc3339).unwrap_or_else(|_| instant.to_string())
}
