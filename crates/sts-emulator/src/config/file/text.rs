//! Validation of texts in the configuration file.

use std::ops::Range;

use toml::Spanned;

use crate::hidden::is_hidden;

/// The position of a value, and the problem with it.
pub(super) type Problem = (Range<usize>, &'static str);

/// Returns the id of an account.
pub(super) fn account_id(text: &Spanned<String>) -> Result<&str, Problem> {
    if is_account_id(text.as_ref()) {
        Ok(text.as_ref())
    } else {
        let problem = "must consist of ASCII letters, digits, hyphens and underscores";
        Err((text.span(), problem))
    }
}

/// Returns a text that is valid as a part of a URN.
pub(super) fn part(text: &Spanned<String>) -> Result<&str, Problem> {
    if is_part(text.as_ref()) {
        Ok(text.as_ref())
    } else {
        let problem =
            "must not be empty or contain colons, white space, control or invisible characters";
        Err((text.span(), problem))
    }
}

/// Returns a text that is not empty and whose characters are visible.
pub(super) fn text(text: &Spanned<String>) -> Result<String, Problem> {
    if text.as_ref().is_empty() {
        return Err((text.span(), "must not be empty"));
    }
    if text.as_ref().contains(is_hidden) {
        return Err((text.span(), "must not contain control or invisible characters"));
    }
    Ok(text.as_ref().clone())
}

pub(super) fn texts(texts: &[Spanned<String>]) -> Result<Vec<String>, Problem> {
    texts.iter().map(text).collect()
}

pub(super) fn is_account_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

pub(super) fn is_part(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c == ':' || c.is_whitespace() || is_hidden(c))
}
