//! What is wrong with a configuration, and where.

use std::fmt;
use std::ops::Range;

/// A configuration that cannot be used, with its place. No value is shown: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    line: Option<usize>,
    key: Option<String>,
    problem: String,
}

impl ConfigError {
    pub(super) fn new(toml: &str, span: Option<&Range<usize>>, problem: &str) -> Self {
        let before = span.and_then(|span| toml.get(..span.start));
        Self {
            line: before.map(|before| before.matches('\n').count() + 1),
            key: span.and_then(|span| key_at(toml, span.start)),
            // The first line says what is wrong; others may quote the file.
            problem: problem.lines().next().unwrap_or_default().to_owned(),
        }
    }

    /// A problem with a key that is not there.
    pub(super) fn without_place(key: &str, problem: &str) -> Self {
        Self { line: None, key: Some(key.to_owned()), problem: problem.to_owned() }
    }

    /// A problem with the value of `key` in the table that begins at `table`, or with the lack of
    /// that key.
    pub(super) fn in_table(toml: &str, table: &Range<usize>, key: &str, problem: &str) -> Self {
        let table_line = Self::new(toml, Some(table), problem);
        let rest = toml.get(table.start..).unwrap_or_default();
        let mut lines = rest.lines().skip(1).take_while(|line| !line.starts_with('['));
        let is_key = |line: &str| {
            line.split_once('=').is_some_and(|(left, _)| left.trim().trim_matches('"') == key)
        };
        // In an inline table the key stands on the first line.
        let below = lines.position(is_key).map_or(0, |index| index + 1);
        let line = table_line.line.map(|line| line + below);
        Self { line, key: Some(key.to_owned()), ..table_line }
    }

    /// The line, from 1, if it has one.
    #[must_use]
    pub const fn line(&self) -> Option<usize> {
        self.line
    }

    /// The key whose value is wrong, or the wrong key itself.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

/// The bare key that stands at `position` or nearest before it, on the same line.
fn key_at(toml: &str, position: usize) -> Option<String> {
    let is_key = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let (before, after) = toml.split_at_checked(position)?;
    let line = before.rsplit('\n').next()?;
    let here: String = after.chars().take_while(|c| is_key(*c)).collect();
    if !here.is_empty() && after[here.len()..].trim_start().starts_with(['=', '.', ']']) {
        return Some(here);
    }
    let (left, _value) = line.rsplit_once('=')?;
    let key = left.trim_end().rsplit(|c| !is_key(c)).next()?;
    (!key.is_empty()).then(|| key.to_owned())
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        f.write_str(&self.problem)
    }
}

impl std::error::Error for ConfigError {}
