//! Bounded and printable texts.

use zeroize::Zeroizing;

use super::redact;
use super::shown::Shown;

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
