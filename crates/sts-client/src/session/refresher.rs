//! What a session refreshes its credentials with.

use std::sync::Arc;
use std::time::Duration;

use super::issued::IssuedCredentials;
use crate::context::CallContext;
use crate::error::SessionError;
use crate::transport::{BoxFuture, MaybeSend, MaybeSync};

/// Result of a refresh: the credentials with the time of their issuer, or the error.
pub(crate) type Obtained = Result<IssuedCredentials, SessionError>;

/// A credential provider, with the client that makes its calls.
pub(crate) trait Refresher: MaybeSend + MaybeSync {
    /// Returns the state that the calls of the client share.
    fn context(&self) -> &CallContext;

    /// Returns the [label](super::RefreshProvider::label) of the provider.
    fn label(&self) -> String;

    /// Returns the [requested lifetime](super::RefreshProvider::lifetime) of the credentials.
    fn lifetime(&self) -> Option<Duration>;
}

/// Refreshes by futures.
pub(crate) trait AsyncRefresher: Refresher {
    /// Begins a refresh.
    fn refresh(self: Arc<Self>) -> BoxFuture<'static, Obtained>;

    /// Waits by a timer of the transport.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// Refreshes by blocking the thread.
pub(crate) trait BlockingRefresher: Refresher + Send + Sync {
    /// Performs a refresh.
    fn refresh(&self) -> Obtained;
}
