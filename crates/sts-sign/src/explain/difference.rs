//! Comparison of a canonical request with the gateway's.

use std::fmt;

use super::Explanation;
use crate::canonical_request::is_secret;
use crate::sink::{REDACTED, Sink, Written};

/// Difference between the signed request and the request that a gateway received.
///
/// `Display` describes it, as in `host signed as "a", gateway received "b"`, without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    part: String,
    signed: Option<String>,
    seen: Option<String>,
}

impl Difference {
    /// Returns the part that differs: `method`, `canonical URI`, `query`, the name of a header, `list of signed headers` or
    /// `payload hash`.
    #[must_use]
    pub fn part(&self) -> &str {
        &self.part
    }

    /// Returns the signed value, or `None` for a header that was not signed.
    #[must_use]
    pub fn signed(&self) -> Option<&str> {
        self.signed.as_deref()
    }

    /// Returns the value at the gateway, or `None` for a missing header.
    #[must_use]
    pub fn seen(&self) -> Option<&str> {
        self.seen.as_deref()
    }

    pub(super) fn first(ours: &Explanation, echo: &str) -> Option<Self> {
        let echo = Echo::find(echo)?;
        let signed = Parts::of(&ours.canonical_request, '\n');
        let seen = Parts::of(echo.text, echo.separator);

        let is_whole = ours.string_to_sign.as_bytes().ends_with(&ours.hash.hex_of_text(&echo));
        if is_whole {
            return None;
        }
        Self::between("method", signed.method, seen.method)
            .or_else(|| Self::between("canonical URI", signed.uri, seen.uri))
            .or_else(|| Self::of_query(&signed, &seen))
            .or_else(|| Self::of_headers(&signed, &seen))
            .or_else(|| Self::behind_headers(&signed, &seen))
            .or_else(|| Self::of_secrets(&signed, &seen))
    }

    fn between(part: &str, signed: &str, seen: &str) -> Option<Self> {
        // A part that the echo does not show cannot be compared.
        (signed != seen && !seen.contains(REDACTED))
            .then(|| Self::new(part, Some(signed), Some(seen)))
    }

    fn of_query(signed: &Parts<'_>, seen: &Parts<'_>) -> Option<Self> {
        let difference = Self::between("query", signed.query, seen.query)?;
        // An echo may leave out the line of an empty query, so that a header is in its place.
        let is_secret = seen.query.split_once(':').is_some_and(|(name, _)| signed.hides(name));
        let hidden = || Self::new("query", Some(REDACTED), Some(REDACTED));
        Some(if is_secret { hidden() } else { difference })
    }

    fn of_headers(signed: &Parts<'_>, seen: &Parts<'_>) -> Option<Self> {
        let changed = signed.headers.iter().find_map(|(name, value)| match seen.header(name) {
            None => (!seen.is_cut).then(|| Self::new(name, Some(value), None)),
            Some(_) if *value == REDACTED => None,
            Some(other) => Self::between(name, value, other),
        });
        let added = || seen.headers.iter().find(|(name, _)| signed.header(name).is_none());
        changed.or_else(|| {
            let (name, value) = added()?;
            let shown = if signed.hides(name) { REDACTED } else { value };
            Some(Self::new(name, None, Some(shown)))
        })
    }

    fn behind_headers(signed: &Parts<'_>, seen: &Parts<'_>) -> Option<Self> {
        if seen.is_cut {
            return None;
        }
        Self::between("list of signed headers", signed.names, seen.names).or_else(|| {
            let is_cut = signed.payload.starts_with(seen.payload);
            Self::between("payload hash", signed.payload, seen.payload).filter(|_| !is_cut)
        })
    }

    /// If all other parts are equal and complete, a secret differs.
    fn of_secrets(signed: &Parts<'_>, seen: &Parts<'_>) -> Option<Self> {
        if signed.payload != seen.payload {
            return None;
        }
        let mut secrets = signed.headers.iter().filter(|(_, value)| *value == REDACTED);
        let (name, value) =
            secrets.find(|(name, _)| seen.header(name).is_some_and(|seen| seen != REDACTED))?;
        Some(Self::new(name, Some(value), Some(REDACTED)))
    }

    fn new(part: &str, signed: Option<&str>, seen: Option<&str>) -> Self {
        let has_secret = |text: &str| is_secret(&text.to_ascii_lowercase());
        let is_hidden = has_secret(part)
            || (part == "query" && [signed, seen].into_iter().flatten().any(has_secret));
        let shown = |value: &str| if is_hidden { REDACTED } else { value }.to_owned();
        Self { part: part.to_owned(), signed: signed.map(shown), seen: seen.map(shown) }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = &self.part;
        match (&self.signed, &self.seen) {
            (Some(signed), Some(seen)) if signed == seen => {
                write!(f, "{part} differs; values are not shown")
            }
            (Some(signed), Some(seen)) => {
                write!(f, "{part} signed as {signed:?}, gateway received {seen:?}")
            }
            (Some(signed), None) => write!(f, "{part} signed as {signed:?}, gateway received none"),
            (None, Some(seen)) => write!(f, "{part} not signed, gateway received {seen:?}"),
            (None, None) => write!(f, "{part} differs"),
        }
    }
}

/// Minimum length of a method, in bytes.
const SHORTEST_METHOD: usize = 3;

/// Canonical request in a message.
struct Echo<'a> {
    text: &'a str,
    separator: char,
}

impl<'a> Echo<'a> {
    /// Finds the text from the method to the end of the payload hash. Returns `None` for a message
    /// without a method, a separator and a path, which may contain anything.
    fn find(message: &'a str) -> Option<Self> {
        ['|', '\n'].into_iter().find_map(|separator| {
            let text = message.get(start(message, separator)?..)?;
            Some(Self { text: text.get(..length(text, separator))?, separator })
        })
    }
}

/// Returns the position of a method in upper case that the separator and a path follow.
fn start(message: &str, separator: char) -> Option<usize> {
    message.match_indices(separator).find_map(|(at, _)| {
        let (before, after) = message.split_at(at);
        let method = before.trim_end_matches(|c: char| c.is_ascii_uppercase());
        let is_method = before.len() - method.len() >= SHORTEST_METHOD;
        (is_method && after.get(1..)?.starts_with('/')).then_some(method.len())
    })
}

/// Returns the length of the canonical request at the beginning of `text`. A truncated one extends to
/// the end.
fn length(text: &str, separator: char) -> usize {
    let mut lines = text.split(separator);
    let whole = |line: &str| line.len() + separator.len_utf8();
    let before_headers: usize = lines.by_ref().take(3).map(whole).sum();
    let headers: usize = lines.by_ref().take_while(|line| !line.is_empty()).map(whole).sum();
    let names = separator.len_utf8() + lines.next().map_or(0, whole);
    let payload_at = before_headers + headers + names;
    let is_end = |c: char| !c.is_ascii_alphanumeric() && c != '-';
    let payload = text.get(payload_at..).map(|rest| rest.find(is_end).unwrap_or(rest.len()));
    payload.map_or(text.len(), |length| payload_at + length)
}

impl Written for Echo<'_> {
    fn write_to(&self, sink: &mut impl Sink) {
        for (index, part) in self.text.split(self.separator).enumerate() {
            if index > 0 {
                sink.write(b"\n");
            }
            sink.write(part.as_bytes());
        }
    }
}

/// Parts of a canonical request.
struct Parts<'a> {
    method: &'a str,
    uri: &'a str,
    query: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    names: &'a str,
    payload: &'a str,
    /// Whether the text is truncated before the payload hash.
    is_cut: bool,
}

impl<'a> Parts<'a> {
    /// Splits the text. Missing parts are empty, and header lines without a name are ignored.
    fn of(text: &'a str, separator: char) -> Self {
        let mut parts = text.split(separator);
        let mut next = || parts.next().unwrap_or_default();
        let (method, uri, query) = (next(), next(), next());
        let headers = parts.by_ref().take_while(|line| !line.is_empty());
        let mut headers: Vec<_> = headers.filter_map(|line| line.split_once(':')).collect();
        let mut next = || parts.next().unwrap_or_default();
        let (names, payload) = (next(), next());
        let is_cut = payload.is_empty();
        if names.is_empty() {
            // The last value may be truncated.
            headers.pop();
        }
        Self { method, uri, query, headers, names, payload, is_cut }
    }

    /// Returns whether the value of this header is redacted. A gateway may echo the name as it was
    /// sent.
    fn hides(&self, name: &str) -> bool {
        let mut headers = self.headers.iter();
        headers.any(|(other, value)| *value == REDACTED && other.eq_ignore_ascii_case(name))
    }

    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| *value)
    }
}
