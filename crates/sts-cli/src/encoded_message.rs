//! Encoded authorization messages in the texts of errors.

/// What precedes an encoded message in texts.
const NAMES: [&str; 4] = [
    "encoded_authorization_message",
    "encodedAuthorizationMessage",
    "encoded_message",
    "sts decode",
];

/// Returns the command that decodes a message, to be pasted into a shell.
pub(crate) fn decode_command(encoded: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "+/=_.-".contains(c);
    let printable = encoded.chars().filter(|c| !c.is_control() && *c != '\'');
    let quoted: String = printable.collect();
    let quoted = if quoted.chars().all(is_plain) { quoted } else { format!("'{quoted}'") };
    let separator = if quoted.starts_with('-') { "-- " } else { "" };
    format!("sts decode {separator}{quoted}")
}

/// Finds the encoded message in a text: the message itself, the body of an error response, or text
/// that contains one of them. Returns `None` if the text is something else.
pub(crate) fn find_encoded(text: &str) -> Option<String> {
    let text = text.replace(r"\/", "/").replace(r"\u003d", "=").replace(r"\u002b", "+");
    let named = NAMES.iter().flat_map(|name| text.split(name).skip(1)).map(beginning);
    // The name alone may also occur in the sentences of the text.
    if let Some(found) = named.filter(|found| found.len() >= 16).max_by_key(|found| found.len()) {
        return Some(found.to_owned());
    }
    // A terminal may have broken the line.
    let joined: String = text.lines().map(str::trim).collect();
    (!joined.is_empty() && beginning(&joined).len() == joined.len()).then_some(joined)
}

/// Returns the encoded message that follows its name.
fn beginning(text: &str) -> &str {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || r#"\"':=>"#.contains(c));
    let text = text.strip_prefix("-- ").unwrap_or(text).trim_start_matches('\'');
    let end = text.find(|c: char| !c.is_ascii_graphic() || r#"\"'`,;(){}[]<>"#.contains(c));
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = "hQpjbi1leGFtcGxlLW1lc3NhZ2U=";

    #[test]
    fn the_message_is_found_in_every_form_of_an_error() {
        let body =
            format!(r#"{{"error_code":"PAP5.0001","encoded_authorization_message":"{MESSAGE}"}}"#);
        for text in [
            MESSAGE.to_owned(),
            format!("{MESSAGE}\n"),
            "hQpjbi1leGFtcGxl\n  LW1lc3NhZ2U=\r\n".to_owned(),
            body.clone(),
            body.replace("\":", "\" : "),
            format!("2026-03-05 ERROR call failed: {body} (403)"),
            format!("body={body:?}"),
            body.replace('=', r"\u003d"),
            format!("{{'error': {{'encoded_authorization_message': '{MESSAGE}'}}}}"),
            format!("encodedAuthorizationMessage={MESSAGE}, requestId=1"),
            format!(
                "see encoded_authorization_message for details: encoded_authorization_message: {MESSAGE}"
            ),
            format!("help: run `sts decode {MESSAGE}`"),
            decode_command(MESSAGE),
        ] {
            assert_eq!(find_encoded(&text).as_deref(), Some(MESSAGE), "{text}");
        }
        for other in ["", " \n", "access denied", "error: access denied\nhelp: none", "{}"] {
            assert_eq!(find_encoded(other), None, "{other}");
        }
    }

    #[test]
    fn the_command_can_be_pasted() {
        for (encoded, command) in [
            ("aGk=", "sts decode aGk="),
            ("-aGk", "sts decode -- -aGk"),
            ("a;reboot'\n$(x)", "sts decode 'a;reboot$(x)'"),
        ] {
            assert_eq!(decode_command(encoded), command);
        }
        let urlsafe = "-QpjbiGFtcGxlLW1lc_NhZ2U";
        assert_eq!(find_encoded(&decode_command(urlsafe)).as_deref(), Some(urlsafe));
    }
}
