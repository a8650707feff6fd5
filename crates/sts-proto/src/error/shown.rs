//! Bounded and printable output with hidden parts.

/// Replacement for a part of a text that is not shown.
const REDACTED: &str = "[redacted]";
/// Mark at the end of a truncated text.
const CUT: char = '…';

/// Text that is shown: bounded, with control characters replaced by spaces, and with a mark if it
/// was truncated.
pub(super) struct Shown {
    text: String,
    limit: usize,
    is_full: bool,
    /// End of the last replacement.
    hidden_end: Option<usize>,
}

impl Shown {
    pub(super) const fn new(limit: usize) -> Self {
        Self { text: String::new(), limit, is_full: false, hidden_end: None }
    }

    pub(super) fn keep(&mut self, text: &str) {
        for c in text.chars() {
            if self.is_full {
                return;
            }
            if self.text.len() + c.len_utf8() > self.limit {
                while self.text.len() + CUT.len_utf8() > self.limit && self.text.pop().is_some() {}
                self.text.push(CUT);
                self.is_full = true;
                return;
            }
            self.text.push(if is_control(c) { ' ' } else { c });
        }
    }

    /// Adds a replacement, or extends the last one across white space and punctuation.
    pub(super) fn hide(&mut self) {
        let is_mark = |c: char| c.is_whitespace() || "=:.,+/&-".contains(c);
        match self.hidden_end {
            Some(end) if self.text.get(end..).is_some_and(|text| text.chars().all(is_mark)) => {
                self.text.truncate(end);
            }
            _ => {
                self.keep(REDACTED);
                self.hidden_end = Some(self.text.len());
            }
        }
    }

    pub(super) fn ends_hidden(&self) -> bool {
        self.hidden_end == Some(self.text.len())
    }

    pub(super) const fn is_full(&self) -> bool {
        self.is_full
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// Returns whether a character is a control character or changes the direction of the text.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
