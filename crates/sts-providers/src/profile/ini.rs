//! The subset of INI that the official parsers of the profile file agree on.
//!
//! Python's `configparser`, Go's `ini` and the two patterns of the Java SDK disagree about quotes,
//! comments, indentation, duplicates and the case of keys, so one may find other credentials than
//! another. Any line that they could parse differently is an error. An INI library would choose one
//! interpretation, and copy the secrets to memory that is not wiped.

/// A profile file, borrowed from the buffer that is wiped. Errors name lines, and never quote a
/// possible secret.
pub(super) struct Ini<'a> {
    sections: Vec<&'a str>,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    line: usize,
    section: &'a str,
    key: &'a str,
    value: &'a str,
}

/// Limit of the file, in bytes: it has two sections, and each line is compared with all others.
const LARGEST_FILE: usize = 1 << 16;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
const BLANKS: [char; 2] = [' ', '\t'];

impl<'a> Ini<'a> {
    /// Parses a whole file, including unused sections: a line that one parser ignores may begin a
    /// section for another.
    pub(super) fn parse(content: &'a [u8]) -> Result<Self, String> {
        if content.len() > LARGEST_FILE {
            return Err("exceeds 64 KiB".to_owned());
        }
        let content = content.strip_prefix(BYTE_ORDER_MARK).unwrap_or(content);
        let content = std::str::from_utf8(content).map_err(|error| {
            let valid = content.get(..error.valid_up_to()).unwrap_or_default();
            let line = valid.split(|&byte| byte == b'\n').count();
            format!("line {line}: not valid UTF-8")
        })?;
        let mut ini = Self { sections: Vec::new(), entries: Vec::new() };
        for (line, text) in (1..).zip(content.split('\n')) {
            let text = text.strip_suffix('\r').unwrap_or(text);
            ini.add(line, text).map_err(|fault| format!("line {line}: {fault}"))?;
        }
        Ok(ini)
    }

    fn add(&mut self, line: usize, text: &'a str) -> Result<(), String> {
        // Includes a lone carriage return, which ends a line for some parsers.
        if text.contains(|c: char| c.is_control() && c != '\t') {
            return Err("control character".to_owned());
        }
        let trimmed = text.trim_matches(BLANKS);
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            return Ok(());
        }
        if text.starts_with(BLANKS) {
            return Err("indented, which continues the line before in some parsers".to_owned());
        }
        if trimmed.starts_with('[') {
            let name = section_name(trimmed)?;
            if self.sections.contains(&name) {
                return Err(format!("duplicate section [{name}]"));
            }
            self.sections.push(name);
            return Ok(());
        }
        let (key, value) = key_and_value(trimmed)?;
        let section = self.sections.last().copied().ok_or("entry before the first section")?;
        let entry = Entry { line, section, key, value };
        if self.entries.iter().any(|other| other.is_same(&entry)) {
            return Err("duplicate key".to_owned());
        }
        self.entries.push(entry);
        Ok(())
    }

    pub(super) fn has_section(&self, section: &str) -> bool {
        self.sections.contains(&section)
    }

    /// Whether the section has a non-empty entry with this key.
    pub(super) fn has(&self, section: &str, key: &str) -> bool {
        self.find(section, key).is_some_and(|entry| !entry.value.is_empty())
    }

    /// Returns the value of an entry, which all parsers agree on; `None` if the entry is missing.
    pub(super) fn value(&self, section: &str, key: &str) -> Result<Option<&'a str>, String> {
        let Some(Entry { line, value, .. }) = self.find(section, key) else { return Ok(None) };
        if value.is_empty() {
            return Err(format!("line {line}: the value of {key} is empty; remove the line"));
        }
        if !value.chars().all(|c| c.is_ascii_graphic() && !"#;".contains(c)) {
            return Err(format!(
                "line {line}: the value of {key} contains white space, `#`, `;` or a \
                 character that is not ASCII; comments need a line of their own"
            ));
        }
        Ok(Some(value))
    }

    fn find(&self, section: &str, key: &str) -> Option<&Entry<'a>> {
        self.entries.iter().find(|entry| entry.section == section && entry.key == key)
    }
}

impl Entry<'_> {
    /// Whether one of the two replaces the other. In Java the section and the key are one word, so
    /// `k` in `[basica]` is the same as `ak` in `[basic]`.
    fn is_same(&self, other: &Entry<'_>) -> bool {
        let ours = self.section.bytes().chain(self.key.bytes());
        ours.eq(other.section.bytes().chain(other.key.bytes()))
    }
}

/// Returns the name in a section header. Java accepts only lower-case letters, and `[DEFAULT]` is
/// part of every section for Python.
fn section_name(header: &str) -> Result<&str, String> {
    header
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .filter(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase()))
        .ok_or_else(|| {
            "invalid section header: expected [name] in lower-case letters, alone on its line"
                .to_owned()
        })
}

/// Returns the parts of `key = value`; each parser looks for a different first delimiter.
fn key_and_value(entry: &str) -> Result<(&str, &str), String> {
    let (before, after) = entry.split_once('=').ok_or("expected `key = value`")?;
    let key = before.strip_suffix(BLANKS).unwrap_or(before);
    let value = after.strip_prefix(BLANKS).unwrap_or(after);
    if key.ends_with(BLANKS) || value.starts_with(BLANKS) {
        return Err("more than one blank beside `=`".to_owned());
    }
    let is_key = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !key.starts_with(|c: char| c.is_ascii_lowercase()) || !key.bytes().all(is_key) {
        return Err("invalid key: expected lower-case letters, digits and `_`".to_owned());
    }
    if value.contains(['"', '\'', '`', '\\', '%']) {
        return Err("quote, `\\` or `%` in the value".to_owned());
    }
    if value.contains('=') && key == before {
        return Err("`=` in the value needs a blank before the first `=`".to_owned());
    }
    Ok((key, value))
}
