//! Checks and their results.

use std::io::{self, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::layout::{beside, stdout_width};
use crate::output::Report;

/// Width of the names of checks.
const NAME_WIDTH: usize = 13;

/// Results of checks, in order.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub(super) struct Checks(Vec<Check>);

#[derive(Serialize)]
struct Check {
    #[serde(rename = "check")]
    name: &'static str,
    state: State,
    text: String,
    remedy: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Warn,
    Fail,
    /// A check on which it depends has failed.
    Skip,
}

/// Name of the check whose failure alone means that credentials are missing.
pub(super) const CREDENTIALS: &str = "credentials";

impl Checks {
    pub(super) fn ok(&mut self, check: &'static str, text: impl Into<String>) {
        self.add(check, State::Ok, text.into(), None);
    }

    pub(super) fn warn(
        &mut self,
        check: &'static str,
        text: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(check, State::Warn, text.into(), Some(remedy.into()));
    }

    pub(super) fn fail(
        &mut self,
        check: &'static str,
        text: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(check, State::Fail, text.into(), Some(remedy.into()));
    }

    /// Skips checks that depend on the failed check `on`.
    pub(super) fn skip(&mut self, checks: &[&'static str], on: &str) {
        for check in checks {
            self.add(check, State::Skip, format!("depends on {on}"), None);
        }
    }

    fn add(&mut self, check: &'static str, state: State, text: String, remedy: Option<String>) {
        self.0.push(Check { name: check, state, text, remedy });
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        let mut failed = self.0.iter().filter(|check| check.state == State::Fail).peekable();
        if failed.peek().is_none() {
            ExitCode::SUCCESS
        } else if failed.all(|check| check.name == CREDENTIALS) {
            ExitCode::from(3)
        } else {
            ExitCode::from(1)
        }
    }
}

impl State {
    const fn shown(self) -> (&'static str, Style) {
        match self {
            Self::Ok => ("ok", AnsiColor::Green.on_default()),
            Self::Warn => ("warn", AnsiColor::Yellow.on_default()),
            Self::Fail => ("fail", AnsiColor::Red.on_default().bold()),
            Self::Skip => ("skip", Style::new().dimmed()),
        }
    }
}

impl Report for Checks {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let width = stdout_width();
        for Check { name, state, text, remedy } in &self.0 {
            let (state, style) = state.shown();
            let head = format!("{style}{state:<6}{style:#}{name:<NAME_WIDTH$}");
            beside(out, width, &head, text)?;
            if let Some(remedy) = remedy {
                beside(out, width, "      help: ", remedy)?;
            }
        }
        Ok(())
    }
}
