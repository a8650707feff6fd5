//! Settings of a [`HyperTransport`].

use std::sync::Arc;

use http::HeaderValue;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use sts_client::transport::{BuildError, RootCertificates, Settings};

use crate::connector::Connector;
use crate::pools::Pools;
use crate::tls;
use crate::transport::HyperTransport;

/// Settings of a [`HyperTransport`]; see [`HyperTransport::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct HyperTransportBuilder {
    settings: Settings,
    roots: RootCertificates,
    tls: Option<ClientConfig>,
    #[cfg(feature = "http2")]
    http2: bool,
}

impl HyperTransportBuilder {
    pub(crate) fn new() -> Self {
        Self {
            settings: Settings::new(default_user_agent()),
            roots: RootCertificates::default(),
            tls: None,
            #[cfg(feature = "http2")]
            http2: false,
        }
    }

    sts_client::__transport_setters!(general);
    sts_client::__transport_setters!(roots);
    #[cfg(feature = "webpki-roots")]
    sts_client::__transport_setters!(webpki_roots);

    /// Sets the maximum number of idle connections for each host and runtime. 4 by default.
    pub const fn pool_max_idle(mut self, connections: usize) -> Self {
        self.settings.pool_max_idle = connections;
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
            let loaded = self.roots.load()?;
            (tls::config(self.roots.is_bundled(), loaded.certificates)?, loaded.tls_hint)
        };
        tls.alpn_protocols =
            if http2 { vec![b"h2".to_vec(), b"http/1.1".to_vec()] } else { vec![] };

        let tls = Arc::new(tls);
        let settings = self.settings;
        let proxies = settings.proxies()?;
        let mut pool = Client::builder(TokioExecutor::new());
        pool
            // The transport sets `Host` itself, with the port as written in the URI.
            .set_host(false)
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(settings.pool_idle_timeout())
            .pool_max_idle_per_host(settings.pool_max_idle());
        let requests = |proxies| {
            let connector =
                Connector::new(&tls, tls_hint.clone(), proxies, settings.connect_timeout);
            let pools = Pools::new(pool.clone(), connector);
            move |request| pools.request(request)
        };
        let (direct, pool) = (requests(Arc::default()), requests(Arc::clone(&proxies)));
        Ok(HyperTransport::over(pool, direct, settings.user_agent, proxies))
    }
}

pub(crate) fn default_user_agent() -> HeaderValue {
    HeaderValue::from_static(concat!("sts-hyper/", env!("CARGO_PKG_VERSION")))
}
