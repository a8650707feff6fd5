//! A [tower](https://docs.rs/tower) layer that signs requests, with the feature `tower`.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use sts_credentials::{BoxFuture, MaybeSend, MaybeSync, ProvideCredentials};
use sts_sign::{RequestSignError, RequestSigner};
use tower_layer::Layer;
use tower_service::Service;

use crate::classify::Classify;
use crate::platform::Clock;

/// Layer that signs the requests to any Huawei Cloud service.
///
/// It sends a request again at most once after rejected credentials, if the provider has others, and
/// at most once after a clock correction. It does not wait, and it does not retry other failures.
///
/// Place it directly above the client, below all layers that change signed headers, such as
/// `Content-Type`. The bodies must be in memory: the body of the request is signed and cloned for a
/// retry, and the body of the response contains the error code.
///
/// ```
/// use http::{Request, Response};
/// use sts_client::sign::RequestSigner;
/// use sts_client::tower::SignLayer;
/// use sts_client::{Clock, SharedCredentials};
/// use tower_layer::Layer;
/// use tower_service::Service;
///
/// fn signed<S>(
///     client: S,
///     credentials: SharedCredentials,
///     clock: impl Clock + 'static,
/// ) -> impl Service<Request<Vec<u8>>, Response = Response<Vec<u8>>>
/// where
///     S: Service<Request<Vec<u8>>, Response = Response<Vec<u8>>> + Clone + Send + 'static,
///     S::Future: Send,
/// {
///     SignLayer::new(RequestSigner::new(credentials), clock).layer(client)
/// }
/// ```
pub struct SignLayer<P> {
    signer: RequestSigner<P>,
    clock: Arc<dyn Clock>,
}

impl<P> SignLayer<P> {
    /// Creates a layer. Use `SystemClock` as `clock` unless time is simulated.
    pub fn new(signer: RequestSigner<P>, clock: impl Clock + 'static) -> Self {
        Self { signer, clock: Arc::new(clock) }
    }
}

impl<S, P> Layer<S> for SignLayer<P> {
    type Service = SignService<S, P>;

    fn layer(&self, inner: S) -> Self::Service {
        SignService { inner, layer: self.clone() }
    }
}

/// Service that signs requests, from [`SignLayer`].
pub struct SignService<S, P> {
    inner: S,
    layer: SignLayer<P>,
}

impl<S, P, B, R> Service<Request<B>> for SignService<S, P>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + MaybeSend + 'static,
    S::Future: MaybeSend,
    P: ProvideCredentials + MaybeSend + MaybeSync + 'static,
    B: AsRef<[u8]> + Clone + MaybeSend + 'static,
    R: AsRef<[u8]> + MaybeSend,
{
    type Response = Response<R>;
    type Error = SignServiceError<S::Error>;
    type Future = BoxFuture<'static, Result<Response<R>, SignServiceError<S::Error>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(SignServiceError::Service)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The service that is ready, not its clone, has to be called.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let SignLayer { signer, clock } = self.layer.clone();
        Box::pin(async move {
            let now = || clock.now().wall;
            let mut attempts = signer.attempts();
            attempts.sign(&mut request, now()).await?;
            let send = inner.call(request.clone());
            let mut response = send.await.map_err(SignServiceError::Service)?;
            while attempts.classify(&response, now()).is_retry()
                && attempts.sign(&mut request, now()).await.is_ok()
            {
                let ready = poll_fn(|context| inner.poll_ready(context));
                ready.await.map_err(SignServiceError::Service)?;
                let send = inner.call(request.clone());
                response = send.await.map_err(SignServiceError::Service)?;
            }
            Ok(response)
        })
    }
}

/// Error returned by a [`SignService`].
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignServiceError<E> {
    /// The request was not signed and not sent.
    #[error(transparent)]
    Sign(#[from] RequestSignError),
    /// The inner service failed.
    #[error("signed request failed")]
    Service(#[source] E),
}

impl<P> Clone for SignLayer<P> {
    fn clone(&self) -> Self {
        Self { signer: self.signer.clone(), clock: Arc::clone(&self.clock) }
    }
}

impl<S: Clone, P> Clone for SignService<S, P> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), layer: self.layer.clone() }
    }
}

impl<P> fmt::Debug for SignLayer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignLayer").field("signer", &self.signer).finish_non_exhaustive()
    }
}

impl<S: fmt::Debug, P> fmt::Debug for SignService<S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignService").field("inner", &self.inner).finish_non_exhaustive()
    }
}
