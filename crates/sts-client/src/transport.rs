//! The contract between this crate and an HTTP stack.

mod closures;
mod erased;
mod error;
mod exchange;
mod pem;
mod proxies;

use std::sync::Arc;
use std::time::Duration;

use http::Response;
pub use sts_credentials::{BoxFuture, MaybeSend, MaybeSync};
use sts_proto::Body;

pub use self::closures::{TransportFn, transport_fn};
pub use self::erased::DynTransport;
pub use self::error::{Progress, TransportError, TransportErrorKind};
pub use self::exchange::{Exchange, Limits};
pub use self::pem::{PemCertificates, UnreadableCertificate};
pub use self::proxies::{Proxies, Proxy, ProxyError};

/// An HTTP stack: sends one request, and waits.
///
/// Implement it to run [`Client`](crate::Client) on a stack of your own. What an implementation
/// must do, and what `sts-conformance` checks:
///
/// - **One request, as given.** Same method, target, `Host`, headers and body: the signature
///   covers them. `Host` is the authority of the URI, port as written there, unless the request
///   names one; names of headers may change case; the body goes out at once, with its
///   `Content-Length`, which a POST without a body has, too. Nothing is repeated, nothing is
///   redirected, no cookie, no `Expect`, and no content encoding is offered. A header may be added
///   if it is not signed, as `User-Agent`. A request that the stack would rewrite is refused, as
///   not sent.
/// - **Limits.** All of the exchange, from resolving the name to the last byte of the body, ends
///   within [`Limits::timeout`]. An answer whose body is longer than [`Limits::body`] is an error
///   of kind [`TooLarge`](TransportErrorKind::TooLarge), never a shortened body.
/// - **Any status is an answer.** 1xx are consumed; everything else, redirects and 5xx included,
///   is handed back whole. Only an exchange without a complete answer is an error. A body that
///   ends with a TLS connection is complete only after the farewell of TLS.
/// - **A direct exchange goes through no proxy**: one that [is direct](Exchange::is_direct), and one
///   to a link-local address. A stack that cannot do so refuses it, as not sent.
/// - **A proxy's refusal is not a response.** What a proxy says to `CONNECT` but a 2xx, and a 407 of
///   the proxy that a request without TLS goes through, is an error of kind
///   [`Proxy`](TransportErrorKind::Proxy), or, with a 5xx, [`Connect`](TransportErrorKind::Connect);
///   see [`Proxy::refused`].
/// - **Errors tell how far it got.** [`Progress::NotSent`] only when no byte of the request can
///   have reached the server; when in doubt, [`Progress::MaybeSent`]. What was said to a proxy to
///   get a connection does not count as sent.
/// - **Secrets.** Bodies are collected with [`BodyWriter`](sts_proto::BodyWriter), and nothing of
///   a body or of a sensitive header, nor a proxy's credentials, is logged or put into an error.
/// - **Cancellation.** A dropped future leaves no task behind and no connection in the pool whose
///   answer is still to come. Its connection is closed at once where the stack can do that, and
///   when its [`Limits::timeout`] is over at the latest.
/// - **TLS** is verified. Plain http is used only when the request's URI says `http`.
///
/// Where stacks cannot tell two things apart the contract leaves room: a connection that takes too
/// long is [`Connect`](TransportErrorKind::Connect) or [`Timeout`](TransportErrorKind::Timeout); a
/// head that is too large, and a chunk that is none, may be
/// [`Closed`](TransportErrorKind::Closed); an answer that is whole by its length, but whose TLS
/// connection ended without farewell, is an answer or `Closed`.
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
