//! The canonical request.

mod headers;
mod query;
mod uri;

use http::{Method, Uri};

pub(crate) use self::headers::{CanonicalHeaders, Unsignable, is_secret};
use crate::payload::PayloadLine;
use crate::sink::{Sink, Written};

/// Method, URI, query, headers, header names and payload hash, separated by line feeds.
pub(crate) struct CanonicalRequest<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    pub(crate) headers: CanonicalHeaders<'a>,
    pub(crate) payload: PayloadLine,
}

impl Written for CanonicalRequest<'_> {
    fn write_to(&self, sink: &mut impl Sink) {
        write_method(self.method.as_str(), sink);
        sink.write(b"\n");
        uri::write(self.uri.path(), sink);
        sink.write(b"\n");
        query::write(self.uri.query().unwrap_or_default(), sink);
        sink.write(b"\n");
        self.headers.write_lines(sink);
        sink.write(b"\n");
        self.headers.write_names(sink);
        sink.write(b"\n");
        sink.write(self.payload.as_bytes());
    }
}

/// Writes the method in upper case.
fn write_method(method: &str, sink: &mut impl Sink) {
    if method.bytes().any(|letter| letter.is_ascii_lowercase()) {
        sink.write(method.to_ascii_uppercase().as_bytes());
    } else {
        sink.write(method.as_bytes());
    }
}
