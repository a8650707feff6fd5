//! The gateway of the mock, which verifies signatures.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use serde_json::json;
use sts_client::sign::{Algorithm, Presented, Scope, Signer, verify};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

use crate::responses::respond;

/// Secret access key of all users.
pub const SECRET: &str = "the-secret-key";

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) revoked: Mutex<Vec<String>>,
    /// Seconds by which the clock of the service is ahead.
    pub(crate) clock_offset: AtomicI64,
}

impl State {
    pub(crate) async fn respond(
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
