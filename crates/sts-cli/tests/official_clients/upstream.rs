//! A pod identity agent that issues credentials of the emulator for a few seconds.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use huaweicloud_sts::hyper::HyperTransport;
use huaweicloud_sts::sts_client::Client;
use huaweicloud_sts::{AssumeAgency, Credentials, Endpoint};
use serde_json::json;
use sts_emulator::{Emulator, builtin};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::scratch;

/// Lifetime of the credentials. The server refreshes them after four to eight seconds.
const LIFETIME: Duration = Duration::from_secs(10);

/// A running agent. Its thread ends with the process.
pub(crate) struct Upstream {
    address: SocketAddr,
    token_file: PathBuf,
    issued: Arc<Mutex<Vec<String>>>,
}

impl Upstream {
    pub(crate) fn start(emulator: &Emulator) -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let token_file = scratch(&format!("upstream-token-{}", address.port()));
        std::fs::write(&token_file, "pod-token").map_err(|error| error.to_string())?;
        let issued = Arc::default();
        let upstream = Self { address, token_file, issued: Arc::clone(&issued) };
        let url = emulator.url().to_owned();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Some(credentials) = assume(&url) else { continue };
                issued
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(credentials.access_key_id.clone());
                // The server repeats a request that fails.
                let _ = stream.and_then(|stream| respond(stream, &credentials));
            }
        });
        Ok(upstream)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/pod", self.address)
    }

    pub(crate) fn token_file(&self) -> &PathBuf {
        &self.token_file
    }

    /// Returns the ids of all issued access keys.
    pub(crate) fn issued(&self) -> Vec<String> {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.token_file);
    }
}

fn assume(url: &str) -> Option<Credentials> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    runtime.block_on(async {
        let client = Client::builder(HyperTransport::new().ok()?)
            .endpoint(Endpoint::parse_allowing_http(url).ok()?)
            .credentials(builtin::credentials())
            .build()
            .ok()?;
        let operation = AssumeAgency::new(builtin::AGENCY_URN, "upstream");
        Some(client.assume_agency(operation).await.ok()?.credentials)
    })
}

fn respond(mut stream: TcpStream, credentials: &Credentials) -> io::Result<()> {
    // The request is small, and the client sends it in one piece.
    let _ = stream.read(&mut [0; 4096])?;
    let end = OffsetDateTime::now_utc() + LIFETIME;
    let token = credentials.security_token.as_ref().ok_or(io::ErrorKind::InvalidData)?;
    let body = json!({"credentials": {
        "accessKeyId": credentials.access_key_id,
        "secretAccessKey": credentials.secret_access_key.expose_secret(),
        "securityToken": token.expose_secret(),
        "expiration": end.format(&Rfc3339).map_err(io::Error::other)?,
    }});
    let body = body.to_string();
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
}
