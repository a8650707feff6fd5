//! Bounded and printable texts.

use zeroize::Zeroizing;

use super::redact;

/// Replacement for a part of a text that is not shown.
pub(super) const REDACTED: &str = "[redacted]";
/// Mark at the end of a truncated text.
const CUT: char = '…';
/// Maximum number of bytes of a text that are read.
const READ_LIMIT: usize = 16 * 1024;
/// Minimum length of a JSON web token, in bytes.
const SHORTEST_JWT: usize = 12;

/// Returns at most `limit` bytes of a text of the caller, such as an invalid argument, printable. A
/// JSON web token, which may be in place of another argument, is not shown.
pub(crate) fn printable(text: &str, limit: usize) -> String {
    let mut shown = Shown::new(limit);
    if has_web_token(text) {
        shown.hide();
    } else {
        shown.keep(text);
    }
    shown.finish()
}

/// Returns at most `limit` bytes of an identifier in a response. Other texts are redacted.
pub(crate) fn identifier(text: &str, limit: usize) -> String {
    let is_of_identifier = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    if text.bytes().all(is_of_identifier) { printable(text, limit) } else { message(text, limit) }
}

/// Returns at most `limit` bytes of a redacted message.
pub(super) fn message(text: &str, limit: usize) -> String {
    let mut shown = Shown::new(limit);
    redact::message(beginning(text, READ_LIMIT), &mut shown);
    shown.finish()
}

/// Returns the beginning of a body with invalid bytes replaced.
pub(super) fn of_bytes(body: &[u8], limit: usize) -> Zeroizing<String> {
    let body = body.get(..limit).unwrap_or(body).trim_ascii();
    // An invalid byte becomes three; reallocating would leave an unwiped copy.
    let mut text = Zeroizing::new(String::with_capacity(body.len() * 3));
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}

/// Returns at most `limit` bytes of `text`.
pub(super) fn beginning(text: &str, limit: usize) -> &str {
    let end = (0..=limit.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

fn has_web_token(text: &str) -> bool {
    text.match_indices("eyJ").any(|(at, _)| {
        let (before, token) = text.split_at_checked(at).unwrap_or_default();
        token.len() >= SHORTEST_JWT && !before.ends_with(|c: char| c.is_alphanumeric())
    })
}

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
