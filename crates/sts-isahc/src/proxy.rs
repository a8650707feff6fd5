//! Proxy settings of a request.

use isahc::auth::{Authentication, Credentials};
use isahc::config::Configurable;
use sts_client::transport::Proxy;

/// Sets or disables the proxy of a request. Unset values would be read from the environment by
/// libcurl.
pub(crate) fn apply<C: Configurable>(proxy: Option<&Proxy>, request: C) -> C {
    let request = request.proxy(proxy.map(|proxy| proxy.uri().clone())).proxy_blacklist([""]);
    match proxy.and_then(Proxy::credentials) {
        None => request,
        Some((user, password)) => request
            .proxy_authentication(Authentication::basic())
            .proxy_credentials(Credentials::new(user.expose_secret(), password.expose_secret())),
    }
}
