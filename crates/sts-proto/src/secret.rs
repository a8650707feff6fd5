//! Text that must not be seen: keys, tokens, assertions.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use serde_json::value::RawValue;
use zeroize::Zeroize;

/// Text that is never printed, is compared in constant time, and is wiped when it is dropped.
///
/// `Debug` and `Display` show the same fixed word whatever the content, so not even its length
/// gets out. The only way to the text is [`expose_secret`](Self::expose_secret), a name that is
/// easy to search for. It is not `Serialize`: requests write their secrets by naming them.
///
/// ```
/// use sts_proto::Secret;
///
/// let secret = Secret::from("a1B2c3");
/// assert_eq!(format!("{secret:?} {secret}"), "[redacted] [redacted]");
/// assert_eq!(secret.expose_secret(), "a1B2c3");
/// ```
#[derive(Clone, Default)]
pub struct Secret(Box<str>);

impl Secret {
    /// The text itself. Do not print it, and wipe what you copy it into.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        &self.0
    }

    /// Whether there is no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Secret {
    /// Takes the text over. A string with room to spare is copied into a block of the right size
    /// and its own block wiped, for shrinking it in place could leave a copy behind.
    fn from(mut text: String) -> Self {
        if text.len() == text.capacity() {
            return Self(text.into_boxed_str());
        }
        let secret = Self::from(text.as_str());
        text.zeroize();
        secret
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Eq for Secret {}

impl PartialEq for Secret {
    /// In a time that depends on the lengths only.
    fn eq(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.0.as_bytes(), other.0.as_bytes());
        let difference = ours.iter().zip(theirs).fold(0, |difference, (a, b)| {
            // Without the black box the compiler may stop at the first difference.
            std::hint::black_box(difference | (a ^ b))
        });
        ours.len() == theirs.len() && difference == 0
    }
}

impl<'de> Deserialize<'de> for Secret {
    /// Reads a JSON string, from `serde_json` over a slice only: any other way of reading
    /// would leave a copy of the text in a buffer that nobody wipes.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let Some(text) = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')) else {
            return Err(D::Error::custom("expected a string"));
        };
        if !text.contains('\\') {
            return Ok(Self::from(text));
        }
        unescape(text).ok_or_else(|| D::Error::custom("expected a string with valid escapes"))
    }
}

/// Resolves JSON's escapes into a block that is large enough from the start, so that no smaller
/// one is left behind by growing.
fn unescape(text: &str) -> Option<Secret> {
    let mut plain = zeroize::Zeroizing::new(String::with_capacity(text.len()));
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

/// The character of `XXXX`, or of `XXXX\uXXXX` for one outside the basic plane.
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
    // `from_str_radix` would take a sign.
    unit.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
    u32::from_str_radix(unit, 16).ok()
}

/// How a request writes a secret of its own: `#[serde(serialize_with = "secret::expose")]`.
pub(crate) fn expose<S: serde::Serializer>(
    secret: &Secret,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

/// The same for a secret that may be unset; the field is skipped when it is.
#[expect(clippy::ref_option, reason = "the form in which serde hands a field over")]
pub(crate) fn expose_option<S: serde::Serializer>(
    secret: &Option<Secret>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => expose(secret, serializer),
        None => serializer.serialize_none(),
    }
}
