//! The canonical request that the gateway appends to messages about a signature mismatch.

use super::redact;
use super::shown::Shown;

/// Headers whose values are shown.
#[rustfmt::skip]
const HEADERS: [&str; 12] = [
    "accept", "content-encoding", "content-length", "content-type", "date", "host", "user-agent",
    "x-domain-id", "x-project-id", "x-request-id", "x-sdk-content-sha256", "x-sdk-date",
];
/// Maximum length of a shown header name, path segment or payload hash, in bytes.
const LONGEST_PART: usize = 64;

/// Labels before an echo, ignoring case. The first is the gateway's.
const LABELS: [&str; 4] =
    ["canonicalrequest", "canonical request", "canonical_request", "canonical-request"];

/// Splits a message into text and echo. The echo is found by its structure, which is an upper-case
/// method, a separator and a path, because the label varies.
pub(super) fn split(message: &str) -> (&str, Option<Echo<'_>>) {
    let found = ['|', '\n'].into_iter().find_map(|separator| {
        let (before, text) = message.split_at_checked(start(message, separator)?)?;
        Some((without_label(before), Some(Echo { text, separator })))
    });
    found.unwrap_or((message, None))
}

/// Returns the position of a method that a separator and a path follow.
fn start(message: &str, separator: char) -> Option<usize> {
    message.match_indices(separator).find_map(|(at, _)| {
        let (before, rest) = message.split_at_checked(at)?;
        let is_path = rest.strip_prefix(separator)?.starts_with('/');
        let before = before.strip_suffix('\r').unwrap_or(before);
        let method = before.trim_end_matches(|c: char| c.is_ascii_uppercase());
        let is_method = (3..=16).contains(&(before.len() - method.len()))
            && !method.ends_with(|c: char| c.is_ascii_alphanumeric() || c == separator);
        (is_path && is_method).then_some(method.len())
    })
}

fn without_label(message: &str) -> &str {
    let is_between = |c: char| c.is_whitespace() || ",;:=\"'([{\\".contains(c);
    let labelled = message.trim_end_matches(is_between);
    let label = LABELS.iter().find_map(|label| {
        let (before, end) = labelled.split_at_checked(labelled.len().checked_sub(label.len())?)?;
        end.eq_ignore_ascii_case(label).then_some(before)
    });
    let before = label.unwrap_or(labelled).trim_end_matches(is_between);
    if before.is_empty() { labelled } else { before }
}

/// A canonical request and the text after it.
#[derive(Clone, Copy)]
pub(super) struct Echo<'a> {
    text: &'a str,
    /// Separator of its lines.
    separator: char,
}

impl<'a> Echo<'a> {
    /// Returns at most `limit` bytes of the canonical request, with `|` between its lines, and the
    /// text after the payload hash. A truncated request extends to the end.
    ///
    /// The position of a line determines its meaning. Values of unknown headers, and lines of an
    /// unexpected form, are hidden.
    pub(super) fn shown(self, limit: usize) -> (String, &'a str) {
        let mut shown = Shown::new(limit);
        let (mut part, mut rest) = (Part::Method, self.text);
        while part != Part::Payload
            && let Some((line, after)) = rest.split_once(self.separator)
        {
            part = part.show(line.strip_suffix('\r').unwrap_or(line), &mut shown);
            shown.keep("|");
            rest = after;
        }
        let is_end = |c: char| part == Part::Payload && !c.is_ascii_alphanumeric() && c != '-';
        let (line, after) = rest.split_at(rest.find(is_end).unwrap_or(rest.len()));
        part.show(line, &mut shown);
        let is_mark = |c: char| c.is_whitespace() || ",;.\"')]}".contains(c);
        (shown.finish(), after.trim_matches(is_mark))
    }
}

/// Part of a canonical request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Method,
    Path,
    Query,
    Header,
    HeaderNames,
    Payload,
}

impl Part {
    /// Shows or hides the line of this part. Returns the part of the next line.
    fn show(self, line: &str, shown: &mut Shown) -> Self {
        let (is_harmless, next) = match self {
            Self::Method => (line.bytes().all(|byte| byte.is_ascii_uppercase()), Self::Path),
            Self::Path => (line.split('/').all(is_segment), Self::Query),
            Self::Query => {
                redact::message(line, shown);
                return Self::Header;
            }
            Self::Header if line.is_empty() => (true, Self::HeaderNames),
            Self::Header => {
                let (name, value) = line.split_once(':').unwrap_or_default();
                if !name.is_empty() && is_header_name(name) {
                    shown.keep(name);
                    shown.keep(":");
                }
                let is_known = HEADERS.iter().any(|known| known.eq_ignore_ascii_case(name));
                if is_known {
                    shown.keep(value);
                } else {
                    shown.hide();
                }
                return Self::Header;
            }
            Self::HeaderNames => (line.split(';').all(is_header_name), Self::Payload),
            Self::Payload => (is_payload(line), Self::Payload),
        };
        if is_harmless {
            shown.keep(line);
        } else {
            shown.hide();
        }
        next
    }
}

/// Returns whether a path segment is short enough not to be a token.
fn is_segment(segment: &str) -> bool {
    segment.len() <= LONGEST_PART
        && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~%".contains(&byte))
}

fn is_header_name(name: &str) -> bool {
    name.len() <= LONGEST_PART
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Returns whether a line is the beginning of a SHA-256 hash, or a name such as `UNSIGNED-PAYLOAD`.
fn is_payload(line: &str) -> bool {
    let is_hex = line.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_name = line.bytes().all(|byte| byte.is_ascii_uppercase() || b"-256".contains(&byte));
    line.len() <= LONGEST_PART && (is_hex || is_name)
}
