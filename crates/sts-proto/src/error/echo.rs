//! The canonical request that the gateway appends to messages about a signature mismatch.

/// Labels before an echo, ignoring case. The first is the gateway's.
const WORDS: [&str; 4] =
    ["canonicalrequest", "canonical request", "canonical_request", "canonical-request"];

/// A message split into text and echo.
pub(super) struct Split<'a> {
    /// Text before the echo, without the label.
    pub(super) message: &'a str,
    /// The canonical request.
    pub(super) echo: Option<&'a str>,
    /// Text after the payload hash.
    pub(super) after: &'a str,
}

/// Finds the echo by its structure, which is an upper-case method, a separator and a path, because
/// the label varies.
pub(super) fn split(message: &str) -> Split<'_> {
    let found = ['|', '\n'].into_iter().find_map(|separator| {
        let start = start(message, separator)?;
        Some((message.split_at_checked(start)?, separator))
    });
    let Some(((before, rest), separator)) = found else {
        let (message, echo) = announced(message);
        return Split { message, echo, after: "" };
    };
    let (echo, after) = rest.split_at_checked(length(rest, separator)).unwrap_or((rest, ""));
    let after = after.trim_matches(|c: char| c.is_whitespace() || ",;.\"')]}".contains(c));
    Split { message: without_announcement(before), echo: Some(echo), after }
}

/// Finds an echo with an unknown structure, or one truncated in its first line, by the label.
fn announced(message: &str) -> (&str, Option<&str>) {
    let found = message.match_indices(':').find_map(|(at, _)| {
        let (before, echo) = (message.get(..at)?, message.get(at + 1..)?);
        let before = before.trim_end();
        let word = before.get(before.len().checked_sub(WORDS[0].len())?..)?;
        let is_announced = word.eq_ignore_ascii_case(WORDS[0]);
        is_announced.then_some((without_announcement(before), Some(echo.trim_start())))
    });
    found.unwrap_or((message, None))
}

/// Returns the position of a method that a separator and a path follow.
fn start(message: &str, separator: char) -> Option<usize> {
    message.match_indices(separator).find_map(|(at, _)| {
        let (before, rest) = message.split_at_checked(at)?;
        let is_path = rest.strip_prefix(separator)?.starts_with('/');
        let before = before.strip_suffix('\r').unwrap_or(before);
        let method = before.trim_end_matches(|c: char| c.is_ascii_uppercase());
        let is_method = (3..=16).contains(&(before.len() - method.len()))
            && !method.ends_with(|c: char| c.is_ascii_alphanumeric() || c == separator);
        (is_path && is_method).then_some(method.len())
    })
}

/// Returns the length of the echo: method, path, query, headers up to an empty line, header names
/// and payload hash. A truncated echo extends to the end.
fn length(echo: &str, separator: char) -> usize {
    let mut parts = echo.split_inclusive(separator);
    let mut length: usize = parts.by_ref().take(3).map(str::len).sum();
    for part in parts.by_ref() {
        length += part.len();
        if part.starts_with(separator) || part.starts_with("\r\n") {
            break;
        }
    }
    length += parts.next().map_or(0, str::len);
    let is_of_payload = |c: char| c.is_ascii_alphanumeric() || c == '-';
    parts
        .next()
        .map_or(length, |last| length + last.find(|c| !is_of_payload(c)).unwrap_or(last.len()))
}

fn without_announcement(message: &str) -> &str {
    let is_between = |c: char| c.is_whitespace() || ",;:=\"'([{\\".contains(c);
    let announced = message.trim_end_matches(is_between);
    let word = WORDS.iter().find(|word| {
        let start = announced.len().checked_sub(word.len());
        start.and_then(|at| announced.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(word))
    });
    let before = word.and_then(|word| announced.get(..announced.len() - word.len()));
    let before = before.unwrap_or(announced).trim_end_matches(is_between);
    if before.is_empty() { announced } else { before }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ECHO: &str = "GET|/v5/caller-identity/||host:a.example|x-sdk-date:20260305T070809Z||\
                        host;x-sdk-date|e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[track_caller]
    fn assert_split(text: &str, message: &str, echo: &str, after: &str) {
        let split = split(text);
        assert_eq!(
            (split.message, split.echo, split.after),
            (message, Some(echo), after),
            "{text}"
        );
    }

    #[test]
    fn an_echo_is_found_however_it_is_announced() {
        for between in [
            ",canonicalRequest:",
            ", canonicalRequest:",
            ", canonicalRequest: ",
            " CanonicalRequest=",
            "; canonical request: \"",
            ", canonical_request : ",
            ": ",
            " ",
            ",",
        ] {
            let text = format!("verify aksk signature fail{between}{ECHO}");
            assert_split(&text, "verify aksk signature fail", ECHO, "");
            let lines = ECHO.replace('|', "\n");
            let text = format!("verify aksk signature fail{between}{lines}");
            assert_split(&text, "verify aksk signature fail", &lines, "");
        }
        assert_split(ECHO, "", ECHO, "");
        assert_split(&format!("canonicalRequest: {ECHO}"), "canonicalRequest", ECHO, "");
    }

    #[test]
    fn what_follows_an_echo_is_not_part_of_it() {
        for (after, words) in [
            (". Check the key.", "Check the key"),
            (", requestId=1|2", "requestId=1|2"),
            ("\")", ""),
            ("\nstringToSign:x", "stringToSign:x"),
        ] {
            assert_split(&format!("fail, canonicalRequest:{ECHO}{after}"), "fail", ECHO, words);
        }
        let unsigned = ECHO.replace(&ECHO[ECHO.len() - 64..], "UNSIGNED-PAYLOAD");
        assert_split(&format!("fail, {unsigned}, more"), "fail", &unsigned, "more");
    }

    #[test]
    fn an_echo_that_is_cut_off_reaches_to_the_end() {
        let shortest = "GET|/".len();
        for end in shortest..ECHO.len() {
            assert_split(
                &format!("fail, canonicalRequest:{}", &ECHO[..end]),
                "fail",
                &ECHO[..end],
                "",
            );
        }
    }

    #[test]
    fn what_is_announced_as_an_echo_is_one() {
        for text in
            ["fail,canonicalRequest:GE", "fail, canonicalRequest: GE", "fail CanonicalRequest : GE"]
        {
            assert_split(text, "fail", "GE", "");
        }
    }

    #[test]
    fn a_message_without_an_echo_is_whole() {
        for message in [
            "",
            "no echo",
            "canonicalRequest",
            "a|b",
            "path|/x",
            "aGET|/x",
            "GO|/x",
            "GET|x",
            "GET /x",
            "|/",
            "signed GET, sent to |/x",
        ] {
            let split = split(message);
            assert_eq!((split.message, split.echo, split.after), (message, None, ""), "{message}");
        }
    }
}
