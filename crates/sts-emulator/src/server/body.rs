//! Reading the bodies of requests within limits of size and time.

use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use sts_proto::{Body, BodyWriter};
use tokio::sync::Semaphore;

use super::BrokenConnection;

/// Longer bodies are read a few at a time, so that memory stays bounded.
const LARGE_BODY: usize = 64 * 1024;
const LARGE_BODIES_AT_A_TIME: usize = 8;

const BODY_TIME: Duration = Duration::from_secs(60);

/// Reads bodies up to a limit.
pub(crate) struct BodyReader {
    limit: usize,
    large_bodies: Semaphore,
}

impl BodyReader {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, large_bodies: Semaphore::new(LARGE_BODIES_AT_A_TIME) }
    }

    /// The whole body, or nothing if it is longer than the limit.
    pub(crate) async fn read(&self, body: Incoming) -> Result<Option<Body>, BrokenConnection> {
        if body.is_end_stream() {
            return Ok(Some(Body::empty()));
        }
        tokio::time::timeout(BODY_TIME, self.collect(body)).await.map_err(|_| BrokenConnection)?
    }

    async fn collect(&self, mut body: Incoming) -> Result<Option<Body>, BrokenConnection> {
        let mut collected = BodyWriter::default();
        let mut turn = None;
        while let Some(frame) = body.frame().await {
            let Ok(piece) = frame.map_err(|_| BrokenConnection)?.into_data() else {
                continue;
            };
            let length = collected.len().saturating_add(piece.len());
            if length > self.limit {
                drop(turn);
                return discard(body).await.map(|()| None);
            }
            if length > LARGE_BODY && turn.is_none() {
                turn = self.large_bodies.acquire().await.ok();
            }
            collected.extend(&piece);
        }
        Ok(Some(collected.finish()))
    }
}

/// Reads the rest of a body that is refused: a client that still writes would not see an answer.
async fn discard(mut body: Incoming) -> Result<(), BrokenConnection> {
    while let Some(frame) = body.frame().await {
        frame.map_err(|_| BrokenConnection)?;
    }
    Ok(())
}
