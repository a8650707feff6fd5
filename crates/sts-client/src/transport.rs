//! The contract between this crate and an HTTP stack.

pub(crate) mod blocking;
mod build_error;
mod closures;
mod erased;
mod error;
mod exchange;
#[cfg(feature = "tokio")]
mod on_runtime;
mod pem;
mod proxies;
#[cfg(feature = "http-body")]
mod request_body;
#[cfg(feature = "tls-roots")]
mod roots;
#[cfg(feature = "system")]
mod settings;

use std::sync::Arc;
use std::time::Duration;

use http::Response;
pub use sts_credentials::{BoxFuture, MaybeSend, MaybeSync};
use sts_proto::Body;

pub use self::build_error::BuildError;
pub use self::closures::{TransportFn, transport_fn};
pub use self::erased::DynTransport;
pub use self::error::{Progress, TransportError, TransportErrorKind};
pub use self::exchange::{Exchange, Limits};
#[cfg(feature = "tokio")]
pub use self::on_runtime::{OnRuntime, RuntimeGone};
pub use self::pem::{PemCertificates, UnreadableCertificate};
pub use self::proxies::{Proxies, Proxy, ProxyError};
#[cfg(feature = "http-body")]
pub use self::request_body::{RequestBody, Written};
#[cfg(feature = "tls-roots")]
pub use self::roots::{LoadedRoots, RootCertificates};
#[cfg(feature = "system")]
#[doc(hidden)]
pub use self::settings::Settings;

/// HTTP stack: sends requests and waits.
///
/// Implement it to run [`Client`](crate::Client) on another HTTP stack. Implementations must
/// satisfy this contract, which `sts-conformance` checks:
///
/// - **One request, as given.** Method, target, `Host`, headers and body are sent unchanged,
///   because the signature covers them. `Host` is the authority of the URI, with the port as
///   written there, unless the request has a `Host` header; the case of header names may change.
///   The body is sent at once with its `Content-Length`, which a POST without a body has, too. The
///   stack does not retry, follow redirects, store cookies, send `Expect`, or offer a content
///   encoding. It may add headers that are not signed, for example `User-Agent`. A request that the
///   stack would rewrite fails as not sent.
/// - **Limits.** The whole exchange, from name resolution to the last byte of the body, ends within
///   [`Limits::timeout`]. A response whose body exceeds [`Limits::body`] is an error of kind
///   [`TooLarge`](TransportErrorKind::TooLarge), never a truncated body.
/// - **Any status is a response.** 1xx are consumed; all others, including redirects and 5xx, are
///   returned completely. Only an exchange without a complete response is an error. A body that
///   ends with the TLS connection is complete only after a TLS `close_notify`.
/// - **A direct exchange bypasses proxies**: one that [is direct](Exchange::is_direct), and one to
///   a link-local address. A stack that cannot bypass them fails it as not sent.
/// - **A proxy's rejection is not a response.** Any status other than 2xx in response to `CONNECT`,
///   and a 407 of the proxy of a request without TLS, is an error of kind
///   [`Proxy`](TransportErrorKind::Proxy), or, with a 5xx,
///   [`Connect`](TransportErrorKind::Connect); see [`Proxy::refused`].
/// - **Errors report progress.** [`Progress::NotSent`] only if no byte of the request can have
///   reached the server; when in doubt, [`Progress::MaybeSent`]. Bytes sent to a proxy to establish
///   a connection do not count.
/// - **Secrets.** Bodies are collected with [`BodyWriter`](sts_proto::BodyWriter). Bodies,
///   sensitive headers and proxy credentials are never logged or included in an error.
/// - **Cancellation.** A dropped future leaves no task behind, and no connection in the pool with a
///   pending response. Its connection is closed at once if the stack supports that, and after its
///   [`Limits::timeout`] at the latest.
/// - **TLS** is verified. Plain http is used only if the request's URI says `http`.
///
/// Where stacks cannot distinguish two cases, the contract allows both: a slow connection is
/// [`Connect`](TransportErrorKind::Connect) or [`Timeout`](TransportErrorKind::Timeout); a head
/// that is too large, and an invalid chunk, may be [`Closed`](TransportErrorKind::Closed); a
/// response that is complete by its length, but whose TLS connection ended without `close_notify`,
/// is a response or `Closed`.
///
/// Futures are `Send` on native targets, so that callers on any thread can share a client. An HTTP
/// stack whose futures are not `Send` can be used on one thread, with the type `SendWrapper` of the
/// crate `send_wrapper`; `docs/transports.md` has the code.
pub trait Transport {
    /// Sends the request and collects the response.
    fn send(
        &self,
        exchange: Exchange,
    ) -> impl Future<Output = Result<Response<Body>, TransportError>> + MaybeSend;

    /// Waits for `duration`.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + MaybeSend;
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
