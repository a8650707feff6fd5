//! Settings of a transport.

use std::fmt;
use std::sync::Arc;

use http::{HeaderValue, Uri};
use reqwest::{ClientBuilder, Url};
use sts_client::transport::{BuildError, Proxies, Settings};

use crate::exchange::Route;
use crate::transport::ReqwestTransport;

/// Settings of a [`ReqwestTransport`]; see [`ReqwestTransport::builder`].
#[derive(Clone)]
#[must_use]
pub struct ReqwestTransportBuilder {
    pub(crate) settings: Settings,
    configure: Arc<dyn Fn(ClientBuilder) -> ClientBuilder + Send + Sync>,
}

impl ReqwestTransportBuilder {
    pub(crate) fn new() -> Self {
        let settings = Settings::new(default_user_agent());
        Self { settings, configure: Arc::new(|builder| builder) }
    }

    sts_client::__transport_setters!(general);

    /// Sets the maximum number of idle connections for each host. 4 by default.
    pub const fn pool_max_idle(mut self, connections: usize) -> Self {
        self.settings.pool_max_idle = connections;
        self
    }

    /// Sets a function that configures reqwest, for example its root certificates, client
    /// certificates or DNS resolver.
    ///
    /// It is called twice, because the transport has a second client without proxies. Redirects,
    /// retries, `Referer`, decompression and proxies are set by the transport afterwards. It must
    /// not enable a cookie store.
    ///
    /// ```no_run
    /// # let pem = b"";
    /// use sts_reqwest::ReqwestTransport;
    ///
    /// let transport = ReqwestTransport::builder()
    ///     .configure(|reqwest| reqwest.tcp_keepalive(std::time::Duration::from_secs(30)))
    ///     .build()?;
    /// # Ok::<(), sts_reqwest::BuildError>(())
    /// ```
    pub fn configure(
        mut self,
        configure: impl Fn(ClientBuilder) -> ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.configure = Arc::new(configure);
        self
    }

    /// Builds the transport.
    ///
    /// # Errors
    ///
    /// - The URL of [`proxy`](Self::proxy) is invalid.
    /// - reqwest rejects its settings, for example an invalid root certificate.
    pub fn build(self) -> Result<ReqwestTransport, BuildError> {
        let proxies = self.settings.proxies()?;
        let client = self.proxied(&proxies).build().map_err(invalid)?;
        let direct = self.direct().build().map_err(invalid)?;
        let route = Route { client, direct: Some(direct), proxies: Some(proxies) };
        Ok(ReqwestTransport::over(route, self.settings.user_agent))
    }

    /// Returns the settings of the client for direct exchanges.
    pub(crate) fn direct(&self) -> ClientBuilder {
        let builder = reqwest::Client::builder()
            .http1_only()
            .connect_timeout(self.settings.connect_timeout)
            .pool_idle_timeout(self.settings.pool_idle_timeout())
            .pool_max_idle_per_host(self.settings.pool_max_idle());
        (self.configure)(builder)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .no_proxy()
    }

    pub(crate) fn proxied(&self, proxies: &Arc<Proxies>) -> ClientBuilder {
        proxies.by_scheme().fold(self.direct(), |builder, (scheme, proxy)| {
            let rules = Arc::clone(proxies);
            let choose = move |target: &Url| {
                let target: Uri = target.as_str().parse().ok()?;
                if target.scheme() != Some(&scheme) {
                    return None;
                }
                let proxy = rules.for_target(&target).ok()??;
                Url::parse(&proxy.uri().to_string()).ok()
            };
            let mut setting = reqwest::Proxy::custom(choose);
            if let Some((user, password)) = proxy.credentials() {
                setting = setting.basic_auth(user.expose_secret(), password.expose_secret());
            }
            builder.proxy(setting)
        })
    }
}

pub(crate) fn invalid(error: reqwest::Error) -> BuildError {
    BuildError::caused_by("cannot create the reqwest client", error.without_url())
}

pub(crate) fn default_user_agent() -> HeaderValue {
    HeaderValue::from_static(concat!("sts-reqwest/", env!("CARGO_PKG_VERSION")))
}

impl fmt::Debug for ReqwestTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestTransportBuilder")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
