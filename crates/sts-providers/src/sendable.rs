//! Validation of credentials that are read from outside.

/// Checks an access key id, secret key or token: one word of visible ASCII, as headers can carry
/// it. The returned fault completes a sentence that begins with the field, and never quotes the
/// value.
pub(crate) fn sendable(value: &str) -> Result<(), &'static str> {
    let is_any = |test: fn(char) -> bool| value.contains(test);
    if value.is_empty() {
        Err("is empty")
    } else if is_any(char::is_control) {
        Err("contains a control character or a line break")
    } else if is_any(char::is_whitespace) {
        Err("contains white space")
    } else if !value.is_ascii() {
        Err("contains a character that is not ASCII")
    } else {
        Ok(())
    }
}

/// Checks an access key id: the `Authorization` header separates its fields with commas, and its
/// scopes with slashes.
pub(crate) fn sendable_id(value: &str) -> Result<(), &'static str> {
    sendable(value)?;
    if value.contains([',', '/']) { Err("contains a comma or a slash") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::{sendable, sendable_id};

    #[test]
    fn one_word_of_visible_ascii_is_sendable() {
        for word in ["A", "a1B2c3+/=", "!~", "x.y-z_"] {
            assert_eq!(sendable(word), Ok(()), "{word}");
        }
        let control = "contains a control character or a line break";
        let blank = "contains white space";
        let foreign = "contains a character that is not ASCII";
        for (value, fault) in [
            ("", "is empty"),
            (" ", blank),
            ("a b", blank),
            (" a", blank),
            ("a ", blank),
            ("a\u{a0}b", blank),
            ("a\u{3000}", blank),
            ("a\n", control),
            ("a\tb", control),
            ("a\rb", control),
            ("a\0", control),
            ("\u{7f}", control),
            ("a\u{85}", control),
            ("\u{e9}", foreign),
            ("\u{feff}a", foreign),
            ("\u{201c}a\u{201d}", foreign),
        ] {
            assert_eq!(sendable(value), Err(fault), "{value:?}");
            assert_eq!(sendable_id(value), Err(fault), "{value:?}");
        }
    }

    #[test]
    fn an_access_key_id_contains_no_separators_of_the_header() {
        assert_eq!(sendable_id("HST3-W.x_1="), Ok(()));
        assert_eq!(sendable("a,b/c"), Ok(()));
        for id in ["a,b", "a/b", ","] {
            assert_eq!(sendable_id(id), Err("contains a comma or a slash"), "{id}");
        }
    }
}
