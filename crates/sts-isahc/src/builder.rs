//! Settings of an [`IsahcTransport`].

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use isahc::HttpClient;
use isahc::config::Configurable;
use sts_client::SystemHost;
use sts_client::transport::{Proxies, ProxyError};

use crate::build_error::BuildError;
use crate::clients::{ClientSlot, Clients};
use crate::transport::IsahcTransport;
#[cfg(feature = "rustls-tls")]
use crate::trust::Roots;

/// Settings of an [`IsahcTransport`]; see [`IsahcTransport::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct IsahcTransportBuilder {
    connect_timeout: Duration,
    pool_idle_timeout: Duration,
    pool_max_idle: usize,
    user_agent: HeaderValue,
    /// As the environment says, unless something else is said here.
    proxies: Option<Result<Proxies, ProxyError>>,
    #[cfg(feature = "rustls-tls")]
    roots: Roots,
}

impl IsahcTransportBuilder {
    pub(crate) fn new() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            pool_idle_timeout: Duration::from_secs(60),
            pool_max_idle: 4,
            user_agent: default_user_agent(),
            proxies: None,
            #[cfg(feature = "rustls-tls")]
            roots: Roots::default(),
        }
    }

    /// How long a new connection may take: resolving, connecting and the TLS handshake together.
    /// 3 seconds by default. The time for the whole exchange is one of its
    /// [limits](sts_client::transport::Limits::timeout).
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long an idle connection is kept. 60 seconds by default.
    pub const fn pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.pool_idle_timeout = timeout;
        self
    }

    /// How many idle connections are kept, to all hosts together. 4 by default; 0 keeps none.
    pub const fn pool_max_idle(mut self, connections: usize) -> Self {
        self.pool_max_idle = connections;
        self
    }

    /// The `User-Agent` of requests that have none. `sts-isahc/` and the version by default.
    pub fn user_agent(mut self, user_agent: HeaderValue) -> Self {
        self.user_agent = user_agent;
        self
    }

    /// Goes through this proxy, whatever the environment says:
    /// `http://user:password@host:port`, as [`Proxies::all`] reads it. User and password are sent
    /// to the proxy alone, and never printed.
    ///
    /// An `https` target is reached through a tunnel (`CONNECT`); a request for an `http` target
    /// is handed to the proxy. Without this setting it is as the environment of the process says
    /// when the transport is built; see [`Proxies::from_environment`].
    ///
    /// Link-local targets and local credential endpoints are reached directly all the same.
    ///
    /// An invalid URL given here is reported by [`build`](Self::build), one in the environment by
    /// the exchange that would use it.
    pub fn proxy(mut self, url: &str) -> Self {
        self.proxies = Some(Proxies::all(url));
        self
    }

    /// Goes through no proxy, whatever the environment says.
    pub fn no_proxy(mut self) -> Self {
        self.proxies = Some(Ok(Proxies::none()));
        self
    }

    /// Trusts these certificates too, one or more in PEM: for private clouds and emulators.
    /// A certificate that cannot be read is an error of [`build`](Self::build).
    ///
    /// The machine's certificates are those of `SSL_CERT_FILE` and `SSL_CERT_DIR` if one of them
    /// is set. Of those files all that can be read is trusted; what could not be read is named in
    /// the error of a TLS handshake that fails.
    #[cfg(feature = "rustls-tls")]
    pub fn root_certificate_pem(mut self, pem: &[u8]) -> Self {
        self.roots.added.push(pem.to_vec());
        self
    }

    /// Trusts the roots of Mozilla's list, compiled in, in place of the machine's: for images
    /// without certificates. They are as old as the build.
    #[cfg(feature = "webpki-roots")]
    pub const fn webpki_roots(mut self) -> Self {
        self.roots.bundled = true;
        self
    }

    /// Builds the transport.
    ///
    /// # Errors
    ///
    /// An invalid certificate of `root_certificate_pem`, `SSL_CERT_FILE` and `SSL_CERT_DIR`
    /// without any certificate that can be read, an invalid URL given to
    /// [`proxy`](Self::proxy), or isahc cannot start its thread.
    pub fn build(self) -> Result<IsahcTransport, BuildError> {
        let environment = || Ok(Proxies::from_environment(&SystemHost));
        let proxies = self.proxies.unwrap_or_else(environment).map_err(BuildError::proxy)?;
        #[cfg(feature = "rustls-tls")]
        let trusted = self.roots.read()?;
        #[cfg(feature = "rustls-tls")]
        let (tls, doubt) = (trusted.config(), trusted.doubt());
        #[cfg(not(feature = "rustls-tls"))]
        let doubt = None;
        let client = move |kept_connections| {
            let client = HttpClient::builder()
                .connect_timeout(limit(self.connect_timeout))
                .connection_cache_ttl(self.pool_idle_timeout)
                .connection_cache_size(kept_connections)
                .tcp_nodelay();
            #[cfg(feature = "rustls-tls")]
            let client = client.tls_config(tls.clone());
            client.build()
        };
        let (client, pool_max_idle) = (Arc::new(client), self.pool_max_idle);
        let kept = {
            let client = Arc::clone(&client);
            ClientSlot::new(move || client(pool_max_idle))
        };
        kept.start().map_err(BuildError::client)?;
        let clients = Clients { kept, fresh: ClientSlot::new(move || client(0)) };
        Ok(IsahcTransport::over(clients, self.user_agent, Some(proxies), doubt))
    }
}

pub(crate) fn default_user_agent() -> HeaderValue {
    HeaderValue::from_static(concat!("sts-isahc/", env!("CARGO_PKG_VERSION")))
}

/// A time that libcurl takes for a limit: it counts milliseconds, and takes 0 for none.
pub(crate) fn limit(time: Duration) -> Duration {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    time.clamp(Duration::from_millis(1), DAY)
}
