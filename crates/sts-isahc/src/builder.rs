//! Settings of an [`IsahcTransport`].

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use isahc::HttpClient;
use isahc::config::Configurable;
use sts_client::SystemEnvironment;
use sts_client::transport::{Proxies, ProxyError};

use crate::build_error::BuildError;
use crate::clients::{ClientSlot, Clients};
#[cfg(feature = "rustls-tls")]
use crate::roots::Roots;
use crate::transport::IsahcTransport;

/// Settings of an [`IsahcTransport`]; see [`IsahcTransport::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct IsahcTransportBuilder {
    connect_timeout: Duration,
    pool_idle_timeout: Duration,
    pool_max_idle: usize,
    user_agent: HeaderValue,
    /// `None`: those of the environment.
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

    /// Sets the timeout of a new connection: name resolution, TCP and TLS handshake together.
    ///
    /// 3 seconds by default. The whole exchange has a
    /// [timeout](sts_client::transport::Limits::timeout) of its own.
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the time after which an idle connection is closed. 60 seconds by default.
    pub const fn pool_idle_timeout(mut self, timeout: Duration) -> Self {
        self.pool_idle_timeout = timeout;
        self
    }

    /// Sets the maximum number of idle connections to all hosts together. 4 by default.
    pub const fn pool_max_idle(mut self, connections: usize) -> Self {
        self.pool_max_idle = connections;
        self
    }

    /// Sets the `User-Agent` of requests without one. `sts-isahc/` and the version by default.
    pub fn user_agent(mut self, user_agent: HeaderValue) -> Self {
        self.user_agent = user_agent;
        self
    }

    /// Sets the proxy, regardless of the environment: `http://user:password@host:port`; see
    /// [`Proxies::all`]. User and password are sent only to the proxy and are not printed.
    ///
    /// Requests to `https` targets use a tunnel (`CONNECT`), requests to `http` targets are
    /// forwarded by the proxy. Link-local targets and local credential endpoints are always reached
    /// directly. By default the proxies are read from the environment when the transport is built;
    /// see [`Proxies::from_environment`].
    ///
    /// [`build`](Self::build) returns an error for an invalid URL. An invalid URL in the
    /// environment fails the exchange that would use it.
    pub fn proxy(mut self, url: &str) -> Self {
        self.proxies = Some(Proxies::all(url));
        self
    }

    /// Disables all proxies, including those of the environment.
    pub fn no_proxy(mut self) -> Self {
        self.proxies = Some(Ok(Proxies::none()));
        self
    }

    /// Adds root certificates, one or more in PEM, for example of a private cloud or an emulator.
    ///
    /// [`build`](Self::build) returns an error for an invalid certificate. `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR`, if one of them is set, replace the certificates of the machine. Invalid
    /// certificates in those files are skipped and listed in the errors of failed TLS handshakes.
    #[cfg(feature = "rustls-tls")]
    pub fn root_certificate_pem(mut self, pem: &[u8]) -> Self {
        self.roots.added.push(pem.to_vec());
        self
    }

    /// Replaces the root certificates of the machine by Mozilla's list as of the build, for example
    /// in container images without certificates.
    #[cfg(feature = "webpki-roots")]
    pub const fn webpki_roots(mut self) -> Self {
        self.roots.bundled = true;
        self
    }

    /// Builds the transport.
    ///
    /// # Errors
    ///
    /// - `root_certificate_pem` contains an invalid certificate.
    /// - `SSL_CERT_FILE` and `SSL_CERT_DIR` contain no valid certificate.
    /// - The URL of [`proxy`](Self::proxy) is invalid.
    /// - isahc cannot start its thread.
    pub fn build(self) -> Result<IsahcTransport, BuildError> {
        let environment = || Ok(Proxies::from_environment(&SystemEnvironment));
        let proxies = self.proxies.unwrap_or_else(environment).map_err(BuildError::proxy)?;
        #[cfg(feature = "rustls-tls")]
        let roots = self.roots.load()?;
        #[cfg(feature = "rustls-tls")]
        let (tls, tls_hint) = (roots.config(), roots.tls_hint());
        #[cfg(not(feature = "rustls-tls"))]
        let tls_hint = None;
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
        Ok(IsahcTransport::over(clients, self.user_agent, Some(proxies), tls_hint))
    }
}

pub(crate) fn default_user_agent() -> HeaderValue {
    HeaderValue::from_static(concat!("sts-isahc/", env!("CARGO_PKG_VERSION")))
}

/// Clamps a timeout to the range of libcurl, which counts milliseconds and treats 0 as no timeout.
pub(crate) fn limit(time: Duration) -> Duration {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    time.clamp(Duration::from_millis(1), DAY)
}
