//! A decoded reason of an access denial.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::output::{Report, multiline_field};
use crate::printable;

/// A decoded authorization message. Its format is not documented.
#[derive(Debug, Serialize)]
pub(super) struct Denial {
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
    pub(super) fn read(text: &str) -> Self {
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
            return writeln!(
                out,
                "{}",
                printable::lines(self.decoded.as_str().unwrap_or_default())
            );
        };
        let mut shown = Vec::new();
        for part in PARTS {
            let Some(value) = part.find(object) else { continue };
            shown.push(value);
            for (path, value) in leaves(part.shown, value, &[]) {
                multiline_field(out, &path, &value)?;
            }
            if part.shown == FAILURE.shown
                && let Some(meaning) = self.meaning()
            {
                multiline_field(out, "meaning", &meaning)?;
            }
        }
        for (path, value) in leaves("", &self.decoded, &shown) {
            multiline_field(out, &path, &value)?;
        }
        Ok(())
    }
}

/// Returns the paths and values of the scalars in a value, except in those of `without`.
fn leaves(path: &str, value: &Value, without: &[&Value]) -> Vec<(String, String)> {
    let below = |name: &str, value: &Value| {
        let dot = if path.is_empty() { "" } else { "." };
        leaves(&format!("{path}{dot}{}", printable::line(name)), value, without)
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
        Value::String(text) => vec![(path.to_owned(), text.clone())],
        other => vec![(path.to_owned(), other.to_string())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
