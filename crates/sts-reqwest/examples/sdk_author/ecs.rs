//! The SDK: servers of ECS.

use std::error::Error as StdError;

use http::Request;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use sts_client::sign::{RequestSigner, Scope};
use sts_credentials::SharedCredentials;

pub type Error = Box<dyn StdError + Send + Sync>;

/// Servers on a page. The service allows up to 1000.
const PAGE: usize = 2;

/// Client for ECS. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Ecs {
    pub(crate) http: reqwest::Client,
    url: String,
    pub(crate) signer: RequestSigner<SharedCredentials>,
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
}
