//! Settings of an [`IsahcTransport`].

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use isahc::HttpClient;
use isahc::config::Configurable;
#[cfg(feature = "rustls-tls")]
use sts_client::transport::RootCertificates;
use sts_client::transport::{BuildError, Settings};

use crate::clients::{ClientSlot, Clients};
#[cfg(feature = "rustls-tls")]
use crate::tls;
use crate::transport::IsahcTransport;

/// Settings of an [`IsahcTransport`]; see [`IsahcTransport::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct IsahcTransportBuilder {
    settings: Settings,
    #[cfg(feature = "rustls-tls")]
    roots: RootCertificates,
}

impl IsahcTransportBuilder {
    pub(crate) fn new() -> Self {
        Self {
            settings: Settings::new(default_user_agent()),
            #[cfg(feature = "rustls-tls")]
            roots: RootCertificates::default(),
        }
    }

    sts_client::__transport_setters!(general);
    #[cfg(feature = "rustls-tls")]
    sts_client::__transport_setters!(roots);
    #[cfg(feature = "webpki-roots")]
    sts_client::__transport_setters!(webpki_roots);

    /// Sets the maximum number of idle connections to all hosts together. 4 by default.
    pub const fn pool_max_idle(mut self, connections: usize) -> Self {
        self.settings.pool_max_idle = connections;
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
        let settings = self.settings;
        let proxies = settings.proxies()?;
        #[cfg(feature = "rustls-tls")]
        let (tls, tls_hint) = tls::config(&self.roots)?;
        #[cfg(not(feature = "rustls-tls"))]
        let tls_hint = None;
        let idle_timeout = whole_seconds(settings.pool_idle_timeout());
        let pool_max_idle = settings.pool_max_idle();
        let client = move |kept_connections| {
            let client = HttpClient::builder()
                .connect_timeout(limit(settings.connect_timeout))
                .connection_cache_ttl(idle_timeout)
                .connection_cache_size(kept_connections)
                .tcp_nodelay();
            #[cfg(feature = "rustls-tls")]
            let client = client.tls_config(tls.clone());
            client.build()
        };
        let client = Arc::new(client);
        let kept = {
            let client = Arc::clone(&client);
            ClientSlot::new(move || client(pool_max_idle))
        };
        kept.start()
            .map_err(|error| BuildError::caused_by("cannot create the isahc client", error))?;
        let clients = Clients { kept, fresh: ClientSlot::new(move || client(0)) };
        Ok(IsahcTransport::over(clients, settings.user_agent, Some(proxies), tls_hint))
    }
}

pub(crate) fn default_user_agent() -> HeaderValue {
    HeaderValue::from_static(concat!("sts-isahc/", env!("CARGO_PKG_VERSION")))
}

/// Rounds up to seconds, which libcurl counts in idle timeouts. It treats 0 as no timeout.
fn whole_seconds(time: Duration) -> Duration {
    Duration::from_secs(time.as_secs() + u64::from(time.subsec_nanos() > 0))
}

/// Clamps a timeout to the range of libcurl, which counts milliseconds and treats 0 as no timeout.
pub(crate) fn limit(time: Duration) -> Duration {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    time.clamp(Duration::from_millis(1), DAY)
}
