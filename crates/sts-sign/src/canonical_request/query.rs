//! The canonical query: pairs sorted by name and value.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::uri::write_component;
use crate::sink::Sink;

/// Writes the pairs of `query`. A missing value is empty, and a plus sign is not a space.
pub(super) fn write(query: &str, sink: &mut impl Sink) {
    let mut pairs: Vec<[Cow<'_, [u8]>; 2]> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| [name, value].map(|text| percent_decode_str(text).into()))
        .collect();
    // The official Python SDK sorts before it encodes.
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
