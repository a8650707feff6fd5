//! The value of the `Host` header.

use http::Uri;
use http::uri::{Port, Scheme};

/// Returns the authority of `uri` without user info and default port, or `None` if the URI has no
/// host, as in origin form.
pub(crate) fn of(uri: &Uri) -> Option<&str> {
    let authority = uri.authority()?;
    let text = authority.as_str();
    // The usual form: no user info, port or IPv6 address.
    if !text.is_empty() && !text.bytes().any(|byte| matches!(byte, b'@' | b':')) {
        return Some(text);
    }
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
