//! The contract for blocking HTTP stacks.

use std::sync::Arc;
use std::time::Duration;

use http::Response;
use sts_proto::Body;

use super::error::TransportError;
use super::exchange::Exchange;

/// Blocking counterpart of [`Transport`](crate::Transport), with the same contract.
pub trait Transport {
    /// Sends the request and collects the response.
    fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError>;

    /// Waits for `duration`.
    fn sleep(&self, duration: Duration);
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        (**self).send(exchange)
    }

    fn sleep(&self, duration: Duration) {
        (**self).sleep(duration);
    }
}
