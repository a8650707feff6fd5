//! Secrets in JSON, without copies that are not wiped.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use serde_json::value::RawValue;
use sts_credentials::Secret;
use zeroize::Zeroizing;

/// Deserializes a secret from a JSON string in a slice, for
/// `#[serde(deserialize_with = "sts_proto::secret_json::deserialize")]`.
///
/// # Errors
///
/// Returns an error if the value is not a string, or if the deserializer is not `serde_json` with
/// a slice. The error does not contain the value.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    of_json(<&RawValue>::deserialize(deserializer)?)
        .ok_or_else(|| D::Error::custom("expected a string with valid escapes"))
}

/// Deserializes an optional secret: null or, with `#[serde(default)]`, missing:
/// `#[serde(default, deserialize_with = "sts_proto::secret_json::deserialize_option")]`.
///
/// # Errors
///
/// As [`deserialize`].
pub fn deserialize_option<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Secret>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    if raw.get() == "null" {
        return Ok(None);
    }
    let secret = of_json(raw);
    secret.map(Some).ok_or_else(|| D::Error::custom("expected a string with valid escapes"))
}

/// Returns the text of a JSON string, or `None` for any other value.
pub(crate) fn of_json(raw: &RawValue) -> Option<Secret> {
    let text = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    // A loop without branches is vectorized.
    let has_escape = text.bytes().fold(0, |any, byte| any | u8::from(byte == b'\\'));
    if has_escape != 0 { unescape(text) } else { Some(Secret::from(text)) }
}

/// Resolves escapes into a buffer of sufficient size: reallocating would leave an unwiped copy.
fn unescape(text: &str) -> Option<Secret> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((before, escaped)) = rest.split_once('\\') {
        plain.push_str(before);
        let mut after = escaped.chars();
        plain.push(match after.next()? {
            '"' => '"',
            '\\' => '\\',
            '/' => '/',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => unescape_unicode(&mut after)?,
            _ => return None,
        });
        rest = after.as_str();
    }
    plain.push_str(rest);
    Some(Secret::from(plain.as_str()))
}

/// Parses `XXXX`, or the surrogate pair `XXXX\uXXXX`.
fn unescape_unicode(after: &mut std::str::Chars<'_>) -> Option<char> {
    let high = hex_unit(after)?;
    if !(0xD800..0xDC00).contains(&high) {
        return char::from_u32(high);
    }
    let mut low = after.as_str().strip_prefix("\\u")?.chars();
    let unit = hex_unit(&mut low)?;
    *after = low;
    (0xDC00..0xE000)
        .contains(&unit)
        .then(|| 0x1_0000 + ((high - 0xD800) << 10) + (unit - 0xDC00))
        .and_then(char::from_u32)
}

fn hex_unit(digits: &mut std::str::Chars<'_>) -> Option<u32> {
    let (unit, rest) = digits.as_str().split_at_checked(4)?;
    *digits = rest.chars();
    // `from_str_radix` would accept a sign.
    unit.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
    u32::from_str_radix(unit, 16).ok()
}

/// Serializes the content of a secret, for `#[serde(serialize_with = "secret::expose")]`.
pub(crate) fn expose<S: serde::Serializer>(
    secret: &Secret,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// As [`expose`], for an optional secret.
#[expect(clippy::ref_option, reason = "signature required by serde")]
pub(crate) fn expose_option<S: serde::Serializer>(
    secret: &Option<Secret>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => expose(secret, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Secret> {
        of_json(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn escapes_are_resolved() {
        let escaped = r#""\"\\\/\b\f\n\r\t\u00e9\u540D\ud83D\uDE00\u0000a""#;
        let text = "\"\\/\u{8}\u{c}\n\r\té名😀\u{0}a";
        assert_eq!(read(escaped), Some(Secret::from(text)));
        assert_eq!(
            read(r#""\ud7ff\ue000\udbff\udfff""#),
            Some("\u{d7ff}\u{e000}\u{10ffff}".into())
        );
        assert_eq!(read("\"\""), Some(Secret::default()));
    }

    #[test]
    fn other_values_and_unpaired_surrogates_are_rejected() {
        for json in [
            "null",
            "5",
            "true",
            "[\"a\"]",
            "{}",
            r#""\ud83d""#,
            r#""\ud83dx""#,
            r#""\ud83d\u0041""#,
            r#""\ude00""#,
            r#""\ud83d\ud83d""#,
            r#""\ud83d\ue000""#,
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}
