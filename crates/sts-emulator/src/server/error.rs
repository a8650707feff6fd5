//! Errors of a connection.

use std::io;

/// A connection that can only be closed.
#[derive(Debug, thiserror::Error)]
#[error("the connection broke or was too slow")]
pub(crate) struct ConnectionError;

impl From<io::Error> for ConnectionError {
    fn from(_: io::Error) -> Self {
        Self
    }
}
