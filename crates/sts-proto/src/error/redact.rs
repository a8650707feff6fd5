//! Redaction of texts from responses by an allow list.
//!
//! A response may contain any part of the request in any encoding, so secrets are not searched for.
//! A part of a text is shown only if it is known to be harmless: a word of the vocabulary, a name
//! that consists of such words, a short number, a date, an action, a URN, or the value of a known
//! field. All other parts are replaced.

use std::cmp::Ordering;

use super::shown::Shown;
use super::words::{FIELDS, SERVICES, WORDS};

/// Maximum length of a shown number in digits. Codes of MFA devices have six.
const LONGEST_NUMBER: usize = 4;
/// Maximum length of punctuation behind a hidden part, in bytes.
const LONGEST_PUNCTUATION: usize = 3;
/// Maximum length of the shown value of a field, in bytes.
const LONGEST_VALUE: usize = 64;
/// Maximum length of a word of the vocabulary in capitals, in bytes. A longer one may be a value.
const LONGEST_ACRONYM: usize = 4;
/// Maximum length of the shown name of an agency or a user in a URN, in bytes.
const LONGEST_NAME: usize = 256;

/// Adds the harmless parts of a message to `shown`.
pub(super) fn message(text: &str, shown: &mut Shown) {
    let mut rest = text;
    let mut before = Before::default();
    while !rest.is_empty() && !shown.is_full() {
        let (gap, chunk, after) = next_chunk(rest);
        shown.keep(gap);
        if !chunk.is_empty() {
            let (_, next, _) = next_chunk(after);
            before = before.show(chunk, next, shown);
        }
        rest = after;
    }
}

/// Context in which a part appears.
#[derive(Clone, Copy, Default)]
struct Before<'a> {
    chunk: &'a str,
    /// Whether `chunk` is the name of a known field.
    is_field: bool,
    /// Whether `chunk` and a separator precede, so that a value follows.
    is_assigned: bool,
}

impl<'a> Before<'a> {
    /// Shows or hides `chunk`. Returns the context of the next one.
    fn show(self, chunk: &'a str, next: &str, shown: &mut Shown) -> Self {
        let core = chunk.trim_end_matches(|c: char| !c.is_alphanumeric());
        let end = chunk.get(core.len()..).unwrap_or_default();
        let is_assigned = end.contains([':', '=']);
        if core.is_empty() {
            if self.is_assigned && !is_punctuation(end) {
                shown.hide();
            } else {
                shown.keep(end);
            }
            return Self { is_assigned: self.is_assigned || is_assigned, ..self };
        }
        if is_name(core) || is_date(core) || is_resource(core) || self.allows(core, next) {
            shown.keep(core);
        } else if let Some(at) = core.find([':', '=']) {
            self.show_assignment(core, at, shown);
        } else {
            shown.hide();
        }
        // Other symbols belong to the hidden part, for example the padding of base64.
        let is_hidden = shown.ends_hidden();
        let end = if is_hidden { end.trim_start_matches('=') } else { end };
        if !is_hidden || is_punctuation(end) {
            shown.keep(end);
        }
        Self { chunk: core, is_field: is_field(core), is_assigned }
    }

    /// Returns whether a value or a number is shown.
    fn allows(self, core: &str, next: &str) -> bool {
        if self.is_assigned {
            self.is_field && is_value(core)
        } else {
            // A code may be written in groups of digits.
            is_number(core) && !is_number(self.chunk) && !is_number(next)
        }
    }

    /// Shows `name=value`, or `=value` after a name in quotes.
    fn show_assignment(self, core: &str, at: usize, shown: &mut Shown) {
        let (name, value) = core.split_at_checked(at).unwrap_or_default();
        let (separator, value) = value.split_at_checked(1).unwrap_or_default();
        if name.is_empty() || is_name(name) {
            shown.keep(name);
        } else {
            shown.hide();
        }
        shown.keep(separator);
        let is_known = is_field(name) || (name.is_empty() && self.is_field);
        if is_name(value) || is_date(value) || (is_known && is_value(value)) {
            shown.keep(value);
        } else {
            shown.hide();
        }
    }
}

/// Splits a text into the separators at its beginning, the next part, and the rest.
fn next_chunk(text: &str) -> (&str, &str, &str) {
    let (gap, rest) = text.split_at(text.find(is_part).unwrap_or(text.len()));
    let is_first_wide = rest.starts_with(is_wide);
    let is_end = |c: char| !is_part(c) || is_wide(c) != is_first_wide;
    let (chunk, after) = rest.split_at(rest.find(is_end).unwrap_or(rest.len()));
    (gap, chunk, after)
}

/// Returns whether a character is part of a word, a name or a value. Others separate them.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || "_-./+%~#@!*$^?:=".contains(c)
}

/// Returns whether a character belongs to a script without spaces between words. The credentials of
/// the service do not contain them.
const fn is_wide(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Returns whether a text is a word, or consists of words, as `agency_urn`, `x-security-token`,
/// `getSecretKey`, `/v5/agencies` and `APIGW.0301` do.
fn is_name(name: &str) -> bool {
    if name.chars().all(is_wide) {
        return !name.is_empty();
    }
    let name = name.strip_prefix('/').unwrap_or(name);
    let mut parts = name.split(['_', '-', '.', '/']).peekable();
    let mut follows_word = false;
    while let Some(part) = parts.next() {
        let is_end = part.is_empty() && parts.peek().is_none();
        // Groups of digits may be a code.
        let is_suffix = follows_word && (is_end || is_number(part));
        if !is_suffix && !is_word(part) && !is_camel_case(part) {
            return false;
        }
        follows_word = !is_suffix;
    }
    true
}

/// Returns whether a text is one letter or a word of the vocabulary in lower case, in title case, or
/// an acronym.
fn is_word(word: &str) -> bool {
    let rest = word.get(1..).unwrap_or_default();
    let is_lower = !rest.bytes().any(|byte| byte.is_ascii_uppercase());
    let is_acronym = word.len() <= LONGEST_ACRONYM || word.bytes().any(|b| b.is_ascii_digit());
    let is_capital = !word.bytes().any(|byte| byte.is_ascii_lowercase());
    let is_letter = word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_letter
        || ((is_lower || (is_acronym && is_capital))
            && contains_word(WORDS, &word.to_ascii_lowercase()))
}

/// Returns whether sorted words that are separated by spaces include `word`.
fn contains_word(mut words: &str, word: &str) -> bool {
    while !words.is_empty() {
        let half = words.get(..words.len() / 2).unwrap_or_default();
        let (left, rest) = words.split_at(half.rfind(' ').map_or(0, |space| space + 1));
        let (middle, right) = rest.split_once(' ').unwrap_or((rest, ""));
        words = match word.cmp(middle) {
            Ordering::Less => left.trim_end(),
            Ordering::Equal => return true,
            Ordering::Greater => right,
        };
    }
    false
}

/// Returns whether a text consists of words that begin with capitals, as `getSecretKey` does.
fn is_camel_case(name: &str) -> bool {
    let mut rest = name;
    while !rest.is_empty() {
        // A run of capitals ends before the capital of the next word: `OIDCProvider`.
        let capitals = rest.bytes().take_while(u8::is_ascii_uppercase).count();
        let lower = rest.bytes().skip(capitals).take_while(|b| !b.is_ascii_uppercase()).count();
        let end = match capitals {
            2.. if lower > 0 => capitals - 1,
            _ => capitals + lower,
        };
        match rest.split_at_checked(end) {
            Some((word, after)) if word.len() > 1 && is_word(word) => rest = after,
            _ => return false,
        }
    }
    !name.is_empty()
}

/// Returns whether a text is punctuation, and not the end of a value that consists of symbols.
fn is_punctuation(text: &str) -> bool {
    text.len() <= LONGEST_PUNCTUATION
}

fn is_number(text: &str) -> bool {
    (1..=LONGEST_NUMBER).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether a text is a date, or a time with seconds.
fn is_date(text: &str) -> bool {
    const FORMS: [&str; 4] = ["0000-00-00", "0000-00-00T00:00:00", "00:00:00", "00000000T000000"];
    let text = text.trim_end_matches('Z');
    let (date, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let has_form = |form: &str| {
        let is_same =
            |(is, byte): (u8, u8)| if is == b'0' { byte.is_ascii_digit() } else { is == byte };
        form.len() == date.len() && form.bytes().zip(date.bytes()).all(is_same)
    };
    FORMS.iter().any(|form| has_form(form))
        && fraction.len() <= 9
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns whether a text is an action or a URN, as `iam:agencies:assume` and
/// `iam::0123:agency:reader` are.
fn is_resource(text: &str) -> bool {
    let mut parts = text.splitn(5, ':');
    let mut next = || parts.next().unwrap_or_default();
    if SERVICES.binary_search(&next()).is_err() {
        return false;
    }
    let is_alphanumeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@-_/*".contains(&byte);
    match (next(), next(), next(), next()) {
        (kind, action, "", "") => [kind, action].iter().all(|part| {
            !part.is_empty() && part.len() <= 40 && part.bytes().all(|b| b.is_ascii_alphabetic())
        }),
        (_, account, kind, name) => {
            account.len() <= LONGEST_VALUE
                && is_alphanumeric(account)
                && is_name(kind)
                && name.len() <= LONGEST_NAME
                && name.bytes().all(is_of_name)
        }
    }
}

fn is_field(name: &str) -> bool {
    let is_separator = |byte: &u8| matches!(byte, b'_' | b'-');
    let name = name.bytes().filter(|byte| !is_separator(byte)).map(|b| b.to_ascii_lowercase());
    FIELDS.iter().any(|field| field.bytes().eq(name.clone()))
}

/// Returns whether a text has the form of an identifier. Secrets contain letters of both cases.
fn is_value(value: &str) -> bool {
    let has = |is: fn(&u8) -> bool| value.as_bytes().iter().any(is);
    (1..=LONGEST_VALUE).contains(&value.len())
        && !(has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase))
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vocabulary_is_sorted() {
        assert!(WORDS.split(' ').is_sorted_by(|a, b| a < b));
        for list in [&FIELDS[..], &SERVICES] {
            assert!(list.is_sorted_by(|a, b| a < b));
        }
    }

    #[test]
    fn words_of_the_vocabulary_are_found() {
        for word in WORDS.split(' ') {
            assert!(contains_word(WORDS, word), "{word}");
            assert!(!contains_word(WORDS, &format!("{word}\u{1}")), "{word}");
        }
        assert!(!contains_word(WORDS, ""));
        assert!(!contains_word("", "word"));
    }
}
