//! The contract between this crate and an HTTP stack.

mod closures;
mod erased;
mod error;
mod exchange;
mod maybe_send;

use std::sync::Arc;
use std::time::Duration;

use http::Response;
use sts_proto::Body;

pub use self::closures::{TransportFn, transport_fn};
pub use self::erased::DynTransport;
pub use self::error::{Progress, TransportError, TransportErrorKind};
pub use self::exchange::{Exchange, Limits};
pub use self::maybe_send::{BoxFuture, MaybeSend, MaybeSync};

/// An HTTP stack: sends one request, and waits.
///
/// Implement it to run [`Client`](crate::Client) on a stack of your own. What an implementation
/// must do, and what `sts-conformance` checks:
///
/// - **One request, as given.** Same method, target, `Host`, headers and body: the signature
///   covers them. Nothing is repeated, nothing is redirected, no cookie, no `Expect`, and no
///   content encoding is offered. A header may be added if it is not signed, as `User-Agent`.
/// - **Limits.** All of the exchange, from resolving the name to the last byte of the body, ends
///   within [`Limits::timeout`]. An answer whose body is longer than [`Limits::body`] is an error
///   of kind [`TooLarge`](TransportErrorKind::TooLarge), never a shortened body.
/// - **Any status is an answer.** 1xx are consumed; everything else, redirects and 5xx included,
///   is handed back whole. Only an exchange without a complete answer is an error.
/// - **Errors tell how far it got.** [`Progress::NotSent`] only when no byte of the request can
///   have reached the server; when in doubt, [`Progress::MaybeSent`].
/// - **Secrets.** Bodies are collected with [`BodyWriter`](sts_proto::BodyWriter), and nothing of
///   a body or of a sensitive header is logged or put into an error.
/// - **Cancellation.** A dropped future leaves no task behind and no connection in the pool whose
///   answer is still to come.
/// - **TLS** is verified. Plain http is used only when the request's URI says `http`.
pub trait Transport {
    /// Sends the request and collects the answer.
    fn send(
        &self,
        exchange: Exchange,
    ) -> impl Future<Output = Result<Response<Body>, TransportError>> + MaybeSend;

    /// Waits for `duration`.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + MaybeSend;
}

/// The same contract for HTTP stacks that block the thread; see [`Transport`].
pub trait BlockingTransport {
    /// Sends the request and collects the answer.
    fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError>;

    /// Waits for `duration`.
    fn sleep(&self, duration: Duration);
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(
        &self,
        exchange: Exchange,
    ) -> impl Future<Output = Result<Response<Body>, TransportError>> + MaybeSend {
        (**self).send(exchange)
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + MaybeSend {
        (**self).sleep(duration)
    }
}

impl<T: BlockingTransport + ?Sized> BlockingTransport for Arc<T> {
    fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        (**self).send(exchange)
    }

    fn sleep(&self, duration: Duration) {
        (**self).sleep(duration);
    }
}
