//! Errors of a connection.

use std::io;

/// The connection must be closed.
#[derive(Debug, thiserror::Error)]
#[error("connection failed or timed out")]
pub(crate) struct ConnectionError;

impl From<io::Error> for ConnectionError {
    fn from(_: io::Error) -> Self {
        Self
    }
}
