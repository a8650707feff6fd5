//! Reasons of access denials: encoded in the texts of errors, and decoded.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::output::{Report, field};

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

/// A decoded authorization message. Its format is not documented.
#[derive(Debug, Serialize)]
pub(crate) struct Denial {
    failure: Option<String>,
    effect: Option<&'static str>,
    policy_type: Option<String>,
    principal: Option<Value>,
    action: Option<Value>,
    resource: Option<Value>,
    conditions: Option<Value>,
    /// The whole message; text if it is not JSON.
    decoded: Value,
}

/// Names of a part of a message.
struct Part {
    shown: &'static str,
    names: &'static [&'static str],
}

const FAILURE: Part = Part { shown: "failure", names: &["failure", "reason"] };
const PRINCIPAL: Part = Part { shown: "principal", names: &["principal", "principal_urn"] };
const ACTION: Part = Part { shown: "action", names: &["action"] };
const RESOURCE: Part = Part { shown: "resource", names: &["resource", "resource_urn"] };
const CONDITIONS: Part = Part { shown: "conditions", names: &["conditions", "condition"] };
const PARTS: [Part; 5] = [FAILURE, ACTION, RESOURCE, PRINCIPAL, CONDITIONS];

impl Part {
    /// Returns the value in the message or in an object of it, outer objects first.
    fn find<'a>(&self, object: &'a Map<String, Value>) -> Option<&'a Value> {
        let own = self.names.iter().find_map(|name| object.get(*name));
        own.or_else(|| object.values().filter_map(Value::as_object).find_map(|it| self.find(it)))
    }
}

impl Denial {
    pub(crate) fn read(text: &str) -> Self {
        let decoded = serde_json::from_str(text).ok().filter(Value::is_object);
        let decoded = decoded.unwrap_or_else(|| Value::from(text));
        let find = |part: &Part| part.find(decoded.as_object()?);
        let failure = find(&FAILURE).and_then(Value::as_str).map(str::to_owned);
        let phrase = failure.as_deref().unwrap_or_default();
        let effect = ["explicit", "implicit"].into_iter().find(|effect| phrase.contains(effect));
        let policy = phrase.split_once(" deny by ").map(|(_, policy)| policy.to_owned());
        Self {
            effect,
            policy_type: policy,
            principal: find(&PRINCIPAL).cloned(),
            action: find(&ACTION).cloned(),
            resource: find(&RESOURCE).cloned(),
            conditions: find(&CONDITIONS).cloned(),
            failure,
            decoded,
        }
    }

    /// Explains the failure in a sentence.
    fn meaning(&self) -> Option<String> {
        let policy = self.policy_type.as_deref()?;
        match self.effect? {
            "explicit" => Some(format!("a statement of the {policy} denies the action")),
            _ => Some(format!("no statement of the {policy} allows the action")),
        }
    }
}

impl Report for Denial {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Some(object) = self.decoded.as_object() else {
            return writeln!(out, "{}", printable(self.decoded.as_str().unwrap_or_default()));
        };
        let mut shown = Vec::new();
        for part in PARTS {
            let Some(value) = part.find(object) else { continue };
            shown.push(value);
            for (path, value) in leaves(part.shown, value, &[]) {
                field(out, &path, &value)?;
            }
            if part.shown == FAILURE.shown
                && let Some(meaning) = self.meaning()
            {
                field(out, "meaning", &meaning)?;
            }
        }
        for (path, value) in leaves("", &self.decoded, &shown) {
            field(out, &path, &value)?;
        }
        Ok(())
    }
}

/// Returns the paths and values of the scalars in a value, except in those of `without`.
fn leaves(path: &str, value: &Value, without: &[&Value]) -> Vec<(String, String)> {
    let below = |name: &str, value: &Value| {
        let dot = if path.is_empty() { "" } else { "." };
        leaves(&format!("{path}{dot}{}", printable(name)), value, without)
    };
    if without.iter().any(|other| std::ptr::eq(*other, value)) {
        return Vec::new();
    }
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().flat_map(|(name, value)| below(name, value)).collect()
        }
        Value::Array(items) if !items.is_empty() => {
            let items = items.iter().enumerate();
            items.flat_map(|(index, value)| below(&index.to_string(), value)).collect()
        }
        Value::String(text) => vec![(path.to_owned(), printable(text))],
        other => vec![(path.to_owned(), other.to_string())],
    }
}

/// Escapes characters that change what a terminal shows, except line breaks and tabs.
fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let is_format = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if is_format || (c.is_control() && !"\n\t".contains(c)) {
            let _ = write!(shown, "{}", c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
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

    #[test]
    fn the_policy_and_the_effect_are_in_the_phrase() {
        for (phrase, effect, policy) in [
            (
                "implicit deny by identity-based policy",
                Some("implicit"),
                Some("identity-based policy"),
            ),
            (
                "explicit deny by service control policy",
                Some("explicit"),
                Some("service control policy"),
            ),
            ("not trusted", None, None),
        ] {
            let denial = Denial::read(&format!(r#"{{"context":{{}},"failure":"{phrase}"}}"#));
            assert_eq!((denial.effect, denial.policy_type.as_deref()), (effect, policy));
            assert_eq!(denial.meaning().is_some(), effect.is_some());
        }
    }
}
