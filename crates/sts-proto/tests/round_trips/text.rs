//! Strategies for texts.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use sts_proto::Secret;

/// Characters that JSON escapes or may escape, and characters at the limits of encodings.
const SPECIAL: [char; 24] = [
    '"',
    '\\',
    '/',
    '\u{0}',
    '\u{1}',
    '\u{8}',
    '\t',
    '\n',
    '\u{c}',
    '\r',
    '\u{1b}',
    '\u{1f}',
    ' ',
    '\u{7f}',
    '\u{80}',
    '\u{7ff}',
    '\u{800}',
    '\u{2028}',
    '\u{2029}',
    '\u{d7ff}',
    '\u{e000}',
    '\u{feff}',
    '\u{ffff}',
    '\u{10ffff}',
];

/// Any text.
pub(crate) fn any_text() -> impl Strategy<Value = String> {
    let c = prop_oneof![
        proptest::sample::select(&SPECIAL[..]),
        any::<char>(),
        proptest::char::range(' ', '~'),
    ];
    vec(c, 0..24).prop_map(String::from_iter)
}

/// A message that errors show unchanged: words and marks.
pub(crate) fn shown_message() -> impl Strategy<Value = String> {
    let word = proptest::sample::select(vec![
        "the",
        "Token",
        "agency_urn",
        "x-security-token",
        "is",
        "missing",
        "12 bytes",
        "2026-03-05",
        "iam:agencies:assume",
        "STS5.1106",
        "名",
        "😀",
        "\"",
        "\\",
        "(",
        "·",
        "\u{feff}",
    ]);
    vec(word, 1..12).prop_map(|words| words.join(" , "))
}

/// A code or a request id that errors show unchanged.
pub(crate) fn shown_id() -> impl Strategy<Value = String> {
    "[A-Za-df-z0-9._-]{1,40}"
}

pub(crate) fn any_secret() -> impl Strategy<Value = Secret> {
    any_text().prop_map(Secret::from)
}

pub(crate) fn maybe_text() -> impl Strategy<Value = Option<String>> {
    option::of(any_text())
}

pub(crate) fn maybe_list() -> impl Strategy<Value = Option<Vec<String>>> {
    option::of(vec(any_text(), 0..4))
}

/// A text that an HTTP header can contain: an access key id or a token.
pub(crate) fn sendable_text() -> impl Strategy<Value = String> {
    let c = prop_oneof![Just('"'), Just('\\'), Just('~'), proptest::char::range('0', 'z')];
    vec(c, 1..24).prop_map(String::from_iter)
}

/// A secret access key: visible ASCII.
pub(crate) fn secret_access_key() -> impl Strategy<Value = String> {
    vec(proptest::char::range('!', '~'), 1..48).prop_map(String::from_iter)
}
