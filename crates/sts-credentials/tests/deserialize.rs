//! Deserialization from every format: what is read, and that no error contains a value.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a failing test panics")]

use std::fmt::{Debug, Display};

use serde::de::value::{Error as ValueError, MapDeserializer, SeqDeserializer};
use serde::de::{
    Deserialize, DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Value, json};
use sts_credentials::{Credentials, Secret};
use time::macros::datetime;

/// Found in every value of the inputs that are refused.
const PLANTED: &str = "8675309";

fn temporary() -> Credentials {
    let expiration = datetime!(2026-03-05 07:38:09.512 UTC);
    Credentials::temporary("HST", "sec\"ret/", "to\\ken", expiration)
}

/// The results of all ways to read `json`.
fn read<T: DeserializeOwned>(json: &str) -> Vec<Result<T, String>> {
    let value = || serde_json::from_str::<Value>(json).map_err(|error| error.to_string());
    vec![
        serde_json::from_str(json).map_err(|error| error.to_string()),
        serde_json::from_slice(json.as_bytes()).map_err(|error| error.to_string()),
        serde_json::from_reader(json.as_bytes()).map_err(|error| error.to_string()),
        value().and_then(|value| T::deserialize(&value).map_err(|error| error.to_string())),
        value().and_then(|value| T::deserialize(value).map_err(|error| error.to_string())),
        value()
            .and_then(|value| T::deserialize(toml_value(value)).map_err(|error| error.to_string())),
    ]
}

/// The same value in TOML, which has no null.
fn toml_value(json: Value) -> toml::Value {
    match json {
        Value::Null => toml::Value::Boolean(false),
        Value::Bool(value) => value.into(),
        Value::Number(number) => number
            .as_i64()
            .map_or_else(|| toml::Value::Float(number.as_f64().unwrap()), toml::Value::Integer),
        Value::String(text) => text.into(),
        Value::Array(list) => list.into_iter().map(toml_value).collect::<Vec<_>>().into(),
        Value::Object(map) => {
            let map = map.into_iter().filter(|(_, value)| !value.is_null());
            toml::Value::Table(map.map(|(key, value)| (key, toml_value(value))).collect())
        }
    }
}

#[track_caller]
fn assert_hidden<T>(result: Result<T, impl Display + Debug>) {
    let Err(error) = result else { panic!("it was accepted") };
    let shown = format!("{error} {error:?} {error:#?}");
    assert!(!shown.contains(PLANTED), "{shown}");
}

#[test]
fn a_secret_is_read_from_every_format() {
    for json in [r#""a\"b\u00e9""#, r#" "ab" "#, r#""""#] {
        let expected: String = serde_json::from_str(json).unwrap();
        for secret in read::<Secret>(json) {
            assert_eq!(secret.unwrap().expose_secret(), expected);
        }
    }
}

#[test]
fn credentials_are_read_in_each_documented_spelling() {
    let secret = "sec\"ret/";
    for json in [
        json!({"access_key_id": "HST", "secret_access_key": secret, "security_token": "to\\ken",
            "expiration": "2026-03-05T07:38:09.512Z"}),
        json!({"access": "HST", "secret": secret, "securitytoken": "to\\ken",
            "expires_at": "2026-03-05T07:38:09.512000Z"}),
        json!({"accessKeyId": "HST", "secretAccessKey": secret, "securityToken": "to\\ken",
            "expiration": "2026-03-05T15:38:09.512+08:00", "future": {"a": [1, null]}}),
    ] {
        for credentials in read::<Credentials>(&json.to_string()) {
            assert_eq!(credentials, Ok(temporary()));
        }
    }
}

#[test]
fn permanent_credentials_have_neither_token_nor_expiration() {
    let nulls = r#"{"access_key_id": "AK", "secret_access_key": "s", "security_token": null,
        "expiration": null}"#;
    for json in [r#"{"access_key_id": "AK", "secret_access_key": "s"}"#, nulls] {
        for credentials in read::<Credentials>(json) {
            assert_eq!(credentials, Ok(Credentials::permanent("AK", "s")));
        }
    }
    let token = r#"{"access": "AK", "secret": "s", "securitytoken": "t"}"#;
    for credentials in read::<Credentials>(token) {
        assert_eq!(credentials, Ok(Credentials::permanent("AK", "s").security_token("t")));
    }
}

#[test]
fn toml_is_read_with_dates_of_its_own() {
    #[derive(serde::Deserialize)]
    struct Settings {
        credentials: Credentials,
    }
    for expiration in ["2026-03-05T07:38:09.512Z", "\"2026-03-05T07:38:09.512Z\""] {
        let toml = format!(
            "access_key_id = 'HST'\nsecret_access_key = 'sec\"ret/'\nsecurity_token = 'to\\ken'\n\
             expiration = {expiration}"
        );
        assert_eq!(toml::from_str::<Credentials>(&toml).unwrap(), temporary());
        let settings: Settings = toml::from_str(&format!("[credentials]\n{toml}")).unwrap();
        assert_eq!(settings.credentials, temporary());
    }
}

#[test]
fn fields_that_are_missing_duplicate_or_wrong_are_named() {
    let id = r#""access_key_id":"a""#;
    let secret = r#""secret":"s""#;
    for (json, error) in [
        (format!("{{{id}}}"), "missing field `secret_access_key`"),
        (format!("{{{secret}}}"), "missing field `access_key_id`"),
        (format!("{{{id},{secret},{secret}}}"), "duplicate field `secret_access_key`"),
        (format!(r#"{{{id},{secret},"access":"b"}}"#), "duplicate field `access_key_id`"),
        (format!(r#"{{{id},"secret":5}}"#), "field `secret_access_key` must be a string"),
        (format!(r#"{{{id},{secret},"expires_at":"tomorrow"}}"#), "RFC 3339"),
        ("[]".to_owned(), "expected a map"),
    ] {
        let shown = serde_json::from_str::<Credentials>(&json).unwrap_err().to_string();
        assert!(shown.contains(error), "{json}: {shown}");
    }
}

#[test]
fn no_error_of_any_format_contains_a_value() {
    for bad in [
        "8675309",
        "-8675309",
        "86753.09e2",
        "8675309.5",
        "[\"8675309\"]",
        "[[8675309]]",
        "{\"8675309\": \"8675309\"}",
        "{\"access_key_id\": 8675309}",
    ] {
        read::<Secret>(bad).into_iter().for_each(assert_hidden);
        read::<Credentials>(bad).into_iter().for_each(assert_hidden);
        for field in ["access_key_id", "secret", "securityToken", "expiration"] {
            let json =
                format!(r#"{{"access_key_id":"a","secret_access_key":"8675309","{field}":{bad}}}"#);
            read::<Credentials>(&json).into_iter().for_each(assert_hidden);
        }
    }
    for bad in
        ["\"8675309\"", "\"8675309", "\"8675309\\x\"", "8675309x", "{\"secret\": \"8675309", "tr"]
    {
        read::<Credentials>(bad).into_iter().for_each(assert_hidden);
    }
    let expiration = r#"{"access_key_id":"a","secret_access_key":"s","expiration":"8675309"}"#;
    read::<Credentials>(expiration).into_iter().for_each(assert_hidden);
}

#[test]
fn errors_of_toml_do_not_quote_the_document() {
    for toml in [
        "secret_access_key = '8675309'",
        "secret_access_key = 8675309\naccess_key_id = 'a'",
        "secret_access_key = ['8675309']\naccess_key_id = 'a'",
        "secret_access_key = '8675309'\naccess_key_id = 'a'\nexpiration = 5",
    ] {
        assert_hidden(toml::from_str::<Credentials>(toml));
        // Inside another type the parser quotes its own input; its message does not.
        let inside = toml::from_str::<std::collections::BTreeMap<String, Credentials>>(&format!(
            "x = {{ {} }}",
            toml.replace('\n', ", ")
        ));
        assert_hidden(inside.map_err(|error| error.message().to_owned()));
    }
}

#[test]
fn no_kind_of_value_is_quoted() {
    fn check<'de>(deserializer: impl IntoDeserializer<'de, ValueError> + Clone) {
        assert_hidden(Secret::deserialize(deserializer.clone().into_deserializer()));
        assert_hidden(Secret::deserialize(Binary(deserializer.clone().into_deserializer())));
        assert_hidden(Credentials::deserialize(deserializer.into_deserializer()));
    }
    check(true);
    check(8_675_309_u32);
    check(8_675_309_i64);
    check(8_675_309_u64);
    check(8_675_309_i128);
    check(8_675_309_u128);
    check(8_675_309_f32);
    check(8_675_309_f64);
    check(());
    check(b"8675309".as_slice());
    check(vec![8_675_309]);
    assert_hidden(Credentials::deserialize(IntoDeserializer::<ValueError>::into_deserializer(
        PLANTED,
    )));
    let list = SeqDeserializer::<_, ValueError>::new([PLANTED].into_iter());
    assert_hidden(Secret::deserialize(list));
    let map = MapDeserializer::<_, ValueError>::new([(PLANTED, PLANTED)].into_iter());
    assert_hidden(Secret::deserialize(Binary(map)));
}

#[test]
fn a_secret_is_read_from_a_binary_format() {
    let text = IntoDeserializer::<ValueError>::into_deserializer("ab");
    assert_eq!(Secret::deserialize(Binary(text)), Ok(Secret::from("ab")));
    let text = IntoDeserializer::<ValueError>::into_deserializer("ab".to_owned());
    assert_eq!(Secret::deserialize(Binary(text)), Ok(Secret::from("ab")));
}

/// A binary format: it needs to know which type to read, and quotes what it finds instead.
struct Binary<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Binary<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, D::Error> {
        Err(D::Error::custom("this format is not self-describing: 8675309"))
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    fn is_human_readable(&self) -> bool {
        false
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
