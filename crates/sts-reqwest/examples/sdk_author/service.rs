//! A mock of ECS on loopback.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::verification::State;

/// The mock, which serves until the runtime is shut down.
#[derive(Debug)]
pub struct Service {
    pub address: SocketAddr,
    state: Arc<State>,
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
