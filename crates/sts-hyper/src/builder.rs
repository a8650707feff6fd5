//! Settings of a [`HyperTransport`].

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use sts_client::SystemEnvironment;
use sts_client::transport::{Proxies, ProxyError};

use crate::build_error::BuildError;
use crate::connector::Connector;
use crate::pools::Pools;
#[cfg(feature = "webpki-roots")]
use crate::roots::Base;
use crate::roots::Roots;
use crate::tls;
use crate::transport::HyperTransport;

/// Settings of a [`HyperTransport`]; see [`HyperTransport::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct HyperTransportBuilder {
    connect_timeout: Duration,
    pool_idle_timeout: Duration,
    pool_max_idle: usize,
    user_agent: HeaderValue,
    /// `None`: those of the environment.
    proxies: Option<Result<Proxies, ProxyError>>,
    roots: Roots,
    tls: Option<ClientConfig>,
    #[cfg(feature = "http2")]
    http2: bool,
}

impl HyperTransportBuilder {
    pub(crate) fn new() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            pool_idle_timeout: Duration::from_secs(60),
            pool_max_idle: 4,
            user_agent: default_user_agent(),
            proxies: None,
            roots: Roots::default(),
            tls: None,
            #[cfg(feature = "http2")]
            http2: false,
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

    /// Sets the maximum number of idle connections for each host and runtime. 4 by default.
    pub const fn pool_max_idle(mut self, connections: usize) -> Self {
        self.pool_max_idle = connections;
        self
    }

    /// Sets the `User-Agent` of requests without one. `sts-hyper/` and the version by default.
    pub fn user_agent(self, user_agent: HeaderValue) -> Self {
        Self { user_agent, ..self }
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
    pub fn root_certificate_pem(mut self, pem: &[u8]) -> Self {
        self.roots.added.push(pem.to_vec());
        self
    }

    /// Replaces the root certificates of the machine by Mozilla's list as of the build, for example
    /// in container images without certificates.
    #[cfg(feature = "webpki-roots")]
    pub const fn webpki_roots(mut self) -> Self {
        self.roots.base = Base::Bundled;
        self
    }

    /// Sets the TLS configuration, for example for client certificates or a custom verifier.
    ///
    /// It replaces all settings of root certificates. The transport overrides its ALPN protocols.
    pub fn rustls_config(self, config: ClientConfig) -> Self {
        Self { tls: Some(config), ..self }
    }

    /// Offers HTTP/2 in addition to HTTP/1.1 in the TLS handshake. It is not known whether the
    /// service supports HTTP/2.
    #[cfg(feature = "http2")]
    pub const fn http2(mut self) -> Self {
        self.http2 = true;
        self
    }

    /// Builds the transport.
    ///
    /// # Errors
    ///
    /// - [`root_certificate_pem`](Self::root_certificate_pem) contains an invalid certificate.
    /// - `SSL_CERT_FILE` and `SSL_CERT_DIR` contain no valid certificate.
    /// - The URL of [`proxy`](Self::proxy) is invalid.
    /// - No crypto provider for TLS is available.
    pub fn build(self) -> Result<HyperTransport, BuildError> {
        #[cfg(feature = "http2")]
        let http2 = self.http2;
        #[cfg(not(feature = "http2"))]
        let http2 = false;

        let (mut tls, tls_hint) = if let Some(tls) = self.tls {
            (tls, None)
        } else {
            let roots = self.roots.load()?;
            let tls_hint = roots.tls_hint();
            (tls::config(roots.store)?, tls_hint)
        };
        tls.alpn_protocols =
            if http2 { vec![b"h2".to_vec(), b"http/1.1".to_vec()] } else { vec![] };

        let tls = Arc::new(tls);
        let environment = || Ok(Proxies::from_environment(&SystemEnvironment));
        let proxies = self.proxies.unwrap_or_else(environment).map_err(BuildError::proxy)?;
        let proxies = Arc::new(proxies);
        let mut pool = Client::builder(TokioExecutor::new());
        pool
            // The transport sets `Host` itself, with the port as written in the URI.
            .set_host(false)
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(self.pool_idle_timeout)
            .pool_max_idle_per_host(self.pool_max_idle);
        let requests = |proxies| {
            let connector = Connector::new(&tls, tls_hint.clone(), proxies, self.connect_timeout);
            let pools = Pools::new(pool.clone(), connector);
            move |request| pools.request(request)
        };
        let (direct, pool) = (requests(Arc::default()), requests(Arc::clone(&proxies)));
        Ok(HyperTransport::over(pool, direct, self.user_agent, proxies))
    }
}

pub(crate) fn default_user_agent() -> HeaderValue {
    HeaderValue::from_static(concat!("sts-hyper/", env!("CARGO_PKG_VERSION")))
}
