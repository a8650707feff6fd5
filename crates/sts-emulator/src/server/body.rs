//! Reads request bodies with limits on size and time.

use std::time::Duration;

use http::header::EXPECT;
use http::request::Parts;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use sts_proto::{Body, BodyWriter};

use super::connection::Connection;
use super::error::ConnectionError;

const BODY_TIME: Duration = Duration::from_secs(60);

/// Reads bodies up to a maximum size, in bytes. The stream of the connection counts their memory.
pub(crate) struct BodyReader {
    limit: usize,
}

impl BodyReader {
    pub(crate) const fn new(limit: usize) -> Self {
        Self { limit }
    }

    /// Returns the whole body, or `None` if it exceeds the maximum size.
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
        connection.memory().complete();
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

/// Reads and drops the body of a request that is rejected by its head, unless the client waits for
/// permission to send it.
pub(crate) async fn discard_body(
    head: &Parts,
    body: Incoming,
    connection: &Connection,
) -> Result<(), ConnectionError> {
    if !body.is_end_stream() && !head.headers.contains_key(EXPECT) {
        let discarded = tokio::time::timeout(BODY_TIME, discard(body, connection));
        discarded.await.map_err(|_| ConnectionError)??;
    }
    connection.memory().complete();
    Ok(())
}

/// Reads and drops the rest of a rejected body. A client that is still sending would not read the
/// response.
async fn discard(mut body: Incoming, connection: &Connection) -> Result<(), ConnectionError> {
    connection.memory().release();
    while let Some(frame) = body.frame().await {
        frame.map_err(|_| ConnectionError)?;
        connection.memory().release();
    }
    Ok(())
}
