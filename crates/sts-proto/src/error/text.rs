//! Bounded, printable and redacted texts from responses.

use http::StatusCode;
use zeroize::Zeroizing;

use super::redact::{Form, Piece, redact};

/// Replacement for a secret.
const REDACTED: &str = "[redacted]";
/// Mark at the end of a truncated text.
const CUT: char = '…';
/// Number of bytes of a body that are used for an excerpt.
const EXCERPT_SOURCE: usize = 8 * 1024;

/// Returns at most `limit` bytes of `text`, redacted, with control characters replaced by spaces,
/// and with a mark if it was truncated.
///
/// Redaction comes first, so that truncation and replacement cannot hide a secret from it.
pub(crate) fn printable(text: &str, limit: usize) -> String {
    shown(text, Form::Id, limit)
}

/// As [`printable`], for messages: redacts long runs of base64 and hex as well.
pub(super) fn printable_prose(text: &str, limit: usize) -> String {
    shown(text, Form::Prose, limit)
}

/// As [`printable`], for lines of `name:value`, which are separated by `|` in the result.
pub(super) fn printable_lines(text: &str, limit: usize) -> String {
    shown(text, Form::Lines, limit)
}

fn shown(text: &str, form: Form, limit: usize) -> String {
    let line_feed = if form == Form::Lines { '|' } else { ' ' };
    let mut kept = String::new();
    for piece in redact(text, form) {
        let text = match piece {
            Piece::Plain(text) => text,
            Piece::Secret => REDACTED,
        };
        for c in text.chars().filter(|c| line_feed == ' ' || *c != '\r') {
            if kept.len() + c.len_utf8() > limit {
                while kept.len() + CUT.len_utf8() > limit && kept.pop().is_some() {}
                kept.push(CUT);
                return kept;
            }
            kept.push(match c {
                '\n' => line_feed,
                c if is_control(c) => ' ',
                c => c,
            });
        }
    }
    kept
}

/// Returns whether a character is a control character or changes the direction of the text.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns the beginning of an unknown body, or `None` if it must not be shown.
///
/// The body of a 2xx may be a truncated response with credentials, which cannot be recognized
/// reliably. Only markup that does not mention credentials is shown.
pub(super) fn excerpt(status: StatusCode, body: &[u8], limit: usize) -> Option<String> {
    let body = body.get(..body.len().min(EXCERPT_SOURCE))?.trim_ascii();
    // An invalid byte becomes three; reallocating would leave an unwiped copy.
    let mut text = Zeroizing::new(String::with_capacity(body.len() * 3));
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    let may_contain_credentials = || {
        let lower = Zeroizing::new(text.to_ascii_lowercase());
        !lower.starts_with('<')
            || ["secret", "token", "credential"].iter().any(|word| lower.contains(word))
    };
    if text.is_empty() || (status.is_success() && may_contain_credentials()) {
        return None;
    }
    Some(printable_prose(&text, limit))
}
