//! Text of others: made safe to keep, print and log.

use http::StatusCode;
use zeroize::Zeroizing;

/// Stands in the place of a value that was taken out.
const REDACTED: &str = ":[redacted]";
/// Stands at the end of a text that was cut.
const CUT: char = '…';
/// So much of a body is looked at for an excerpt.
const EXCERPT_SOURCE: usize = 8 * 1024;
/// Headers whose values are secrets. The gateway echoes the signed ones.
const SECRET_HEADERS: [&str; 3] = ["x-security-token", "x-auth-token", "x-subject-token"];

/// At most `limit` bytes of `text`: without the values of secret headers, with spaces for
/// characters that steer terminals and logs, and with a mark when there was more.
///
/// Secrets go first, so that none can hide behind what the other two steps do.
pub(crate) fn printable(text: &str, limit: usize) -> String {
    let room = limit.saturating_sub(CUT.len_utf8());
    let mut kept = String::with_capacity(text.len().min(limit));
    let mut rest = text;
    while !rest.is_empty() {
        let (shown, replaced, after) = next_secret(rest);
        for c in shown.chars().chain(replaced.chars()) {
            if kept.len() + c.len_utf8() > room {
                kept.push(CUT);
                return kept;
            }
            kept.push(if is_steering(c) { ' ' } else { c });
        }
        rest = after;
    }
    kept
}

/// Control characters, and the ones that turn the direction of what is printed around.
fn is_steering(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What stands before the first secret value, what to show instead of it, and what follows.
fn next_secret(text: &str) -> (&str, &'static str, &str) {
    for (at, _) in text.char_indices() {
        let (before, here) = text.split_at(at);
        let Some(value) = SECRET_HEADERS.iter().find_map(|name| value_of(here, name)) else {
            continue;
        };
        let end = value.find(['|', '\n', '\r']).unwrap_or(value.len());
        let name = text.get(..text.len() - value.len()).unwrap_or(before);
        return (name, REDACTED, value.get(end..).unwrap_or_default());
    }
    (text, "", "")
}

/// What follows `name`, unless the name stands in a list of signed headers or in a sentence.
fn value_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(name.len())?;
    head.eq_ignore_ascii_case(name).then_some(())?;
    let rest = rest.trim_start_matches(['"', '\'', '`', '\\', ')', ']', '}']);
    let in_list = rest.is_empty() || rest.starts_with([';', '|', ',', '.', '\n', '\r']);
    let word = rest.trim_start_matches(' ');
    let in_sentence = word.len() < rest.len() && word.starts_with(char::is_alphabetic);
    (!in_list && !in_sentence).then_some(rest)
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
    Some(printable(&text, limit))
}
