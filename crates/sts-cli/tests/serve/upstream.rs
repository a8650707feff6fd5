//! A pod identity agent that issues credentials of the emulator for a few seconds.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
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

/// A running agent. Its thread ends with the process.
pub(crate) struct Upstream {
    address: SocketAddr,
    token_file: PathBuf,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    issued: Mutex<Vec<String>>,
    requests: AtomicUsize,
    is_down: AtomicBool,
}

impl Upstream {
    /// Starts an agent whose credentials expire after `lifetime`. Its token is in a file in `directory`.
    pub(crate) fn start(
        emulator: &Emulator,
        lifetime: Duration,
        directory: &Path,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let token_file = directory.join(format!("upstream-token-{}", address.port()));
        std::fs::write(&token_file, "pod-token")?;
        let state = Arc::<State>::default();
        let upstream = Self { address, token_file, state: Arc::clone(&state) };
        let url = emulator.url().to_owned();
        thread::spawn(move || {
            for stream in listener.incoming() {
                state.requests.fetch_add(1, Ordering::Relaxed);
                // A connection that is closed without a response is a failure of the transport.
                if state.is_down.load(Ordering::Relaxed) {
                    continue;
                }
                let Some(credentials) = assume(&url) else { continue };
                let id = credentials.access_key_id.clone();
                state.issued.lock().unwrap_or_else(PoisonError::into_inner).push(id);
                // The server repeats a request that fails.
                let _ = stream.and_then(|stream| respond(stream, &credentials, lifetime));
            }
        });
        Ok(upstream)
    }

    /// Sets the variables that direct a program to this agent.
    pub(crate) fn configure(&self, command: &mut Command) {
        command
            .env("HC_CONTAINER_CREDENTIALS_FULL_URI", format!("http://{}/pod", self.address))
            .env("HC_CONTAINER_AUTHORIZATION_TOKEN_FILE", &self.token_file);
    }

    /// Returns the ids of all issued access keys.
    pub(crate) fn issued(&self) -> Vec<String> {
        self.state.issued.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Upstream {
    /// Closes all connections without a response, or responds again.
    pub(crate) fn set_down(&self, is_down: bool) {
        self.state.is_down.store(is_down, Ordering::Relaxed);
    }

    /// Returns the number of connections so far.
    pub(crate) fn requests(&self) -> usize {
        self.state.requests.load(Ordering::Relaxed)
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

fn respond(mut stream: TcpStream, credentials: &Credentials, lifetime: Duration) -> io::Result<()> {
    // The request is small, and the client sends it in one piece.
    let _ = stream.read(&mut [0; 4096])?;
    let end = OffsetDateTime::now_utc() + lifetime;
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
