//! Request body that records whether hyper began to write it.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// Body of a request that records whether the HTTP stack has begun to write the request, so that an
/// exchange that times out while connecting is reported as not sent.
///
/// It works with hyper, and with stacks over hyper that do not read the body themselves: hyper calls
/// `is_end_stream` before it writes the head. `Debug` does not show the content.
pub struct RequestBody {
    /// Behind a pointer because hyper moves requests several times.
    content: Arc<Content>,
    is_taken: bool,
}

struct Content {
    bytes: Bytes,
    /// Set by the calls of hyper. Middleware may read the size of a body before it is sent.
    has_begun: AtomicBool,
}

/// Handle to query whether a request was written; see [`RequestBody::written`].
pub struct Written(Arc<Content>);

impl RequestBody {
    /// Creates a body. The bytes are wiped if their owner wipes them, like those of
    /// [`Body::into_bytes`](sts_proto::Body::into_bytes).
    #[must_use]
    pub fn new(bytes: Bytes) -> Self {
        let has_begun = AtomicBool::new(false);
        Self { content: Arc::new(Content { bytes, has_begun }), is_taken: false }
    }

    /// Returns the handle to query whether the request was written.
    #[must_use]
    pub fn written(&self) -> Written {
        Written(Arc::clone(&self.content))
    }

    /// Returns the bytes that are still to be written.
    fn rest(&self) -> &[u8] {
        if self.is_taken { &[] } else { &self.content.bytes }
    }
}

impl Written {
    /// Returns whether hyper began to write the request. Final once hyper has returned an outcome.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.0.has_begun.load(Ordering::Relaxed)
    }

    /// Returns whether hyper did not begin and can no longer begin to write the request, because
    /// the request was dropped. A connection task that still owns it may begin at any time.
    #[must_use]
    pub fn never_begins(self) -> bool {
        Arc::into_inner(self.0).is_some_and(|content| !content.has_begun.into_inner())
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let is_end = self.is_end_stream();
        self.is_taken = true;
        Poll::Ready((!is_end).then(|| Ok(Frame::data(self.content.bytes.clone()))))
    }

    fn is_end_stream(&self) -> bool {
        self.content.has_begun.store(true, Ordering::Relaxed);
        self.rest().is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest().len().try_into().unwrap_or(u64::MAX))
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestBody([redacted])")
    }
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Written").field("has_begun", &self.has_begun()).finish()
    }
}
