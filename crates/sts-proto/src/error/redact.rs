//! Redaction of secrets in texts from responses.
//!
//! In a text that does not mention a secret, JSON web tokens, user info of URLs and long runs of
//! base64 or hex are hidden. In a text that mentions a secret, any word may be the secret: only known
//! words, dates and the values of harmless names are kept, so unknown formats are hidden as well.

use super::words;

/// Minimum length of base64 with digits and both cases that is hidden, in bytes.
const SHORTEST_RUN: usize = 32;
/// Minimum length of hex that is hidden, in bytes. Request and account ids have 32.
const SHORTEST_HEX: usize = 40;
/// Length of a SHA-256 hash in hex, such as the hash of a payload.
const HASH: usize = 64;
/// Minimum length of a JSON web token that is hidden, in bytes.
const SHORTEST_JWT: usize = 12;

/// Part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Plain(&'a str),
    /// Hidden part.
    Secret,
}

/// Kind of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Identifier, which may be long.
    Id,
    /// Message.
    Prose,
    /// Lines of `name:value`, such as a canonical request.
    Lines,
}

/// Splits a text into parts that may be shown and hidden parts.
pub(super) fn redact(text: &str, form: Form) -> Vec<Piece<'_>> {
    let is_line_end = |c: char| c == '|' || (form == Form::Lines && matches!(c, '\n' | '\r'));
    let mut pieces = Pieces::default();
    // A name may be in one column of a table, and its value in the next.
    let mut before = Before::Text;
    for part in text.split_inclusive(is_line_end) {
        let line = part.trim_end_matches(is_line_end);
        before = if before != Before::Text || mentions_secret(line) {
            keep_known_words(line, before, form, &mut pieces)
        } else {
            hide_by_form(line, form, &mut pieces);
            Before::Text
        };
        pieces.keep(part.get(line.len()..).unwrap_or_default());
    }
    pieces.0
}

/// Context in which a word appears.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Any text.
    Text,
    /// After the name of a secret.
    Secret,
    /// After the name of a secret and a loose separator, as in `token: `.
    SecretAndColon,
    /// After the name of a secret and a strict separator, as in `token=`.
    SecretAndEquals,
    /// After a harmless name and a separator, as in `ak:`.
    Harmless,
}

fn mentions_secret(line: &str) -> bool {
    let mut rest = line;
    let mut words = std::iter::from_fn(|| {
        let (word, _, tail) = split_first_word(rest)?;
        rest = tail;
        Some((word, first_word(tail)))
    });
    words::mentions_secret(line) || words.any(|(word, next)| words::names_secret(word, next))
}

/// Hides all words of a line that may be a secret. Returns the context of the next line.
fn keep_known_words<'a>(
    line: &'a str,
    mut before: Before,
    form: Form,
    pieces: &mut Pieces<'a>,
) -> Before {
    let mut is_last_listed = false;
    let mut gap = "";
    let mut rest = line;
    while let Some((word, mut after, tail)) = split_first_word(rest) {
        let is_value = before == Before::SecretAndEquals && !word.is_empty();
        if is_value && form == Form::Lines {
            // The rest of the line is the value.
            pieces.hide();
            return Before::Text;
        }
        let is_listed = gap.contains(';') || after.starts_with(';');
        let is_in_sentence = before == Before::Text
            && (gap.is_empty() || gap.ends_with(char::is_whitespace))
            && gap.chars().all(|c| c.is_whitespace() || ",;.:".contains(c))
            && words::is_like_prose(word);
        let is_hidden = !word.is_empty() && !is_in_sentence && !is_kept(word, before, is_listed);
        if is_hidden {
            pieces.hide();
            after = without_padding(after);
        } else {
            pieces.keep(word);
        }
        pieces.keep(after);
        if !word.is_empty() {
            let next = before.then(word, after, first_word(tail));
            // A secret may consist of several words.
            let is_in_secret = is_hidden && next == Before::Text && before.is_secret();
            before = if is_in_secret { Before::SecretAndColon } else { next };
            is_last_listed = is_listed;
        }
        (gap, rest) = (after, tail);
    }
    if before == Before::Harmless || is_last_listed { Before::Text } else { before }
}

fn is_kept(word: &str, before: Before, is_listed: bool) -> bool {
    let is_harmless = words::is_date(word) || (is_listed && words::is_header_name(word));
    match before {
        Before::SecretAndEquals => false,
        Before::SecretAndColon => {
            // One or two digits may be a group of a code.
            words::is_prose(word) || (word.len() > 2 && words::is_date(word))
        }
        Before::Harmless => {
            let has = |is: fn(&u8) -> bool| word.as_bytes().iter().any(is);
            let has_both_cases = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
            is_harmless || (!has_both_cases && !has_form_of_secret(word))
        }
        Before::Secret | Before::Text => {
            words::is_prose(word) || words::is_name(word) || is_harmless
        }
    }
}

impl Before {
    const fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::SecretAndColon | Self::SecretAndEquals)
    }

    /// Returns the context of the next word.
    fn then(self, word: &str, after: &str, next: &str) -> Self {
        if words::is_link(word) && matches!(self, Self::Secret | Self::Harmless) {
            // `the token is X`
            return if self == Self::Secret { Self::SecretAndColon } else { Self::Harmless };
        }
        let separator = words::separator(after);
        if words::is_harmless_name(word) && separator.is_some() {
            return Self::Harmless;
        }
        // `key` in `secret key: X` is part of the name.
        let continues_name = self == Self::Secret && words::is_name(word);
        if !continues_name && !words::names_secret(word, next) {
            return Self::Text;
        }
        match separator {
            None => Self::Secret,
            Some(words::Separator::Loose) => Self::SecretAndColon,
            Some(words::Separator::Strict) => Self::SecretAndEquals,
        }
    }
}

/// Hides JSON web tokens, user info of URLs and, in messages, long runs of base64 or hex.
fn hide_by_form<'a>(line: &'a str, form: Form, pieces: &mut Pieces<'a>) {
    let mut rest = line;
    while let Some((before, after)) = split_at_user_info(rest) {
        hide_words_by_form(before, form, pieces);
        pieces.hide();
        rest = after;
    }
    hide_words_by_form(rest, form, pieces);
}

/// Splits a text at the first user info of a URL, which may be a password.
fn split_at_user_info(text: &str) -> Option<(&str, &str)> {
    text.match_indices("//").find_map(|(at, slashes)| {
        let (before, rest) = text.split_at_checked(at + slashes.len())?;
        let is_end = |c: char| c.is_whitespace() || "/?#\"'`<>".contains(c);
        let authority = rest.split(is_end).next()?;
        Some((before, rest.get(authority.rfind('@')?..)?))
    })
}

fn hide_words_by_form<'a>(line: &'a str, form: Form, pieces: &mut Pieces<'a>) {
    let mut rest = line;
    while let Some((word, after, tail)) = split_first_word(rest) {
        if is_web_token(word) || (form == Form::Prose && has_form_of_secret(word)) {
            pieces.hide();
            pieces.keep(without_padding(after));
        } else {
            pieces.keep(word);
            pieces.keep(after);
        }
        rest = tail;
    }
}

/// Removes the padding of base64 that follows a secret.
fn without_padding(after: &str) -> &str {
    after.trim_start_matches('=')
}

fn is_web_token(word: &str) -> bool {
    word.match_indices("eyJ").any(|(at, _)| {
        let (before, token) = word.split_at_checked(at).unwrap_or_default();
        token.len() >= SHORTEST_JWT && !before.ends_with(|c: char| c.is_alphanumeric())
    })
}

/// Returns whether a word looks like a key, a token or a signature.
fn has_form_of_secret(word: &str) -> bool {
    let is_hex = |part: &str| {
        part.len() >= SHORTEST_HEX
            && part.len() != HASH
            && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    let is_run = |part: &str| {
        let has = |is: fn(&u8) -> bool| part.as_bytes().iter().any(is);
        part.len() >= SHORTEST_RUN
            && has(u8::is_ascii_digit)
            && has(u8::is_ascii_lowercase)
            && has(u8::is_ascii_uppercase)
    };
    is_web_token(word)
        || word.split(|c: char| !c.is_ascii_alphanumeric()).any(is_hex)
        || word.split(|c: char| !c.is_ascii_alphanumeric() && !"+/-_%".contains(c)).any(is_run)
}

/// Returns the first word, the text up to the next word, and the rest. The word is empty if the text
/// does not begin with one.
fn split_first_word(text: &str) -> Option<(&str, &str, &str)> {
    let is_wide = text.chars().next().map(words::is_wide)?;
    let is_in_word = |c: char| words::is_of_word(c) && words::is_wide(c) == is_wide;
    let end = text.find(|c| !is_in_word(c)).unwrap_or(text.len());
    let next = text.get(end..)?.find(words::is_of_word).map_or(text.len(), |gap| end + gap);
    // Punctuation at the end of a sentence is not part of the word.
    let word = text.get(..end)?.trim_end_matches(['.', '!', '?', '-']);
    Some((word, text.get(word.len()..next)?, text.get(next..)?))
}

fn first_word(text: &str) -> &str {
    split_first_word(text).map_or("", |(word, ..)| word)
}

/// Parts in the order of the text.
#[derive(Default)]
struct Pieces<'a>(Vec<Piece<'a>>);

impl<'a> Pieces<'a> {
    fn keep(&mut self, text: &'a str) {
        if !text.is_empty() {
            self.0.push(Piece::Plain(text));
        }
    }

    /// Adds a hidden part, or extends the last one across white space and punctuation.
    fn hide(&mut self) {
        let is_mark = |c: char| c.is_whitespace() || "=:.,+/&-".contains(c);
        match &self.0[..] {
            [.., Piece::Secret] => {}
            [.., Piece::Secret, Piece::Plain(between)] if between.chars().all(is_mark) => {
                self.0.pop();
            }
            _ => self.0.push(Piece::Secret),
        }
    }
}
