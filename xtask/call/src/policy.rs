//! Session policies, as a person writes them: a string that holds JSON.

use serde_json::{Map, Value};

use crate::similar::nearest;

const DOCUMENT: [&str; 2] = ["Version", "Statement"];
const STATEMENT: [&str; 7] =
    ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// Refuses a policy that stands there as an object in place of a string.
pub(crate) fn check_form(fields: &Map<String, Value>) -> Result<(), String> {
    match fields.get("policy") {
        Some(Value::Object(_)) => {
            Err("JSON: policy must be a string that holds the JSON of the policy, not an object; \
                 write it as \"{\\\"Version\\\":…}\""
                .to_owned())
        }
        _ => Ok(()),
    }
}

/// Refuses a policy that is not a JSON object, or that has a member with almost the name of one
/// that policies have. Others may be of a newer grammar.
pub(crate) fn check_text(policy: &str) -> Result<(), String> {
    let document = match serde_json::from_str(policy) {
        Ok(Value::Object(document)) => document,
        Ok(_) => return Err("policy: expected a JSON object".to_owned()),
        Err(error) => return Err(format!("policy: invalid JSON: {error}")),
    };
    check_members(&document, &DOCUMENT, "policy")?;
    let statements = match document.get("Statement") {
        Some(Value::Array(statements)) => statements.as_slice(),
        Some(statement) => std::slice::from_ref(statement),
        None => &[],
    };
    for (index, statement) in statements.iter().enumerate() {
        if let Value::Object(statement) = statement {
            check_members(statement, &STATEMENT, &format!("policy: Statement.{index}"))?;
        }
    }
    Ok(())
}

fn check_members(object: &Map<String, Value>, known: &[&str], place: &str) -> Result<(), String> {
    let is_unknown = |name: &&String| !known.contains(&name.as_str());
    for name in object.keys().filter(is_unknown) {
        if let Some(meant) = nearest(name, known) {
            return Err(format!("{place}: unknown member {name:?}; did you mean {meant:?}?"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_policy_is_an_object_with_the_members_of_one() {
        let statement = json!({"Effect": "Allow", "Action": ["obs:*:*"], "Resource": ["*"]});
        let good = json!({"Version": "5.0", "Statement": [statement]});
        assert_eq!(check_text(&good.to_string()), Ok(()));
        assert_eq!(check_text(&json!({"Version": "1.1", "Depends": []}).to_string()), Ok(()));
        for (bad, naming) in [
            ("[]".to_owned(), "expected a JSON object"),
            ("{".to_owned(), "invalid JSON"),
            (json!({"Version": "5.0", "Statements": []}).to_string(), "\"Statement\"?"),
            (json!({"Statement": [statement, {"effect": "Allow"}]}).to_string(), "Statement.1"),
            (json!({"Statement": {"Effects": "Allow"}}).to_string(), "\"Effect\"?"),
        ] {
            let complaint = check_text(&bad).expect_err("it is refused");
            assert!(complaint.contains(naming), "{complaint}");
        }
    }

    #[test]
    fn a_policy_that_is_not_in_a_string_is_explained() {
        let Value::Object(fields) = json!({"policy": {"Version": "5.0"}}) else { return };
        assert!(check_form(&fields).is_err_and(|error| error.contains("string")));
    }
}
