//! Which proxy an exchange goes through.

use std::env;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};
use isahc::auth::{Authentication, Credentials};
use isahc::config::Configurable;
use percent_encoding::percent_decode_str;
use sts_proto::Secret;

use crate::builder::BuildError;

/// What the builder was told.
#[derive(Clone, Debug, Default)]
pub(crate) enum ProxyChoice {
    /// As the environment says when the transport is built.
    #[default]
    Environment,
    None,
    /// Secret, for it may hold a password.
    Url(Secret),
}

/// The proxies of a transport. What is not set here libcurl would look up by itself, by rules of
/// its own.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies {
    http: Option<Proxy>,
    https: Option<Proxy>,
    /// Hosts that are reached without, as in `NO_PROXY`.
    skipped: String,
}

#[derive(Clone, Debug)]
struct Proxy {
    uri: Uri,
    credentials: Option<UserInfo>,
}

#[derive(Clone, Debug)]
struct UserInfo {
    user: Secret,
    password: Secret,
}

impl Proxies {
    pub(crate) fn new(choice: &ProxyChoice) -> Result<Self, BuildError> {
        match choice {
            ProxyChoice::Environment => Self::of_environment(),
            ProxyChoice::None => Ok(Self::default()),
            ProxyChoice::Url(url) => {
                let proxy = Proxy::parse(url.expose_secret())?;
                Ok(Self { http: Some(proxy.clone()), https: Some(proxy), skipped: String::new() })
            }
        }
    }

    fn of_environment() -> Result<Self, BuildError> {
        // In a CGI program a header of the request can set HTTP_PROXY.
        if env::var_os("REQUEST_METHOD").is_some() {
            return Ok(Self::default());
        }
        let proxy = |names| variable(names).map(|url| Proxy::parse(&url)).transpose();
        let all = proxy(["ALL_PROXY", "all_proxy"])?;
        let skipped = variable(["NO_PROXY", "no_proxy"]).unwrap_or_default();
        // libcurl knows the star alone.
        let is_all = skipped.split(',').any(|entry| entry.trim() == "*");
        Ok(Self {
            http: proxy(["HTTP_PROXY", "http_proxy"])?.or_else(|| all.clone()),
            https: proxy(["HTTPS_PROXY", "https_proxy"])?.or(all),
            skipped: if is_all { "*".to_owned() } else { skipped },
        })
    }

    /// Tells a request its proxy, or that it has none.
    pub(crate) fn apply<C: Configurable>(&self, uri: &Uri, request: C) -> C {
        let proxy =
            if uri.scheme() == Some(&Scheme::HTTPS) { &self.https } else { &self.http }.as_ref();
        let request = request
            .proxy(proxy.map(|proxy| proxy.uri.clone()))
            .proxy_blacklist([self.skipped.as_str()]);
        match proxy.and_then(|proxy| proxy.credentials.as_ref()) {
            None => request,
            Some(UserInfo { user, password }) => {
                request.proxy_authentication(Authentication::basic()).proxy_credentials(
                    Credentials::new(user.expose_secret(), password.expose_secret()),
                )
            }
        }
    }
}

impl Proxy {
    fn parse(url: &str) -> Result<Self, BuildError> {
        let mut parts = url.parse::<Uri>().map_err(|_| BuildError::proxy())?.into_parts();
        if parts.scheme.as_ref().is_some_and(|scheme| *scheme != Scheme::HTTP) {
            return Err(BuildError::proxy());
        }
        let authority = parts.authority.take().ok_or_else(BuildError::proxy)?;
        let (credentials, host) = match authority.as_str().rsplit_once('@') {
            Some((user_info, host)) => (Some(UserInfo::parse(user_info)), host),
            None => (None, authority.as_str()),
        };
        let host = match authority.port_u16() {
            Some(_) => host.to_owned(),
            // libcurl would take another port for the usual one.
            None if !host.is_empty() && host == authority.host() => format!("{host}:80"),
            // `Uri` takes any text for a port.
            None => return Err(BuildError::proxy()),
        };
        parts.authority = Some(Authority::try_from(host).map_err(|_| BuildError::proxy())?);
        parts.scheme = Some(Scheme::HTTP);
        parts.path_and_query = Some(PathAndQuery::from_static("/"));
        let uri = Uri::from_parts(parts).map_err(|_| BuildError::proxy())?;
        Ok(Self { uri, credentials })
    }
}

impl UserInfo {
    fn parse(text: &str) -> Self {
        let (user, password) = text.split_once(':').unwrap_or((text, ""));
        let decoded =
            |text| Secret::from(percent_decode_str(text).decode_utf8_lossy().into_owned());
        Self { user: decoded(user), password: decoded(password) }
    }
}

/// The first of these variables that is set; none if it is empty.
fn variable(names: [&str; 2]) -> Option<String> {
    names.into_iter().find_map(|name| env::var(name).ok()).filter(|value| !value.is_empty())
}
