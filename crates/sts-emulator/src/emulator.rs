//! The emulator: started by its builder, stopped when it is dropped.

mod authentication;
mod builder;
mod in_process;
mod listen;
mod listen_error;
mod settings;
mod start;
mod validation;

use std::fmt;
use std::net::SocketAddr;
use std::thread;

use http::Request;
use sts_proto::Endpoint;
#[cfg(feature = "tls")]
use sts_proto::Secret;
use tokio::sync::oneshot;

pub use self::authentication::{AuthenticationError, Principal};
pub use self::builder::Builder;
pub use self::in_process::InProcess;
pub use self::listen_error::ListenError;
use self::start::Started;
use crate::config::Config;
use crate::faults::Faults;
use crate::identity_center::IdentityCenter;
#[cfg(feature = "oidc")]
use crate::oidc::OidcIssuer;

/// Local emulator of STS and of related services, in this process and on its own port.
///
/// It runs on its own thread and runtime, so it serves clients on any runtime, and blocking
/// clients. Dropping it closes the port and all connections. Several emulators can run at the same
/// time.
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
    /// Returns a builder. By default the emulator has the built-in configuration and serves http on
    /// a free port of 127.0.0.1.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Returns the URL to call, such as `http://127.0.0.1:45678`; with TLS the scheme is `https`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.started.url
    }

    /// Returns the endpoint to build requests for.
    #[must_use]
    pub const fn endpoint(&self) -> &Endpoint {
        &self.started.endpoint
    }

    /// Returns the address of the listener.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.started.address
    }

    /// Returns the CA certificate in PEM that clients have to trust; `None` without TLS.
    #[must_use]
    #[cfg(feature = "tls")]
    pub fn ca_certificate_pem(&self) -> Option<&str> {
        self.started.authority.as_ref().map(|authority| authority.certificate.as_str())
    }

    /// Returns the private key of the certificate authority in PEM, for
    /// [`Builder::tls_authority`] of a later run; `None` without TLS.
    #[must_use]
    #[cfg(feature = "tls")]
    pub fn ca_private_key_pem(&self) -> Option<&Secret> {
        self.started.authority.as_ref().map(|authority| &authority.private_key)
    }

    /// Returns the faults, to inject and clear them.
    #[must_use]
    pub const fn faults(&self) -> &Faults {
        &self.started.faults
    }

    /// Replaces the accounts, agencies, identity providers and rules. Requests in progress use the
    /// previous configuration. Issued sessions and active faults stay
    /// as they are.
    pub fn reload(&self, config: Config) {
        self.started.service.reload(config);
    }

    /// Authenticates a request to another service, such as a mock: returns the principal that signed
    /// it with credentials of this emulator.
    ///
    /// It checks signature, date, access key and security token as for requests to the emulator, and
    /// counts signature mismatches towards the lockout of an access key. The request is in absolute
    /// or origin form. It is not logged, and faults do not apply to it.
    ///
    /// ```
    /// use http::Request;
    /// use sts_emulator::{Emulator, builtin};
    /// use sts_sign::Signer;
    ///
    /// let emulator = Emulator::builder().start_blocking()?;
    /// let mut request = Request::get("https://ecs.example.com/v1/servers").body("")?;
    /// let signer = Signer::from_parts(builtin::ACCESS_KEY_ID, builtin::SECRET_ACCESS_KEY)?;
    /// signer.sign(&mut request, time::OffsetDateTime::now_utc())?;
    ///
    /// let principal = emulator.authenticate(&request)?;
    /// assert_eq!(principal.account_id, builtin::ACCOUNT_ID);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The request is not signed correctly. The error contains the response of the gateway.
    pub fn authenticate<B: AsRef<[u8]>>(
        &self,
        request: &Request<B>,
    ) -> Result<Principal, AuthenticationError> {
        authentication::authenticate(&self.started.gateway, request)
    }

    /// Returns the sign-ins of Identity Center, to approve and deny them.
    #[must_use]
    pub const fn identity_center(&self) -> &IdentityCenter {
        &self.started.identity_center
    }

    /// Returns the issuer of ID tokens for `AssumeAgencyWithOIDC`.
    #[must_use]
    #[cfg(feature = "oidc")]
    pub const fn oidc_issuer(&self) -> &OidcIssuer {
        &self.started.oidc_issuer
    }

    /// Returns the URL of the control endpoint, if [`Builder::control`] enabled it.
    #[must_use]
    pub fn control_url(&self) -> Option<&str> {
        self.started.control_url.as_deref()
    }

    /// Returns the URL of the metadata endpoints, if [`Builder::metadata`] enabled them. It takes
    /// the place of `http://169.254.169.254`; the path of pod identity is `/pod-identity`.
    #[must_use]
    pub fn metadata_url(&self) -> Option<&str> {
        self.started.metadata_url.as_deref()
    }
}

impl Drop for Emulator {
    /// Blocks until the port is closed.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // The thread shares no state that a panic could leave half-updated.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator").field("url", &self.started.url).finish_non_exhaustive()
    }
}
