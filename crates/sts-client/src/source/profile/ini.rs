//! The part of INI that all readers of the profile file understand alike.
//!
//! An INI library would decide by its own rules what a quote or a `#` means, and would leave the
//! keys in blocks that nobody wipes. This one borrows from the file's block and refuses what the
//! official SDKs do not agree on. Complaints name lines, and quote none.

/// One section: its name and entries, borrowed from the file.
pub(super) struct Section<'a> {
    name: &'a str,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    line: usize,
    key: &'a str,
    value: &'a str,
}

impl<'a> Section<'a> {
    /// The section of that name, if there is one.
    pub(super) fn find(content: &'a str, name: &'a str) -> Result<Option<Self>, String> {
        // Editors of Windows put it there.
        let content = content.strip_prefix('\u{feff}').unwrap_or(content);
        let mut section: Option<Self> = None;
        let mut is_within = false;
        for (line, text) in (1..).zip(content.lines()) {
            let trimmed = text.trim();
            if let Some(heading) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
            {
                is_within = heading == name;
                if is_within && section.is_some() {
                    return Err(format!("line {line} begins the section [{name}] again"));
                }
                if is_within {
                    section = Some(Self { name, entries: Vec::new() });
                }
            } else if let Some(section) = section.as_mut().filter(|_| is_within)
                && !trimmed.is_empty()
                && !trimmed.starts_with(['#', ';'])
            {
                section.add(line, text)?;
            }
        }
        Ok(section)
    }

    fn add(&mut self, line: usize, text: &'a str) -> Result<(), String> {
        if text.starts_with(char::is_whitespace) {
            return Err(format!(
                "line {line} is indented, which some readers take for a part of \
                                the line before"
            ));
        }
        let (key, value) =
            text.split_once('=').ok_or_else(|| format!("line {line} is no `key = value`"))?;
        let key = key.trim_end();
        if self.entries.iter().any(|entry| entry.key == key) {
            return Err(format!("line {line} is the second entry of its key"));
        }
        self.entries.push(Entry { line, key, value: value.trim() });
        Ok(())
    }

    pub(super) fn name(&self) -> &str {
        self.name
    }

    /// Whether there is an entry that is not empty.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key && !entry.value.is_empty())
    }

    /// The value of an entry; `None` if there is no such one, or an empty one.
    pub(super) fn value(&self, key: &str) -> Result<Option<&'a str>, String> {
        let Some(entry) = self.entries.iter().find(|entry| entry.key == key) else {
            return Ok(None);
        };
        let suits_all = |c: char| c.is_ascii_graphic() && !"\"'`%#;\\".contains(c);
        if !entry.value.chars().all(suits_all) {
            return Err(format!(
                "line {}: the value of {key} has quotes, white space or other characters that its \
                 readers do not agree on; write it bare, and comments on lines of their own",
                entry.line
            ));
        }
        Ok(Some(entry.value).filter(|value| !value.is_empty()))
    }
}
