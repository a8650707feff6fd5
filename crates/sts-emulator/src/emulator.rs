//! The emulator as its users hold it: built, started, and stopped by dropping it.

mod builder;
mod in_process;
mod listen;
mod settings;
mod start;

use std::fmt;
use std::net::SocketAddr;
use std::thread;

use sts_proto::Endpoint;
use tokio::sync::oneshot;

pub use self::builder::Builder;
pub use self::in_process::InProcess;
use self::start::Started;
use crate::faults::Faults;
#[cfg(feature = "oidc")]
use crate::oidc::OidcIssuer;

/// An STS that runs in this process, on a port of its own.
///
/// It has a thread of its own, so it answers whatever runtime the test uses, and blocking clients
/// too. Dropping it closes the port and all connections. Any number can run at once.
///
/// ```
/// use sts_emulator::{Emulator, builtin};
/// use sts_proto::{GetCallerIdentity, Operation};
///
/// let emulator = Emulator::builder().start_blocking()?;
/// let request = GetCallerIdentity::new().to_request(emulator.endpoint())?;
/// // Sign it with `builtin::credentials()` and send it.
/// assert!(emulator.url().starts_with("http://127.0.0.1:"));
/// # let _ = (request, builtin::credentials());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Emulator {
    started: Started,
    /// Dropped to stop the thread.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Emulator {
    /// An emulator with the built-in config, over plain http, on a free port of 127.0.0.1, unless
    /// the builder is told otherwise.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// The URL to call, as in `http://127.0.0.1:45678`; with TLS it begins with `https`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.started.url
    }

    /// The endpoint to build requests for.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        &self.started.endpoint
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.started.address
    }

    /// The certificate, in PEM, that clients have to trust; `None` without TLS.
    #[must_use]
    #[cfg(feature = "tls")]
    pub fn ca_certificate_pem(&self) -> Option<&str> {
        self.started.ca_certificate_pem.as_deref()
    }

    /// What goes wrong on request.
    #[must_use]
    pub const fn faults(&self) -> &Faults {
        &self.started.faults
    }

    /// Mints ID tokens for `AssumeAgencyWithOIDC`.
    #[must_use]
    #[cfg(feature = "oidc")]
    pub const fn oidc_issuer(&self) -> &OidcIssuer {
        &self.started.oidc_issuer
    }

    /// The URL of the control endpoint, if the builder was told to have one.
    #[must_use]
    pub fn control_url(&self) -> Option<&str> {
        self.started.control_url.as_deref()
    }

    /// The URL of the metadata endpoints, if the builder was told to have them: what stands for
    /// `http://169.254.169.254`, and with `/pod-identity` behind it the one for pods.
    #[must_use]
    pub fn metadata_url(&self) -> Option<&str> {
        self.started.metadata_url.as_deref()
    }
}

impl Drop for Emulator {
    /// Waits until the port is closed.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It holds nothing that a panic of it could have left half-done.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").field("url", &self.started.url).finish_non_exhaustive()
    }
}
