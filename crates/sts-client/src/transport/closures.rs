//! A transport made of two closures.

use std::fmt;
use std::time::Duration;

use http::Response;
use sts_proto::Body;

use super::{Exchange, MaybeSend, Transport, TransportError};

/// Returns a transport made of two closures: one that sends and one that waits. They must satisfy
/// the contract of [`Transport`].
///
/// ```
/// use sts_client::transport::transport_fn;
/// use sts_client::{Exchange, TransportError, proto::Body};
///
/// let transport = transport_fn(
///     |exchange: Exchange| async move {
///         // ... send exchange.request, within exchange.limits
///         Ok::<_, TransportError>(http::Response::new(Body::empty()))
///     },
///     |duration: std::time::Duration| async move {
///         // ... a timer of your runtime
///         let _ = duration;
///     },
/// );
/// ```
pub const fn transport_fn<S, W>(send: S, wait: W) -> TransportFn<S, W> {
    TransportFn { send, wait }
}

/// Transport returned by [`transport_fn`].
#[derive(Clone, Copy)]
pub struct TransportFn<S, W> {
    send: S,
    wait: W,
}

impl<S, W, SendFuture, WaitFuture> Transport for TransportFn<S, W>
where
    S: Fn(Exchange) -> SendFuture,
    W: Fn(Duration) -> WaitFuture,
    SendFuture: Future<Output = Result<Response<Body>, TransportError>> + MaybeSend,
    WaitFuture: Future<Output = ()> + MaybeSend,
{
    fn send(
        &self,
        exchange: Exchange,
    ) -> impl Future<Output = Result<Response<Body>, TransportError>> + MaybeSend {
        (self.send)(exchange)
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + MaybeSend {
        (self.wait)(duration)
    }
}

impl<S, W> fmt::Debug for TransportFn<S, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TransportFn")
    }
}
