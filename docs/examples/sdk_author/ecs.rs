//! The SDK: servers of ECS.

use std::error::Error as StdError;

use http::{Request, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use sts_client::Classify;
use sts_client::proto::ServiceError;
use sts_client::sign::{RequestSigner, Scope};
use sts_credentials::SharedCredentials;
use time::OffsetDateTime;

pub type Error = Box<dyn StdError + Send + Sync>;

/// Servers on a page. The service allows up to 1000.
const PAGE: usize = 2;

/// Client for ECS. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Ecs {
    http: reqwest::Client,
    url: String,
    signer: RequestSigner<SharedCredentials>,
}

impl Ecs {
    /// Creates a client for a project, with the URL of the service in its region.
    pub fn new(
        http: reqwest::Client,
        endpoint: &str,
        project_id: &str,
        credentials: impl Into<SharedCredentials>,
    ) -> Self {
        let signer = RequestSigner::new(credentials.into());
        Self { http, url: format!("{endpoint}/v1/{project_id}/cloudservers"), signer }
    }

    /// Signs with keys that are derived for this region (`V11-HMAC-SHA256`).
    pub fn derived_keys(self, region: &str) -> Self {
        Self { signer: self.signer.scope(Scope::new(region, "ecs")), ..self }
    }

    /// Returns the names of all servers whose names contain `name`.
    pub async fn servers(&self, name: &str) -> Result<Vec<String>, Error> {
        let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
        let mut names = Vec::new();
        for page in 1.. {
            let url = format!("{}/detail?limit={PAGE}&name={name}&offset={page}", self.url);
            let list = self.call(Request::get(url).body(Vec::new())?).await?;
            let servers =
                list.get("servers").and_then(Value::as_array).ok_or("missing field servers")?;
            names.extend(
                servers.iter().filter_map(|server| server.get("name")?.as_str()).map(str::to_owned),
            );
            if servers.len() < PAGE {
                break;
            }
        }
        Ok(names)
    }

    /// Starts servers and returns the id of the job.
    pub async fn start(&self, server_ids: &[&str]) -> Result<String, Error> {
        let servers: Vec<Value> =
            server_ids.iter().map(|id| serde_json::json!({ "id": id })).collect();
        let body = serde_json::json!({ "os-start": { "servers": servers } });
        let request = Request::post(format!("{}/action", self.url))
            .header("content-type", "application/json")
            .body(serde_json::to_vec(&body)?)?;
        let job = self.call(request).await?;
        Ok(job.get("job_id").and_then(Value::as_str).ok_or("missing field job_id")?.to_owned())
    }

    async fn call(&self, request: Request<Vec<u8>>) -> Result<Value, Error> {
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
