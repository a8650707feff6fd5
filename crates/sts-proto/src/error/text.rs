//! Text of others: made safe to keep, print and log.

use http::StatusCode;
use zeroize::Zeroizing;

/// Stands in the place of a value that was taken out, behind its name.
const REDACTED: &str = ":[redacted]";
/// Stands in the place of a word that may be such a value.
const REDACTED_WORD: &str = "[redacted]";
/// Bytes from which on a word may be a token, where one is spoken of. Real ones have hundreds.
const SHORTEST_TOKEN: usize = 20;
/// Stands at the end of a text that was cut.
const CUT: char = '…';
/// So much of a body is looked at for an excerpt.
const EXCERPT_SOURCE: usize = 8 * 1024;
/// Headers whose values are secrets. The gateway echoes the signed ones.
const SECRET_HEADERS: [&str; 3] = ["x-security-token", "x-auth-token", "x-subject-token"];
/// Fields of requests and answers whose values are secrets, as JSON writes them. Something on the
/// way may echo a request, or put an error's status on an answer.
const SECRET_FIELDS: [&str; 8] = [
    "secret_access_key",
    "secretAccessKey",
    "security_token",
    "securityToken",
    "id_token",
    "saml_assertion",
    "context_assertion",
    "token_code",
];

/// At most `limit` bytes of `text`: without the values of secret headers and fields, with spaces
/// for characters that steer terminals and logs, and with a mark when there was more.
///
/// Secrets go first, so that none can hide behind what the other two steps do.
pub(crate) fn printable(text: &str, limit: usize) -> String {
    shown(text, limit, ' ')
}

/// The same with `|` for line feeds, so that lines can still be told apart.
pub(super) fn printable_lines(text: &str, limit: usize) -> String {
    shown(text, limit, '|')
}

fn shown(text: &str, limit: usize, line_feed: char) -> String {
    let mut kept = String::with_capacity(text.len().min(limit));
    let mut rest = text;
    let mut is_named = false;
    while !rest.is_empty() {
        let (plain, replaced, after) = next_secret(rest, limit - kept.len(), &mut is_named);
        for c in plain.chars().chain(replaced.chars()) {
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
        rest = after;
    }
    kept
}

/// Control characters, and the ones that turn the direction of what is printed around.
fn is_steering(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What stands before the first secret value, what to show instead of it, and what follows. A
/// name that begins behind `room` bytes is not looked for: it will not be shown.
///
/// `is_named` is whether the name of a secret header stood on the line before `text`.
fn next_secret<'a>(
    text: &'a str,
    room: usize,
    is_named: &mut bool,
) -> (&'a str, &'static str, &'a str) {
    let mut before = None;
    for (at, c) in text.char_indices().take_while(|(at, _)| *at <= room) {
        let (shown, here) = text.split_at_checked(at).unwrap_or((text, ""));
        if let Some((value, after)) = secret_header(here).or_else(|| secret_field(here)) {
            let end = text.len() - value.len() - after.len();
            return (text.get(..end).unwrap_or_default(), REDACTED, after);
        }
        *is_named = (*is_named || header_name(here).is_some()) && !is_line_end(c);
        if *is_named && let Some(after) = after_token(here, before) {
            return (shown, REDACTED_WORD, after);
        }
        before = Some(c);
    }
    (text, "", "")
}

/// If `text` begins with the name of a secret header: what follows it.
fn header_name(text: &str) -> Option<&str> {
    SECRET_HEADERS.iter().find_map(|name| after_name(text, name))
}

/// If `text`, which stands behind `before`, begins with a word as long as a token: what follows
/// the word. In a list of signed headers there are other names, all in lower case.
fn after_token(text: &str, before: Option<char>) -> Option<&str> {
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "+/=-_%".contains(c);
    if before.is_some_and(is_of_token) {
        return None;
    }
    let end = text.find(|c| !is_of_token(c)).unwrap_or(text.len());
    let (word, after) = text.split_at_checked(end)?;
    let is_of_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let is_name = before == Some(';') && word.bytes().all(is_of_name);
    (word.len() >= SHORTEST_TOKEN && !is_name).then_some(after)
}

/// An echo may have `|` for line feeds.
const fn is_line_end(c: char) -> bool {
    matches!(c, '|' | '\n' | '\r')
}

/// If `text` begins with the name of a secret header: its value, to the end of the line, and what
/// follows that.
fn secret_header(text: &str) -> Option<(&str, &str)> {
    let rest = header_name(text)?;
    let value = rest.trim_start_matches(['"', '\'', '`', '\\', ')', ']', '}']);
    if is_in_list(value) || is_in_sentence(value) {
        return None;
    }
    Some(value.split_at(value.find(is_line_end).unwrap_or(value.len())))
}

/// In a list of signed headers nothing but a separator follows.
fn is_in_list(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([';', '|', ',', '.', '\n', '\r'])
}

/// In a sentence a short word follows, in one case but for its first letter, as no token is.
fn is_in_sentence(rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix(' ') else {
        return false;
    };
    let word = rest.split_whitespace().next().unwrap_or_default();
    let word = word.trim_end_matches(['.', ',', ';', ':']);
    let Some((first, others)) = word.as_bytes().split_first() else {
        return false;
    };
    word.len() <= 16
        && first.is_ascii_alphabetic()
        && (others.iter().all(u8::is_ascii_lowercase) || others.iter().all(u8::is_ascii_uppercase))
}

/// If `text` begins with the name of a secret field, as JSON writes it: all the rest, for where
/// its value ends depends on how often it is escaped.
fn secret_field(text: &str) -> Option<(&str, &str)> {
    let rest = SECRET_FIELDS.iter().find_map(|name| after_name(text, name))?;
    let quoted = rest.trim_start_matches('\\').strip_prefix(['"', '\''])?;
    quoted.trim_start().starts_with(':').then_some((rest, ""))
}

fn after_name<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(name.len())?;
    head.eq_ignore_ascii_case(name).then_some(rest)
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
