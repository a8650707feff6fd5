//! Text of others: made safe to keep, print and log.

use http::StatusCode;
use zeroize::Zeroizing;

use super::redact::{Form, Piece, redact};

/// Stands in the place of a secret.
const REDACTED: &str = "[redacted]";
/// Stands at the end of a text that was cut.
const CUT: char = '…';
/// So much of a body is looked at for an excerpt.
const EXCERPT_SOURCE: usize = 8 * 1024;

/// At most `limit` bytes of `text`: without secrets, with spaces for characters that steer
/// terminals and logs, and with a mark when there was more.
///
/// Secrets go first, so that none can hide behind what the other two steps do.
pub(crate) fn printable(text: &str, limit: usize) -> String {
    shown(text, Form::Id, limit)
}

/// The same for text that a person reads: without long runs of base64 as well.
pub(super) fn printable_prose(text: &str, limit: usize) -> String {
    shown(text, Form::Prose, limit)
}

/// The same as the first with `|` for line ends, so that lines can still be told apart.
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
                c if is_steering(c) => ' ',
                c => c,
            });
        }
    }
    kept
}

/// Control characters, and the ones that turn the direction of what is printed around.
fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The beginning of a body that was not understood, `None` if there is nothing to show.
///
/// What came with a success may be half an answer. Keys have no mark by which they could be found
/// there, so only markup is shown, and only if it does not look as if it held an answer.
pub(super) fn excerpt(status: StatusCode, body: &[u8], limit: usize) -> Option<String> {
    let body = body.get(..body.len().min(EXCERPT_SOURCE))?.trim_ascii();
    // Large enough from the start: each byte that is no text becomes three.
    let mut text = Zeroizing::new(String::with_capacity(body.len() * 3));
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    let may_hold_keys = || {
        let lower = Zeroizing::new(text.to_ascii_lowercase());
        !lower.starts_with('<')
            || ["secret", "token", "credential"].iter().any(|word| lower.contains(word))
    };
    if text.is_empty() || (status.is_success() && may_hold_keys()) {
        return None;
    }
    Some(printable_prose(&text, limit))
}
