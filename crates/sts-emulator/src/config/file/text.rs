//! Validation of texts in the configuration file.

use std::ops::Range;

use toml::Spanned;

/// The position of a value, and the problem with it.
pub(super) type Problem = (Range<usize>, &'static str);

/// Returns a text that is valid as a part of a URN.
pub(super) fn part(text: &Spanned<String>) -> Result<&str, Problem> {
    if is_part(text.as_ref()) {
        Ok(text.as_ref())
    } else {
        let problem = "must not be empty or contain colons, white space or control characters";
        Err((text.span(), problem))
    }
}

/// Returns a text that is not empty.
pub(super) fn not_empty(text: &Spanned<String>) -> Result<String, Problem> {
    if text.as_ref().is_empty() {
        return Err((text.span(), "must not be empty"));
    }
    Ok(text.as_ref().clone())
}

pub(super) fn is_part(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c == ':' || c.is_whitespace() || c.is_control())
}
