//! Type-erased transports.

use std::time::Duration;

use http::Response;
use sts_proto::Body;

use super::{BoxFuture, Exchange, MaybeSend, MaybeSync, Transport, TransportError};

/// Object-safe counterpart of [`Transport`], for SDKs that do not want it as a type parameter.
///
/// Every transport implements it, and `Arc<dyn DynTransport>` is a transport again.
///
/// ```
/// use std::sync::Arc;
/// use sts_client::transport::{DynTransport, transport_fn};
/// use sts_client::{Client, Exchange, TransportError, proto::Body};
/// # use std::time::Duration;
/// # use sts_client::{Clock, Now};
/// # struct MyClock;
/// # impl Clock for MyClock {
/// #     fn now(&self) -> Now { Now::new(time::OffsetDateTime::UNIX_EPOCH, Duration::ZERO) }
/// #     fn seed(&self) -> u64 { 0 }
/// # }
///
/// let transport = transport_fn(
///     |_: Exchange| async { Ok::<_, TransportError>(http::Response::new(Body::empty())) },
///     |_| std::future::ready(()),
/// );
/// let transport: Arc<dyn DynTransport> = Arc::new(transport);
/// let client = Client::builder(transport).clock(MyClock).region("cn-north-4").build()?;
/// # Ok::<(), sts_client::ClientBuildError>(())
/// ```
pub trait DynTransport: MaybeSend + MaybeSync {
    /// Like [`Transport::send`].
    fn send_boxed(
        &self,
        exchange: Exchange,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>>;

    /// Like [`Transport::sleep`].
    fn sleep_boxed(&self, duration: Duration) -> BoxFuture<'_, ()>;
}

impl<T: Transport + MaybeSend + MaybeSync> DynTransport for T {
    fn send_boxed(
        &self,
        exchange: Exchange,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(self.send(exchange))
    }

    fn sleep_boxed(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(self.sleep(duration))
    }
}

impl Transport for dyn DynTransport + '_ {
    fn send(
        &self,
        exchange: Exchange,
    ) -> impl Future<Output = Result<Response<Body>, TransportError>> + MaybeSend {
        self.send_boxed(exchange)
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + MaybeSend {
        self.sleep_boxed(duration)
    }
}
