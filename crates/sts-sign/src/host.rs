//! The host a request is for, as it stands in the `Host` header.

use http::Uri;
use http::uri::{Port, Scheme};

/// The authority of `uri` without user info, and without the port when it is the scheme's own.
///
/// A substring of the URI; `None` when it names no host, as in origin form.
pub(crate) fn of(uri: &Uri) -> Option<&str> {
    let authority = uri.authority()?;
    let text = authority.as_str();
    let host_and_port = text.rsplit_once('@').map_or(text, |(_, after)| after);
    let port = authority.port();
    let default_port = match uri.scheme() {
        Some(scheme) if *scheme == Scheme::HTTPS => Some(443),
        Some(scheme) if *scheme == Scheme::HTTP => Some(80),
        _ => None,
    };
    let host = match port.as_ref().map(Port::as_u16) {
        port if port.is_none() || port == default_port => authority.host(),
        _ => host_and_port,
    };
    (!authority.host().is_empty()).then_some(host)
}
