//! The fields of an operation, as a person writes them: an unknown one is an error. The service's
//! own reader ignores them, so a misspelled field would silently have no effect.

use serde::de::value::Error as ValueError;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;
use serde_ignored::Path;
use serde_json::Value;
use sts_proto::server::AnyOperation;
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, DecodeAuthorizationMessage,
    GetCallerIdentity, Operation, ProvidedContext, Tag,
};

use crate::policy;
use crate::similar::suggestion;

/// Reads an operation from its name and the JSON object of its fields.
pub(crate) fn read(name: &str, json: &str) -> Result<AnyOperation, String> {
    let Some(check) = checker(name) else {
        // It may be the secret of an option that was forgotten.
        let is_word = name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        let shown = if is_word { format!(" {name:?}") } else { String::new() };
        let suggestion = suggestion(name, AnyOperation::names());
        return Err(format!("OPERATION: unknown operation{shown}; {suggestion}"));
    };
    let object = match serde_json::from_str(json) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return Err("JSON: expected an object of fields, such as {}".to_owned()),
        Err(error) => return Err(format!("JSON: invalid syntax: {error}")),
    };
    check(json)?;
    policy::check_form(&object)?;
    AnyOperation::from_json(name, json.as_bytes()).map_err(|error| format!("JSON: {error}"))
}

type Check = fn(&str) -> Result<(), String>;

fn checker(name: &str) -> Option<Check> {
    Some(match name {
        "assume_agency" | AssumeAgency::NAME => check::<AssumeAgency>,
        "assume_agency_with_oidc" | AssumeAgencyWithOidc::NAME => check::<AssumeAgencyWithOidc>,
        "assume_agency_with_saml" | AssumeAgencyWithSaml::NAME => check::<AssumeAgencyWithSaml>,
        "decode_authorization_message" | DecodeAuthorizationMessage::NAME => {
            check::<DecodeAuthorizationMessage>
        }
        "get_caller_identity" | GetCallerIdentity::NAME => check::<GetCallerIdentity>,
        _ => return None,
    })
}

/// Refuses a field that `T`, or a list in it, does not have. Whether the others are right is left
/// to the reader of the operation.
fn check<T: DeserializeOwned>(json: &str) -> Result<(), String> {
    let mut unknown: Option<Vec<String>> = None;
    let mut deserializer = serde_json::Deserializer::from_str(json);
    // Its outcome says what is missing; an unknown field may be the reason.
    let _ = serde_ignored::deserialize::<_, _, T>(&mut deserializer, |path| {
        unknown.get_or_insert_with(|| segments(&path));
    });
    let Some((name, parents)) = unknown.as_ref().and_then(|path| path.split_last()) else {
        return Ok(());
    };
    let known = match parents.first().map(String::as_str) {
        Some("tags") => fields_of::<Tag>(),
        Some("provided_contexts") => fields_of::<ProvidedContext>(),
        _ => fields_of::<T>(),
    };
    let place = match parents {
        [] => String::new(),
        parents => format!(" in {}", parents.join(".")),
    };
    let suggestion = suggestion(name, known.iter().copied());
    Err(format!("JSON: unknown field {name:?}{place}; {suggestion}"))
}

/// A path such as `tags`, `0`, `key`.
fn segments(path: &Path<'_>) -> Vec<String> {
    let (parent, segment) = match path {
        Path::Root => return Vec::new(),
        Path::Seq { parent, index } => (parent, Some(index.to_string())),
        Path::Map { parent, key } => (parent, Some(key.clone())),
        Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => (parent, None),
    };
    let mut segments = segments(parent);
    segments.extend(segment);
    segments
}

/// The names of the fields of a struct on the wire.
fn fields_of<T: DeserializeOwned>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // It fails always: the names are all that is wanted.
    let _ = T::deserialize(Names(&mut names));
    names
}

struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, ValueError> {
        Err(ValueError::custom("not a struct"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, ValueError> {
        *self.0 = fields;
        Err(ValueError::custom("names only"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn complaint(name: &str, json: &Value) -> String {
        read(name, &json.to_string()).expect_err("it is refused")
    }

    #[test]
    fn every_operation_is_known_and_refuses_unknown_fields() {
        for name in AnyOperation::names() {
            assert!(checker(name).is_some(), "{name}");
            let complaint = complaint(name, &json!({"colour": "red"}));
            assert!(complaint.contains(r#"unknown field "colour""#), "{complaint}");
        }
    }

    #[test]
    fn a_misspelled_field_is_named_with_the_one_that_was_meant() {
        let assume = |field: &str, value: Value| {
            let mut object = json!({
                "agency_urn": "iam::a:agency:b",
                "agency_session_name": "session",
            });
            object[field] = value;
            complaint("assume_agency", &object)
        };
        for (complaint, expected) in [
            (
                assume("duration_second", json!(900)),
                r#"unknown field "duration_second"; did you mean "duration_seconds"?"#,
            ),
            (
                assume("tags", json!([{"key": "a", "value": "b"}, {"key": "a", "val": "b"}])),
                r#"unknown field "val" in tags.1; expected one of key, value"#,
            ),
            (
                assume("provided_contexts", json!([{"context_provider_urm": "x"}])),
                r#"unknown field "context_provider_urm" in provided_contexts.0; did you mean"#,
            ),
        ] {
            assert!(complaint.contains(expected), "{complaint}");
        }
        // The field that is missing is the one that is misspelled.
        let complaint = complaint("assume_agency", &json!({"agency_urm": "iam::a:agency:b"}));
        assert!(complaint.contains(r#"did you mean "agency_urn"?"#), "{complaint}");
    }

    #[test]
    fn what_is_not_an_object_of_fields_is_refused() {
        for name in AnyOperation::names() {
            for json in ["", "{", "[]", "null", "1", "\"{}\"", "{} {}", "{\"a\":}"] {
                assert!(
                    read(name, json).is_err_and(|error| error.contains("JSON")),
                    "{name} {json}"
                );
            }
        }
        let complaint = read("assume_agencies", "{}").expect_err("it is refused");
        assert!(complaint.contains(r#"did you mean "assume_agency"?"#), "{complaint}");
        let complaint = read("pl4nted", "{}").expect_err("it is refused");
        assert!(!complaint.contains("pl4nted"), "{complaint}");
    }
}
