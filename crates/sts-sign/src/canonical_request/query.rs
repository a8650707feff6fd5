//! The canonical query: pairs sorted by name, then by value.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::uri::write_component;
use crate::sink::Sink;

/// Writes the pairs of `query`. A name without a value gets an empty one, and a plus is a plus.
pub(super) fn write(query: &str, sink: &mut impl Sink) {
    let mut pairs: Vec<[Cow<'_, [u8]>; 2]> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| [name, value].map(|text| percent_decode_str(text).into()))
        .collect();
    // Sorted before they are encoded, as the official Python SDK does it.
    pairs.sort_unstable();
    for (index, [name, value]) in pairs.iter().enumerate() {
        if index > 0 {
            sink.write(b"&");
        }
        write_component(name, sink);
        sink.write(b"=");
        write_component(value, sink);
    }
}
