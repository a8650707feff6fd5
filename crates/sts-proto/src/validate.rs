//! Requests held against the documented limits before they are sent.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use sts_credentials::Secret;

use crate::caller::Caller;
use crate::error::text;

/// Bytes of a text that are shown when it breaks a limit.
const GIVEN_LIMIT: usize = 64;

/// A request that breaks limits of the service. Nothing was sent.
///
/// All violations are named at once. The service may have changed a limit; then
/// [`to_request_unvalidated`](crate::Operation::to_request_unvalidated) sends it all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRequest {
    operation: &'static str,
    violations: Vec<Violation>,
}

impl InvalidRequest {
    /// The operation's name.
    #[must_use]
    pub const fn operation(&self) -> &'static str {
        self.operation
    }

    /// What is wrong, field by field.
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
        let rule = Cow::Owned(format!("cannot be made: {why}"));
        let given = Cow::Owned(text::printable(&given.to_string(), GIVEN_LIMIT));
        Self { operation, violations: vec![Violation { field: field.into(), rule, given }] }
    }
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was not sent:", self.operation)?;
        for (index, violation) in self.violations.iter().enumerate() {
            write!(f, "{} {violation}", if index == 0 { "" } else { ";" })?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidRequest {}

/// A field that breaks a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Where it stands in the request, as in `tags[3].key`.
    pub field: Cow<'static, str>,
    /// The limit in words, as in `must have 2 to 128 characters`.
    pub rule: Cow<'static, str>,
    /// What was given, in words: `21 elements`, `nothing`, or `1 character, "b"` with the first 64
    /// bytes of a text, made printable. Of a secret it is the length alone.
    pub given: Cow<'static, str>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} (given: {})", self.field, self.rule, self.given)
    }
}

/// Where a value stands. It becomes a text only when there is something to tell.
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
        let (field, rule, given) = (field.into().into(), rule.into(), given.into());
        self.violations.push(Violation { field, rule, given });
    }

    /// No control characters, no white space around the text and none without a width in it: they
    /// come along when a text is read from a file or copied from a page, and the service takes them
    /// for a part of it.
    pub(crate) fn form(&mut self, field: impl Into<Field>, text: &str) -> bool {
        self.form_of(field, text, char::is_control, || given_text(text))
    }

    /// The same for a text that must not be shown.
    pub(crate) fn secret_form(&mut self, field: impl Into<Field>, secret: &Secret) -> bool {
        let text = secret.expose_secret();
        self.form_of(field, text, char::is_control, || given_secret(secret))
    }

    fn form_of(
        &mut self,
        field: impl Into<Field>,
        text: &str,
        is_control: fn(char) -> bool,
        given: impl FnOnce() -> String,
    ) -> bool {
        let has_no_width = |c| matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}');
        let rule = if text.trim().len() != text.len() {
            "must not begin or end with white space: trim it where it is read"
        } else if text.contains(|c| is_control(c) || has_no_width(c)) {
            "must not contain control characters, zero-width spaces or a byte order mark"
        } else {
            return true;
        };
        self.violation(field, rule, given());
        false
    }

    /// So many characters of any kind but control characters.
    pub(crate) fn length(
        &mut self,
        field: impl Into<Field>,
        text: &str,
        limits: RangeInclusive<usize>,
    ) -> bool {
        let field = field.into();
        if !limits.contains(&text.chars().count()) {
            self.violation(field, between(&limits, "characters"), given_text(text));
        }
        self.form(field, text)
    }

    /// The same for a text that must not be shown.
    pub(crate) fn secret_length(
        &mut self,
        field: &'static str,
        secret: &Secret,
        limits: RangeInclusive<usize>,
    ) -> bool {
        if !limits.contains(&secret.expose_secret().chars().count()) {
            self.violation(field, between(&limits, "characters"), given_secret(secret));
        }
        self.secret_form(field, secret)
    }

    /// So many ASCII letters, digits and characters of `others`.
    pub(crate) fn text(
        &mut self,
        field: impl Into<Field>,
        text: &str,
        limits: RangeInclusive<usize>,
        others: &'static str,
    ) {
        let field = field.into();
        if self.length(field, text, limits) && !holds_only(text, others) {
            let rule = format!("must hold ASCII letters, digits and {others} only");
            self.violation(field, rule, given_text(text));
        }
    }

    /// So many elements.
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

    /// A URN of which the newest official definition limits the length only.
    pub(crate) fn any_urn(&mut self, field: impl Into<Field>, urn: &str) -> bool {
        self.length(field, urn, 1..=1500)
    }

    /// `a:b:c:d:e` with the characters that the newest official definition describes. `b` may be
    /// empty; it is in the URN of an agency.
    pub(crate) fn urn(&mut self, field: impl Into<Field>, urn: &str) {
        let field = field.into();
        if self.any_urn(field, urn) && !is_urn(urn) {
            let rule = "must be a URN of five parts, as in iam::ACCOUNT:agency:NAME";
            self.violation(field, rule, given_text(urn));
        }
    }

    pub(crate) fn session_name(&mut self, name: &str) {
        self.text("agency_session_name", name, 2..=128, "_+=,.@-");
    }

    /// What all three assume operations have: a duration and policies.
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
            if !(2..=4096).contains(&policy.chars().count()) {
                self.violation("policy", between(&(2..=4096), "characters"), given_text(policy));
            }
            // Line ends and tabs indent JSON.
            let is_control = |c: char| c.is_control() && !"\n\r\t".contains(c);
            self.form_of("policy", policy, is_control, || given_text(policy));
        }
        if let Some(ids) = policy_ids {
            self.count("policy_ids", ids.len(), 0..=20);
            for (index, id) in ids.iter().enumerate() {
                self.text(Field::Element("policy_ids", index), id, 1..=64, "_-");
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

/// ASCII letters, digits and the ASCII characters of `others`. Without a branch a byte,
/// so that many bytes are looked at in one step.
#[inline]
fn holds_only(text: &str, others: &str) -> bool {
    let is_one = |byte: u8| byte.is_ascii_alphanumeric() | others.bytes().any(|one| one == byte);
    text.bytes().fold(true, |all, byte| all & is_one(byte))
}

fn is_urn(urn: &str) -> bool {
    let is_part = |part: &str, limits: RangeInclusive<usize>, others: &str| {
        limits.contains(&part.len()) && holds_only(part, others)
    };
    let mut parts = urn.splitn(5, ':');
    let mut next = || parts.next().unwrap_or_default();
    is_part(next(), 1..=1500, "+/=_-")
        && is_part(next(), 0..=255, "+/=_*-")
        && is_part(next(), 1..=64, "+/=_-")
        && is_part(next(), 1..=64, "+/=_-")
        && !next().is_empty()
}

/// The `duration_seconds` of a request: fractions of a second are dropped, and what exceeds the
/// type is far beyond the limit as well.
pub(crate) fn whole_seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}
