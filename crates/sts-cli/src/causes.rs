//! Errors with their causes.

use std::error::Error;

/// Returns the texts of an error and of its causes, without those that the text before them contains.
pub(crate) fn texts(error: &dyn Error) -> Vec<String> {
    let mut texts = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if texts.last().is_some_and(|last| !last.contains(&text)) {
            texts.push(text);
        }
        next = cause.source();
    }
    texts
}

/// Returns the [texts] in a line.
pub(crate) fn line(error: &dyn Error) -> String {
    texts(error).join(": ")
}
