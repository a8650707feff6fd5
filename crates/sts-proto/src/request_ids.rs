//! The ids under which the service keeps a record of a call.

use http::HeaderMap;

use crate::error::text;

/// Longer ids are cut: those of the service have 32 characters.
const LIMIT: usize = 256;

/// The ids an answer carries. Support asks for them.
///
/// Header and body may name different ones: the gateway's and the service's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestIds {
    /// `X-Request-Id`, the one to quote first.
    pub header: Option<String>,
    /// `request_id` of an error's body.
    pub body: Option<String>,
    /// `X-IAM-Trace-Id`, which answers of IAM carry.
    pub iam_trace: Option<String>,
}

impl RequestIds {
    pub(crate) fn new(headers: &HeaderMap, body: Option<&str>) -> Self {
        let header = |name| header_text(headers, name).and_then(bounded);
        Self {
            header: header("x-request-id"),
            body: body.and_then(bounded),
            iam_trace: header("x-iam-trace-id"),
        }
    }

    /// The id to quote: the header's, else the body's.
    #[must_use]
    pub fn first(&self) -> Option<&str> {
        self.header.as_deref().or(self.body.as_deref())
    }
}

/// A header's value, if it is there once at least and is text.
pub(crate) fn header_text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn bounded(id: &str) -> Option<String> {
    let id = id.trim();
    (!id.is_empty()).then(|| text::printable(id, LIMIT))
}
