//! The canonical URI: the path, percent-decoded once and encoded once.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use crate::sink::Sink;

/// Everything but RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Everything but those and the separator of segments.
const ENCODED_IN_PATH: &AsciiSet = &ENCODED.remove(b'/');

/// Writes the path with the slash that ends every canonical URI.
///
/// It is decoded before it is split into segments, as the official Python SDK does it, so an
/// encoded slash separates as well. Empty segments and dots stay as they are.
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

/// Writes a name or a value of the query, both of which are given decoded.
pub(super) fn write_component(component: &[u8], sink: &mut impl Sink) {
    for piece in percent_encode(component, ENCODED) {
        sink.write(piece.as_bytes());
    }
}
