//! Server on loopback that issues temporary credentials to unmodified programs of this user.
//!
//! It listens on a loopback address only, and every request has to contain a random secret, which is
//! in a file that only this user can read. `docs/cli.md` describes its protocols and limits.

mod connections;
mod guard;
mod protocol;
mod refresh_report;
mod request;
mod response;
mod route;
mod secret;
mod secret_file;
mod served;
mod service;
mod single_use;
mod timestamp;
mod variables;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use huaweicloud_sts::sts_client::session::SessionError;
use huaweicloud_sts::sts_client::{Clock, SessionPolicy, SystemClock};
use huaweicloud_sts::{Credentials, CredentialsError, Session, SharedCredentials};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use self::guard::Guard;
pub(crate) use self::protocol::Protocol;
pub(crate) use self::refresh_report::RefreshReport;
use self::response::Issued;
use self::secret::{SecretDigest, generate};
use self::secret_file::SecretFile;
use self::service::Service;
use self::variables::Settings;
pub(crate) use self::variables::Variable;
use crate::failure::Failure;

/// The official SDKs refresh credentials before every request if less is left.
pub(crate) const SDK_REFRESH_WINDOW: Duration = Duration::from_secs(40 * 60);

/// Settings of a server.
#[derive(Clone, Debug)]
pub(crate) struct ServerOptions {
    /// The address, which must be a loopback address. Port 0 selects a free port.
    pub(crate) listen: SocketAddr,
    /// The protocols that are served.
    pub(crate) protocols: Vec<Protocol>,
    /// Id of the project for look-ups of the official SDKs, if it is known.
    pub(crate) project_id: Option<String>,
    /// Id of the account for look-ups of the official SDKs, if it is known.
    pub(crate) domain_id: Option<String>,
}

impl Default for ServerOptions {
    /// Returns a free port of 127.0.0.1, the [default protocols](Protocol::DEFAULT) and no ids.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            protocols: Protocol::DEFAULT.to_vec(),
            project_id: None,
            domain_id: None,
        }
    }
}

/// Returns the policy for sessions of a server: more than 40 minutes are left, if the lifetime allows
/// it. Otherwise the official SDKs would request credentials before every request.
pub(crate) fn refresh_policy() -> SessionPolicy {
    SessionPolicy::default().refresh_before_expiry(SDK_REFRESH_WINDOW + Duration::from_secs(60))
}

/// A running server. It serves while its runtime is driven, and ends when it is dropped.
#[derive(Debug)]
pub(crate) struct LocalServer {
    address: SocketAddr,
    url: String,
    options: ServerOptions,
    file: SecretFile,
    lifetime: Duration,
    tasks: [JoinHandle<()>; 2],
}

impl LocalServer {
    /// Starts a server for the credentials of `session`, which is refreshed in the background. Use
    /// [`refresh_policy`] for it. The server is ready when this returns.
    ///
    /// # Errors
    ///
    /// The address is not a loopback address or cannot be bound, the session has no temporary
    /// credentials, or the file of the secret cannot be created.
    pub(crate) async fn start(
        options: ServerOptions,
        session: Session,
    ) -> Result<Self, StartError> {
        if !options.listen.ip().is_loopback() {
            return Err(StartError::NotLoopback(options.listen));
        }
        let bind = |source| StartError::Bind { address: options.listen, source };
        let listener = TcpListener::bind(options.listen).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        let credentials = session.credentials().await.map_err(StartError::Credentials)?;
        Issued::new(&credentials).ok_or_else(|| StartError::of_unusable(&credentials))?;
        let lifetime = credentials.expires_in(SystemClock.now().wall).unwrap_or_default();
        let secret = generate();
        let file = SecretFile::create_in_default(&secret).map_err(StartError::File)?;
        let service = Service {
            guard: Guard::new(address),
            protocols: options.protocols.clone(),
            secret: SecretDigest::of(secret.expose_secret().as_bytes()),
            credentials: SharedCredentials::new(session.clone()),
            clock: Arc::new(SystemClock),
            project_id: options.project_id.clone(),
            domain_id: options.domain_id.clone(),
            tokens: single_use::SingleUseTokens::default(),
            served: served::ServedTokens::default(),
        };
        let tasks = [
            tokio::spawn(connections::serve(listener, Arc::new(service))),
            tokio::spawn(session.keep_fresh()),
        ];
        Ok(Self { address, url: format!("http://{address}"), options, file, lifetime, tasks })
    }

    /// Returns the address of the server.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the variables that direct a program to this server: those to set, and those to remove
    /// because they take precedence. `inherited` returns the variables that the program inherits;
    /// hosts that are reached without a proxy are added to them.
    pub(crate) fn variables(&self, inherited: impl Fn(&str) -> Option<String>) -> Vec<Variable> {
        let settings = Settings {
            url: &self.url,
            secret_file: self.file.path(),
            protocols: &self.options.protocols,
            project_id: self.options.project_id.as_deref(),
            domain_id: self.options.domain_id.as_deref(),
        };
        settings.variables(inherited)
    }

    /// Returns a warning if the lifetime of the credentials is too short for the official SDKs, which
    /// then request credentials before every request.
    pub(crate) fn warning(&self) -> Option<String> {
        (self.lifetime <= SDK_REFRESH_WINDOW).then(|| {
            format!(
                "the credentials expire in {} minutes; the official SDKs request new ones before \
                 every request if less than 40 minutes are left",
                self.lifetime.as_secs() / 60
            )
        })
    }

    /// Closes all connections and removes the file of the secret.
    pub(crate) async fn shutdown(mut self) {
        for task in &mut self.tasks {
            task.abort();
            // It was cancelled.
            let _ = task.await;
        }
    }
}

impl Drop for LocalServer {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Credentials(error) => match error.call() {
                Some(call) => Self::of_provider(call.clone()),
                None => CredentialsError::from(error).into(),
            },
            StartError::NotLoopback(_) | StartError::Permanent | StartError::Endless => {
                Self::usage(error)
            }
            StartError::Bind { .. } => Self::failed(error),
            StartError::File(_) => Self::failed(error)
                .advice("set XDG_RUNTIME_DIR, or else TMPDIR, to a directory that you can write"),
        }
    }
}

/// Error returned when a server cannot be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error("{0} is not a loopback address; use 127.0.0.1:0 or [::1]:0")]
    NotLoopback(SocketAddr),
    #[error("cannot listen on {address}")]
    Bind { address: SocketAddr, source: io::Error },
    #[error("no credentials to serve")]
    Credentials(#[source] SessionError),
    #[error("permanent credentials are not served; pass --agency to serve temporary ones")]
    Permanent,
    #[error(
        "the time at which the credentials expire is unknown, so they cannot be served; pass \
         --agency to serve those of an agency"
    )]
    Endless,
    #[error("cannot create the file of the secret")]
    File(#[source] io::Error),
}

impl StartError {
    /// Returns the error for credentials that no protocol can express.
    fn of_unusable(credentials: &Credentials) -> Self {
        if credentials.security_token.is_some() { Self::Endless } else { Self::Permanent }
    }
}
