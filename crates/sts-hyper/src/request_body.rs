//! The body of a request, as hyper takes it.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};

/// The body of a request, in the clients that [`HyperTransport::from_client`] takes.
///
/// It tells its transport whether hyper has begun to write the request, so that an exchange that
/// runs out of time on the way to a connection counts as not sent.
///
/// [`HyperTransport::from_client`]: crate::HyperTransport::from_client
#[derive(Debug)]
pub struct RequestBody {
    bytes: Full<Bytes>,
    has_begun: HasBegun,
}

/// Whether a request has begun to be written.
#[derive(Clone, Debug, Default)]
pub(crate) struct HasBegun(Arc<AtomicBool>);

impl HasBegun {
    fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl RequestBody {
    pub(crate) fn new(bytes: Bytes, has_begun: HasBegun) -> Self {
        Self { bytes: Full::new(bytes), has_begun }
    }
}

/// Nobody can write the head of a request without a look at its body: it is in one of these that
/// hyper asks for how long the body is.
impl Body for RequestBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.has_begun.set();
        Pin::new(&mut self.bytes).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.has_begun.set();
        self.bytes.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.has_begun.set();
        self.bytes.size_hint()
    }
}
