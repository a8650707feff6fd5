//! Request body that records whether hyper began to write it.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// Body type of the clients that [`HyperTransport::from_client`] accepts.
///
/// It records whether hyper has begun to write the request, so that an exchange that times out
/// while connecting is reported as not sent. `Debug` does not show the content.
///
/// [`HyperTransport::from_client`]: crate::HyperTransport::from_client
pub struct RequestBody {
    /// Behind a pointer because hyper moves requests several times.
    content: Arc<Content>,
    is_taken: bool,
}

struct Content {
    bytes: Bytes,
    /// Set by every access to the body; hyper reads its size before it writes the head.
    has_begun: AtomicBool,
}

/// Handle to query whether a request was written.
pub(crate) struct Written(Arc<Content>);

impl RequestBody {
    pub(crate) fn new(bytes: Bytes) -> Self {
        let has_begun = AtomicBool::new(false);
        Self { content: Arc::new(Content { bytes, has_begun }), is_taken: false }
    }

    pub(crate) fn written(&self) -> Written {
        Written(Arc::clone(&self.content))
    }

    /// Returns the bytes that are still to be written.
    fn rest(&self) -> &[u8] {
        self.content.has_begun.store(true, Ordering::Relaxed);
        if self.is_taken { &[] } else { &self.content.bytes }
    }
}

impl Written {
    /// Returns whether hyper began to write the request. Final once hyper has returned an outcome.
    pub(crate) fn has_begun(&self) -> bool {
        self.0.has_begun.load(Ordering::Relaxed)
    }

    /// Returns whether hyper did not begin and can no longer begin to write the request, because
    /// the request was dropped. A connection task that still owns it may begin at any time.
    pub(crate) fn never_begins(self) -> bool {
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
