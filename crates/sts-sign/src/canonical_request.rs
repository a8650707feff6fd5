//! The canonical request: the one form in which both sides write down what is signed.

mod headers;
mod query;
mod uri;

use http::{Method, Uri};

pub(crate) use self::headers::{CanonicalHeaders, Unsignable, is_secret};
use crate::payload::PayloadLine;
use crate::sink::{Sink, Written};

/// Method, URI, query, headers, their names and the payload's hash, with a line feed between.
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

/// Methods are upper case, save for some that callers make up.
fn write_method(method: &str, sink: &mut impl Sink) {
    if method.bytes().any(|letter| letter.is_ascii_lowercase()) {
        sink.write(method.to_ascii_uppercase().as_bytes());
    } else {
        sink.write(method.as_bytes());
    }
}
