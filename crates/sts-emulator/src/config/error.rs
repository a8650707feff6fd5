//! Errors of a configuration file.

use std::fmt;
use std::ops::Range;

/// Error of a configuration file, with its position. It does not contain values, which may be
/// secret.
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
            // The first line describes the problem; the others may quote the file.
            problem: without_value(problem.lines().next().unwrap_or_default()),
        }
    }

    /// Creates an error about a missing key.
    pub(super) fn without_place(key: &str, problem: &str) -> Self {
        Self { line: None, key: Some(key.to_owned()), problem: problem.to_owned() }
    }

    /// Creates an error about the value of `key`, or about its absence, in the table that begins at
    /// `table`.
    pub(super) fn in_table(toml: &str, table: &Range<usize>, key: &str, problem: &str) -> Self {
        let table_line = Self::new(toml, Some(table), problem);
        let rest = toml.get(table.start..).unwrap_or_default();
        // Tables may be indented.
        let is_of_table = |line: &&str| !line.trim_start().starts_with('[');
        let mut lines = rest.lines().skip(1).take_while(is_of_table);
        let is_key = |line: &str| {
            line.split_once('=').is_some_and(|(left, _)| left.trim().trim_matches('"') == key)
        };
        // In an inline table the key is on the first line.
        let below = lines.position(is_key).map_or(0, |index| index + 1);
        let line = table_line.line.map(|line| line + below);
        Self { line, key: Some(key.to_owned()), ..table_line }
    }

    /// Returns the line, counted from 1, if the error has a position.
    #[must_use]
    pub const fn line(&self) -> Option<usize> {
        self.line
    }

    /// Returns the key that is invalid or whose value is.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

/// Removes the quoted value from a message of the decoder, such as `invalid type: string "value",
/// expected a boolean`.
fn without_value(problem: &str) -> String {
    let quotes = ["invalid type: ", "invalid value: "].iter().any(|kind| problem.starts_with(kind));
    let value = problem.find(['"', '`']).filter(|_| quotes);
    let expected = problem.rfind(", expected ");
    match (value.and_then(|at| problem.get(..at)), expected.and_then(|at| problem.get(at..))) {
        (Some(kind), Some(expected)) => format!("{}{expected}", kind.trim_end()),
        _ => problem.to_owned(),
    }
}

/// Returns the bare key at `position`, or else the key of the value at `position`.
fn key_at(toml: &str, position: usize) -> Option<String> {
    let is_key = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let (before, after) = toml.split_at_checked(position)?;
    let key = match place_after(before)? {
        Place::Key => after.split(|c| !is_key(c)).next(),
        Place::ValueOf(key) => key.trim_end().rsplit(|c| !is_key(c)).next(),
    };
    key.filter(|key| !key.is_empty()).map(str::to_owned)
}

/// The element at a position in a file.
#[derive(Clone, Copy)]
enum Place<'a> {
    Key,
    ValueOf(&'a str),
}

/// Classifies what follows `before`. Parts of values and of quoted keys are never classified as
/// keys.
fn place_after(before: &str) -> Option<Place<'_>> {
    let mut open = Vec::new();
    let mut place = Place::Key;
    let mut start = 0;
    let mut characters = before.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' | '\'' => loop {
                match characters.next() {
                    None => return Some(place).filter(|place| matches!(place, Place::ValueOf(_))),
                    Some((_, '\\')) if c == '"' => drop(characters.next()),
                    Some((_, end)) if end == c => break,
                    Some(_) => {}
                }
            },
            '#' => {
                let (end, _) = characters.find(|(_, c)| *c == '\n')?;
                if open.is_empty() {
                    (start, place) = (end + 1, Place::Key);
                }
            }
            '[' => open.push((c, start, place)),
            // What follows is part of the surrounding value again.
            ']' | '}' => {
                if let Some((_, outer_start, outer)) = open.pop() {
                    (start, place) = (outer_start, outer);
                }
            }
            '{' => {
                open.push((c, start, place));
                (start, place) = (at + 1, Place::Key);
            }
            ',' if open.last().is_some_and(|(bracket, ..)| *bracket == '{') => {
                (start, place) = (at + 1, Place::Key);
            }
            '\n' if open.is_empty() => (start, place) = (at + 1, Place::Key),
            '=' if matches!(place, Place::Key) => place = Place::ValueOf(before.get(start..at)?),
            _ => {}
        }
    }
    Some(place)
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
