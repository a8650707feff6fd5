//! The body of a request, as hyper takes it.

use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

/// The body of a request, in the clients that [`HyperTransport::from_client`] takes.
///
/// It records for its transport whether hyper has begun to write the request, so that an exchange that
/// runs out of time on the way to a connection counts as not sent. `Debug` shows nothing of it.
///
/// [`HyperTransport::from_client`]: crate::HyperTransport::from_client
pub struct RequestBody {
    /// hyper moves requests about a good deal: what it moves is as small as a pointer.
    content: Arc<Content>,
    is_taken: bool,
}

struct Content {
    bytes: Bytes,
    /// Set by every look at the body, without which the head of a request is not written.
    has_begun: AtomicBool,
}

/// How far the writing of a request got.
pub(crate) struct Written(Arc<Content>);

impl RequestBody {
    pub(crate) fn new(bytes: Bytes) -> Self {
        let has_begun = AtomicBool::new(false);
        Self { content: Arc::new(Content { bytes, has_begun }), is_taken: false }
    }

    pub(crate) fn written(&self) -> Written {
        Written(Arc::clone(&self.content))
    }

    /// What is still to be written.
    fn rest(&self) -> &[u8] {
        self.content.has_begun.store(true, Ordering::Relaxed);
        if self.is_taken { &[] } else { &self.content.bytes }
    }
}

impl Written {
    /// Whether it has begun, once hyper has said how the request ended.
    pub(crate) fn has_begun(&self) -> bool {
        self.0.has_begun.load(Ordering::Relaxed)
    }

    /// Whether it has not begun and never will: the request has been dropped. As long as a
    /// connection does, it may begin to write at any moment, on another thread.
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
