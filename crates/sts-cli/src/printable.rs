//! Text of services in a terminal: without characters that change what it shows around them.

use std::fmt::Write as _;

/// Returns a text in one line. Control characters, and those that are invisible or reorder the text
/// around them, are escaped.
pub(crate) fn line(text: &str) -> String {
    escaped(text, "")
}

/// Returns a text like [`line()`], with its line breaks and tabs.
pub(crate) fn lines(text: &str) -> String {
    escaped(text, "\n\t")
}

fn escaped(text: &str, kept: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if changes_others(c) && !kept.contains(c) {
            // Writing to a string does not fail.
            let _ = write!(shown, "{}", c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

fn changes_others(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_change_others_are_escaped() {
        for (text, expected) in [
            ("a \u{e9} \u{4e2d}", "a \u{e9} \u{4e2d}"),
            ("\u{1b}[31m", "\\u{1b}[31m"),
            ("\u{9b}31m\r", "\\u{9b}31m\\u{d}"),
            ("\u{202e}a\u{2066}", "\\u{202e}a\\u{2066}"),
            ("a\u{2028}\u{feff}", "a\\u{2028}\\u{feff}"),
        ] {
            assert_eq!((line(text), lines(text)), (expected.to_owned(), expected.to_owned()));
        }
        assert_eq!((line("a\n\tb"), lines("a\n\tb")), ("a\\u{a}\\u{9}b".into(), "a\n\tb".into()));
    }
}
