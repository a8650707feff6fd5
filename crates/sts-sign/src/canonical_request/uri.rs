//! The canonical URI: the path, percent-decoded and encoded again.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use crate::sink::Sink;

/// All characters except the unreserved ones of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// All characters except the unreserved ones and slashes.
const ENCODED_IN_PATH: &AsciiSet = &ENCODED.remove(b'/');

/// Writes the path with a trailing slash.
///
/// The path is decoded before it is split into segments, as in the official Python SDK, so an
/// encoded slash becomes a separator. Empty segments and dot segments are preserved.
pub(super) fn write(path: &str, sink: &mut impl Sink) {
    let path: Cow<'_, [u8]> =
        if path.contains('%') { percent_decode_str(path).into() } else { path.as_bytes().into() };
    for piece in percent_encode(&path, ENCODED_IN_PATH) {
        sink.write(piece.as_bytes());
    }
    if path.last() != Some(&b'/') {
        sink.write(b"/");
    }
}

/// Writes a decoded name or value of the query.
pub(super) fn write_component(component: &[u8], sink: &mut impl Sink) {
    for piece in percent_encode(component, ENCODED) {
        sink.write(piece.as_bytes());
    }
}
