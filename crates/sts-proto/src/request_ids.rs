//! Request ids in responses.

use http::{HeaderMap, HeaderName};

use crate::error::text;

/// Maximum length in bytes; longer ids are truncated. The ids of the service have 32 characters.
const LIMIT: usize = 256;

static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
static X_IAM_TRACE_ID: HeaderName = HeaderName::from_static("x-iam-trace-id");

/// Request ids of a response, for support requests.
///
/// Header and body may contain different ids: those of the gateway and of the service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestIds {
    /// Value of `X-Request-Id`.
    pub header: Option<String>,
    /// Value of `request_id` in an error body.
    pub body: Option<String>,
    /// Value of `X-IAM-Trace-Id`, which IAM sends.
    pub iam_trace: Option<String>,
}

impl RequestIds {
    pub(crate) fn new(headers: &HeaderMap, body: Option<&str>) -> Self {
        let header = |name| header_text(headers, name).and_then(bounded);
        Self {
            header: header(&X_REQUEST_ID),
            body: body.and_then(bounded),
            iam_trace: header(&X_IAM_TRACE_ID),
        }
    }

    /// Returns the id from the header, else the id from the body, else the trace id of IAM.
    #[must_use]
    pub fn first(&self) -> Option<&str> {
        self.header.as_deref().or(self.body.as_deref()).or(self.iam_trace.as_deref())
    }
}

/// Returns the first value of a header, if it is text.
pub(crate) fn header_text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn bounded(id: &str) -> Option<String> {
    let id = id.trim();
    (!id.is_empty()).then(|| text::identifier(id, LIMIT))
}
