//! What a request is told of its proxy.

use isahc::auth::{Authentication, Credentials};
use isahc::config::Configurable;
use sts_client::transport::Proxy;

/// Tells a request its proxy, or that it has none. What is not set here libcurl would look up by
/// itself, by rules of its own.
pub(crate) fn apply<C: Configurable>(proxy: Option<&Proxy>, request: C) -> C {
    let request = request.proxy(proxy.map(|proxy| proxy.uri().clone())).proxy_blacklist([""]);
    match proxy.and_then(Proxy::credentials) {
        None => request,
        Some((user, password)) => request
            .proxy_authentication(Authentication::basic())
            .proxy_credentials(Credentials::new(user.expose_secret(), password.expose_secret())),
    }
}
