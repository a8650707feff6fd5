//! Reading the bodies of requests within limits of size and time.

use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use sts_proto::{Body, BodyWriter};

use super::connection::Connection;
use super::error::ConnectionError;

const BODY_TIME: Duration = Duration::from_secs(60);

/// Reads bodies up to a limit. Their memory is counted where the connection is read.
pub(crate) struct BodyReader {
    limit: usize,
}

impl BodyReader {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { limit }
    }

    /// The whole body, or nothing if it is longer than the limit.
    pub(crate) async fn read(
        &self,
        body: Incoming,
        connection: &Connection,
    ) -> Result<Option<Body>, ConnectionError> {
        let body = if body.is_end_stream() {
            Some(Body::empty())
        } else {
            let collected = tokio::time::timeout(BODY_TIME, self.collect(body, connection));
            collected.await.map_err(|_| ConnectionError)??
        };
        connection.account().arrived();
        Ok(body)
    }

    async fn collect(
        &self,
        mut body: Incoming,
        connection: &Connection,
    ) -> Result<Option<Body>, ConnectionError> {
        let mut collected = BodyWriter::default();
        while let Some(frame) = body.frame().await {
            let Ok(piece) = frame.map_err(|_| ConnectionError)?.into_data() else {
                continue;
            };
            if collected.len().saturating_add(piece.len()) > self.limit {
                drop(collected);
                return discard(body, connection).await.map(|()| None);
            }
            collected.extend(&piece);
        }
        Ok(Some(collected.finish()))
    }
}

/// Reads the rest of a body that is refused: a client that still writes would not see a response.
async fn discard(mut body: Incoming, connection: &Connection) -> Result<(), ConnectionError> {
    connection.account().let_go();
    while let Some(frame) = body.frame().await {
        frame.map_err(|_| ConnectionError)?;
        connection.account().let_go();
    }
    Ok(())
}
