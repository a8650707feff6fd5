//! Signatures and exchanges of the SDK.

use http::{Request, Response};
use serde_json::Value;
use sts_client::Classify;
use sts_client::proto::ServiceError;
use time::OffsetDateTime;

use crate::ecs::{Ecs, Error};

impl Ecs {
    pub(crate) async fn call(&self, request: Request<Vec<u8>>) -> Result<Value, Error> {
        Ok(serde_json::from_slice(self.send(request).await?.body())?)
    }

    /// Signs and sends a request, and returns a successful response.
    async fn send(&self, mut request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        let mut attempts = self.signer.attempts();
        attempts.sign(&mut request, OffsetDateTime::now_utc()).await?;
        let mut response = self.exchange(request.clone()).await?;
        while attempts.classify(&response, OffsetDateTime::now_utc()).is_retry()
            && attempts.sign(&mut request, OffsetDateTime::now_utc()).await.is_ok()
        {
            response = self.exchange(request.clone()).await?;
        }
        ServiceError::from_response(&response).map_or(Ok(response), |error| Err(error.into()))
    }

    /// Sends a request unchanged, and collects the response.
    async fn exchange(
        &self,
        request: Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, reqwest::Error> {
        let response = self.http.execute(request.try_into()?).await?;
        let mut collected = Response::new(Vec::new());
        *collected.status_mut() = response.status();
        *collected.headers_mut() = response.headers().clone();
        *collected.body_mut() = response.bytes().await?.into();
        Ok(collected)
    }
}
