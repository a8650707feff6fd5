//! A mock of ECS on loopback. It verifies every signature, as the gateway does.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use sts_client::sign::{Algorithm, Presented, Scope, Signer, verify};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use tokio::net::TcpListener;

/// Secret access key of all users.
pub const SECRET: &str = "the-secret-key";

/// The mock, which serves until the runtime is shut down.
#[derive(Debug)]
pub struct Service {
    pub address: SocketAddr,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    revoked: Mutex<Vec<String>>,
    /// Seconds by which the clock of the service is ahead.
    clock_offset: AtomicI64,
}

impl Service {
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, state) = (listener.local_addr()?, Arc::<State>::default());
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                let respond = service_fn(move |request| {
                    let state = Arc::clone(&state);
                    async move { state.respond(request).await }
                });
                let http = hyper::server::conn::http1::Builder::new();
                tokio::spawn(http.serve_connection(TokioIo::new(stream), respond));
            }
        });
        Ok(Self { address, state })
    }

    /// Rejects an access key from now on.
    pub fn revoke(&self, access_key_id: &str) {
        if let Ok(mut revoked) = self.state.revoked.lock() {
            revoked.push(access_key_id.to_owned());
        }
    }

    /// Sets the clock of the service ahead.
    pub fn set_clock_ahead(&self, by: time::Duration) {
        self.state.clock_offset.store(by.whole_seconds(), Ordering::Relaxed);
    }
}

impl State {
    async fn respond(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, hyper::Error> {
        let (head, body) = request.into_parts();
        let request = Request::from_parts(head, body.collect().await?.to_bytes());
        let offset = time::Duration::seconds(self.clock_offset.load(Ordering::Relaxed));
        let now = OffsetDateTime::now_utc() + offset;
        let lookup = |presented: &Presented<'_>| self.signer(presented);
        let (status, json) = match verify(&request, lookup, now, Duration::from_secs(900)) {
            Ok(_) => respond(&request),
            Err(_) => (
                StatusCode::UNAUTHORIZED,
                json!({
                    "error_code": "APIGW.0301",
                    "error_msg": "Incorrect IAM authentication information: verify aksk signature fail",
                }),
            ),
        };
        let mut response = Response::new(Full::from(json.to_string()));
        *response.status_mut() = status;
        let date = now.format(&Rfc2822).unwrap_or_default().replace("+0000", "GMT");
        if let Ok(date) = date.try_into() {
            response.headers_mut().insert("date", date);
        }
        Ok(response)
    }

    fn signer(&self, presented: &Presented<'_>) -> Option<Signer> {
        let id = presented.access_key_id;
        if self.revoked.lock().ok()?.iter().any(|revoked| revoked == id) {
            return None;
        }
        let scope = Scope::new("cn-north-4", "ecs");
        match presented.algorithm {
            Algorithm::V11HmacSha256 => Signer::v11(id, SECRET, scope).ok(),
            _ => Signer::from_parts(id, SECRET).ok(),
        }
    }
}

/// Returns the response to a verified request.
fn respond(request: &Request<Bytes>) -> (StatusCode, Value) {
    let query = request.uri().query().unwrap_or_default();
    let field = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let value = pairs.find(|(it, _)| *it == name)?.1;
        Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
    };
    match request.uri().path() {
        "/v1/0a1b/cloudservers/detail" => {
            let number = |name| field(name).and_then(|it| it.parse().ok()).unwrap_or(1_usize);
            let (limit, page, name) = (number("limit"), number("offset"), field("name"));
            let names = ["db 1", "web 1", "web 2", "web 3", "web+4"];
            let found = names.iter().filter(|it| it.contains(name.as_deref().unwrap_or_default()));
            let servers = found.skip(limit * (page - 1)).take(limit);
            (
                StatusCode::OK,
                json!({ "servers": servers.map(|it| json!({ "name": it })).collect::<Value>() }),
            )
        }
        "/v1/0a1b/cloudservers/action" => {
            let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
            match body.pointer("/os-start/servers").and_then(Value::as_array) {
                Some(servers) if !servers.is_empty() => {
                    (StatusCode::OK, json!({ "job_id": "job-1" }))
                }
                _ => (
                    StatusCode::BAD_REQUEST,
                    json!({
                        "error": { "code": "Ecs.0005", "message": "Invalid parameter" },
                    }),
                ),
            }
        }
        _ => (
            StatusCode::NOT_FOUND,
            json!({ "error_code": "APIGW.0101", "error_msg": "no such API" }),
        ),
    }
}
