//! Which proxy an exchange goes through.

use std::env;
use std::sync::Arc;

use http::uri::Scheme;
use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
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

/// The proxies of a transport.
#[derive(Clone, Debug)]
pub(crate) struct Proxies(Arc<Matcher>);

impl Proxies {
    pub(crate) fn new(choice: &ProxyChoice) -> Result<Self, BuildError> {
        let matcher = match choice {
            ProxyChoice::Environment => of_environment()?,
            ProxyChoice::None => Matcher::builder().build(),
            ProxyChoice::Url(url) => {
                let url = url.expose_secret();
                check(url)?;
                Matcher::builder().all(url).build()
            }
        };
        Ok(Self(Arc::new(matcher)))
    }

    /// The proxy for a target, if there is one.
    pub(crate) fn for_target(&self, target: &Uri) -> Option<Intercept> {
        self.0.intercept(target)
    }

    /// What a request itself has to tell the proxy: nothing if it goes through a tunnel.
    pub(crate) fn authorization(&self, target: &Uri) -> Option<HeaderValue> {
        if target.scheme() != Some(&Scheme::HTTP) {
            return None;
        }
        self.for_target(target)?.basic_auth().cloned()
    }
}

/// As `Matcher::from_env`, which takes no notice of what it cannot use.
fn of_environment() -> Result<Matcher, BuildError> {
    // In a CGI program a header of the request can set HTTP_PROXY.
    if env::var_os("REQUEST_METHOD").is_some() {
        return Ok(Matcher::builder().build());
    }
    let all = variable(["ALL_PROXY", "all_proxy"]);
    let http = variable(["HTTP_PROXY", "http_proxy"]);
    let https = variable(["HTTPS_PROXY", "https_proxy"]);
    for url in [&all, &http, &https].into_iter().filter(|url| !url.is_empty()) {
        check(url)?;
    }
    let skipped = variable(["NO_PROXY", "no_proxy"]);
    Ok(Matcher::builder().all(all).http(http).https(https).no(skipped).build())
}

/// The first of these variables that is set.
fn variable(names: [&str; 2]) -> String {
    names.into_iter().find_map(|name| env::var(name).ok()).unwrap_or_default()
}

/// Whether this is a proxy that is spoken to in plain HTTP.
fn check(url: &str) -> Result<(), BuildError> {
    let uri: Uri = url.parse().map_err(|_| BuildError::proxy())?;
    let is_http = uri.scheme().is_none_or(|scheme| *scheme == Scheme::HTTP);
    let is_host = uri.authority().is_some_and(|authority| {
        let host = authority.as_str().rsplit_once('@').map_or(authority.as_str(), |(_, host)| host);
        // `Uri` takes any text for a port.
        !host.is_empty() && (host == authority.host() || authority.port_u16().is_some())
    });
    if is_http && is_host { Ok(()) } else { Err(BuildError::proxy()) }
}
