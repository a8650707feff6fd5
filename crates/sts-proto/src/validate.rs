//! Validation of requests against the documented limits.

mod character_set;

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use sts_credentials::Secret;

pub(crate) use self::character_set::CharacterSet;
use crate::caller::Caller;
use crate::error::text;

/// Maximum length of an invalid text in an error, in bytes.
const GIVEN_LIMIT: usize = 64;

/// The maximum number of violations in an error. A request with lists of valid lengths has fewer.
const LONGEST_LIST: usize = 200;

/// Error returned when a request violates documented limits. It contains all violations, up to 200.
///
/// If the service has changed a limit, use
/// [`to_request_unvalidated`](crate::Operation::to_request_unvalidated).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRequest {
    operation: &'static str,
    violations: Vec<Violation>,
}

impl InvalidRequest {
    /// Returns the name of the operation.
    #[must_use]
    pub const fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns the violations, at least one.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    pub(crate) fn unsendable(
        operation: &'static str,
        field: &'static str,
        given: &dyn fmt::Display,
        why: &dyn fmt::Display,
    ) -> Self {
        let rule = Cow::Owned(format!("is invalid: {why}"));
        let given = Cow::Owned(text::printable(&given.to_string(), GIVEN_LIMIT));
        Self { operation, violations: vec![Violation { field: field.into(), rule, given }] }
    }
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid {} request:", self.operation)?;
        for (index, violation) in self.violations.iter().enumerate() {
            write!(f, "{} {violation}", if index == 0 { "" } else { ";" })?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidRequest {}

/// Violation of a limit by a field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Path of the field, as in `tags[3].key`.
    pub field: Cow<'static, str>,
    /// Limit, as in `must have 2 to 128 characters`.
    pub rule: Cow<'static, str>,
    /// Description of the value: `21 elements`, `nothing`, or `1 character, "b"` with the first 64
    /// bytes of a text. For a secret, it contains only the length.
    pub given: Cow<'static, str>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} (given: {})", self.field, self.rule, self.given)
    }
}

/// Path of a field, formatted only for violations.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Field {
    /// `policy`
    Name(&'static str),
    /// `policy_ids[3]`
    Element(&'static str, usize),
    /// `tags[3].key`
    Part(&'static str, usize, &'static str),
}

impl From<&'static str> for Field {
    fn from(name: &'static str) -> Self {
        Self::Name(name)
    }
}

impl From<Field> for Cow<'static, str> {
    fn from(field: Field) -> Self {
        match field {
            Field::Name(name) => name.into(),
            Field::Element(list, index) => format!("{list}[{index}]").into(),
            Field::Part(list, index, part) => format!("{list}[{index}].{part}").into(),
        }
    }
}

/// Collects the violations of one request.
#[derive(Debug)]
#[expect(unnameable_types, reason = "part of the trait that seals operations")]
pub struct Checks {
    operation: &'static str,
    caller: Caller,
    violations: Vec<Violation>,
}

impl Checks {
    pub(crate) const fn new(operation: &'static str, caller: Caller) -> Self {
        Self { operation, caller, violations: Vec::new() }
    }

    pub(crate) fn finish(self) -> Result<(), InvalidRequest> {
        if self.violations.is_empty() {
            return Ok(());
        }
        Err(InvalidRequest { operation: self.operation, violations: self.violations })
    }

    pub(crate) const fn caller(&self) -> Caller {
        self.caller
    }

    pub(crate) fn violation(
        &mut self,
        field: impl Into<Field>,
        rule: impl Into<Cow<'static, str>>,
        given: impl Into<Cow<'static, str>>,
    ) {
        // A list that is far too long has as many violations as elements.
        if self.violations.len() < LONGEST_LIST {
            let (field, rule, given) = (field.into().into(), rule.into(), given.into());
            self.violations.push(Violation { field, rule, given });
        }
    }

    /// Rejects control characters, zero-width characters and surrounding white space, which often
    /// come from files and web pages and which the service does not remove.
    pub(crate) fn format(&mut self, field: impl Into<Field>, text: &str) -> bool {
        is_plain(text) || self.other_format(field.into(), text, "", || given_text(text))
    }

    /// As [`format`](Self::format), without showing the text.
    pub(crate) fn secret_format(&mut self, field: impl Into<Field>, secret: &Secret) -> bool {
        let text = secret.expose_secret();
        is_plain(text) || self.other_format(field.into(), text, "", || given_secret(secret))
    }

    /// Checks the format of a text that is not plain, with control characters `allowed`.
    #[cold]
    fn other_format(
        &mut self,
        field: Field,
        text: &str,
        allowed: &str,
        given: impl FnOnce() -> String,
    ) -> bool {
        let is_zero_width = |c| matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}');
        let is_control = |c: char| c.is_control() && !allowed.contains(c);
        let rule = if text.trim().len() != text.len() {
            "must not begin or end with white space"
        } else if text.contains(|c| is_control(c) || is_zero_width(c)) {
            "must not contain control characters, zero-width spaces or a byte order mark"
        } else {
            return true;
        };
        self.violation(field, rule, given());
        false
    }

    /// Limits the number of characters.
    pub(crate) fn length(
        &mut self,
        field: impl Into<Field>,
        text: &str,
        limits: RangeInclusive<usize>,
    ) -> bool {
        if is_plain(text) && limits.contains(&text.len()) {
            return true;
        }
        let field = field.into();
        if !has_length(text, &limits) {
            self.violation(field, between(&limits, "characters"), given_text(text));
        }
        self.format(field, text)
    }

    /// As [`length`](Self::length), without showing the text.
    pub(crate) fn secret_length(
        &mut self,
        field: &'static str,
        secret: &Secret,
        limits: RangeInclusive<usize>,
    ) -> bool {
        if !has_length(secret.expose_secret(), &limits) {
            self.violation(field, between(&limits, "characters"), given_secret(secret));
        }
        self.secret_format(field, secret)
    }

    /// Limits the number of characters and allows only ASCII letters, digits and the other
    /// characters of `set`.
    pub(crate) fn text(
        &mut self,
        field: impl Into<Field>,
        text: &str,
        limits: RangeInclusive<usize>,
        set: &'static CharacterSet,
    ) {
        // A text of these characters is plain, and its length is its number of characters.
        if limits.contains(&text.len()) && set.contains_all(text.as_bytes()) {
            return;
        }
        let field = field.into();
        if self.length(field, text, limits) && !set.contains_all(text.as_bytes()) {
            let rule = format!("must contain only ASCII letters, digits and {}", set.others());
            self.violation(field, rule, given_text(text));
        }
    }

    /// Limits the number of elements.
    pub(crate) fn count(
        &mut self,
        field: &'static str,
        count: usize,
        limits: RangeInclusive<usize>,
    ) {
        if !limits.contains(&count) {
            let given = counted(count, "element");
            self.violation(field, between(&limits, "elements"), given);
        }
    }

    /// Limits the length of a URN; the newest definition does not specify a format.
    pub(crate) fn any_urn(&mut self, field: impl Into<Field>, urn: &str) -> bool {
        self.length(field, urn, 1..=1500)
    }

    /// Requires `a:b:c:d:e` with the characters of the newest definition. `b` may be empty.
    pub(crate) fn urn(&mut self, field: impl Into<Field>, urn: &str) {
        let field = field.into();
        if self.any_urn(field, urn) && !is_urn(urn) {
            let rule = "must be a URN of five parts, as in iam::ACCOUNT:agency:NAME";
            self.violation(field, rule, given_text(urn));
        }
    }

    pub(crate) fn session_name(&mut self, name: &str) {
        self.text("agency_session_name", name, 2..=128, &CharacterSet::NAME);
    }

    /// Checks the duration and policies of an assume operation.
    pub(crate) fn session(
        &mut self,
        duration_seconds: Option<u32>,
        policy: Option<&str>,
        policy_ids: Option<&[String]>,
    ) {
        if let Some(seconds) = duration_seconds
            && !(900..=43_200).contains(&seconds)
        {
            self.violation(
                "duration_seconds",
                "must be 900 to 43200 seconds",
                format!("{seconds} seconds"),
            );
        }
        if let Some(policy) = policy {
            if !has_length(policy, &(2..=4096)) {
                self.violation("policy", between(&(2..=4096), "characters"), given_text(policy));
            }
            if !is_plain(policy) {
                // JSON may be indented.
                let given = || given_text(policy);
                self.other_format("policy".into(), policy, "\n\r\t", given);
            }
        }
        if let Some(ids) = policy_ids {
            self.count("policy_ids", ids.len(), 0..=20);
            for (index, id) in ids.iter().enumerate() {
                self.text(
                    Field::Element("policy_ids", index),
                    id,
                    1..=64,
                    &CharacterSet::POLICY_ID,
                );
            }
        }
    }
}

fn between(limits: &RangeInclusive<usize>, unit: &str) -> String {
    format!("must have {} to {} {unit}", limits.start(), limits.end())
}

/// `1 element`, `2 elements`.
fn counted(number: usize, unit: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

pub(crate) fn given_text(text: &str) -> String {
    let shown = text::printable(text, GIVEN_LIMIT);
    format!("{}, {shown:?}", counted(text.chars().count(), "character"))
}

pub(crate) fn given_secret(secret: &Secret) -> String {
    counted(secret.expose_secret().chars().count(), "character")
}

/// Returns whether a text consists of visible ASCII characters, with spaces only inside. Most texts
/// do, and a loop over bytes without branches is faster than one over characters.
#[inline]
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_space = |byte: Option<&u8>| byte == Some(&b' ');
    bytes.iter().fold(true, |all, byte| all & matches!(byte, b' '..=b'~'))
        && !is_space(bytes.first())
        && !is_space(bytes.last())
}

/// Returns whether the number of characters is within the limits.
fn has_length(text: &str, limits: &RangeInclusive<usize>) -> bool {
    limits.contains(&text.chars().count())
}

fn is_urn(urn: &str) -> bool {
    const PART: &CharacterSet = &CharacterSet::URN_PART;
    const ACCOUNT: &CharacterSet = &CharacterSet::URN_ACCOUNT;
    let is_part = |part: &[u8], limits: RangeInclusive<usize>, set: &CharacterSet| {
        limits.contains(&part.len()) && set.contains_all(part)
    };
    let mut parts = urn.as_bytes().splitn(5, |byte| *byte == b':');
    let mut next = || parts.next().unwrap_or_default();
    is_part(next(), 1..=1500, PART)
        && is_part(next(), 0..=255, ACCOUNT)
        && is_part(next(), 1..=64, PART)
        && is_part(next(), 1..=64, PART)
        && !next().is_empty()
}

/// Rounds a duration down to seconds. A value above `u32::MAX` exceeds the limit anyway.
pub(crate) fn whole_seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}
