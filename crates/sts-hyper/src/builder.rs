//! Settings of a [`HyperTransport`].

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use sts_client::SystemHost;
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
    /// As the environment says, unless something else is said here.
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

    /// How many idle connections are kept for each host and runtime. 4 by default; 0 keeps none.
    pub const fn pool_max_idle(mut self, connections: usize) -> Self {
        self.pool_max_idle = connections;
        self
    }

    /// The `User-Agent` of requests that have none. `sts-hyper/` and the version by default.
    pub fn user_agent(self, user_agent: HeaderValue) -> Self {
        Self { user_agent, ..self }
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
    pub fn root_certificate_pem(mut self, pem: &[u8]) -> Self {
        self.roots.added.push(pem.to_vec());
        self
    }

    /// Trusts the roots of Mozilla's list, compiled in, in place of the machine's: for images
    /// without certificates. They are as old as the build.
    #[cfg(feature = "webpki-roots")]
    pub const fn webpki_roots(mut self) -> Self {
        self.roots.base = Base::Bundled;
        self
    }

    /// Uses this configuration of TLS, for client certificates or a verifier of your own. It
    /// replaces all other settings of trust; its list of ALPN protocols is set by the transport.
    pub fn rustls_config(self, config: ClientConfig) -> Self {
        Self { tls: Some(config), ..self }
    }

    /// Offers HTTP/2 beside HTTP/1.1 in the TLS handshake. Whether STS takes it is unknown.
    #[cfg(feature = "http2")]
    pub const fn http2(mut self) -> Self {
        self.http2 = true;
        self
    }

    /// Builds the transport.
    ///
    /// # Errors
    ///
    /// An invalid certificate of [`root_certificate_pem`](Self::root_certificate_pem),
    /// `SSL_CERT_FILE` and `SSL_CERT_DIR` without any certificate that can be read, an invalid URL
    /// given to [`proxy`](Self::proxy), or no cryptography for TLS.
    pub fn build(self) -> Result<HyperTransport, BuildError> {
        #[cfg(feature = "http2")]
        let http2 = self.http2;
        #[cfg(not(feature = "http2"))]
        let http2 = false;

        let (mut tls, doubt) = if let Some(tls) = self.tls {
            (tls, None)
        } else {
            let trusted = self.roots.read()?;
            let doubt = trusted.doubt();
            (tls::config(trusted.store)?, doubt)
        };
        tls.alpn_protocols =
            if http2 { vec![b"h2".to_vec(), b"http/1.1".to_vec()] } else { vec![] };

        let tls = Arc::new(tls);
        let environment = || Ok(Proxies::from_environment(&SystemHost));
        let proxies = self.proxies.unwrap_or_else(environment).map_err(BuildError::proxy)?;
        let proxies = Arc::new(proxies);
        let mut pool = Client::builder(TokioExecutor::new());
        pool
            // The transport writes `Host` itself, with the port as the URI has it.
            .set_host(false)
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(self.pool_idle_timeout)
            .pool_max_idle_per_host(self.pool_max_idle);
        let requests = |proxies| {
            let connector = Connector::new(&tls, doubt.clone(), proxies, self.connect_timeout);
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
