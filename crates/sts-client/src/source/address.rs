//! Addresses that give keys to whoever asks, and get tokens in clear.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::Uri;
use http::uri::{Authority, Scheme};

/// Which addresses may be asked for keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// This machine and its link only.
    Local,
    /// The same, and any host over https.
    LocalOrHttps,
}

/// Reads a URL that keys are asked of. The complaint completes a sentence that begins with what
/// the URL is for; it shows the host only, for the rest may hold a token.
///
/// Plain http can be read and answered by anybody on the way, so it stays on this machine or its
/// link. Names resolve to whatever a resolver says, so there it takes an address, or `localhost`.
pub(super) fn parse(url: &str, reach: Reach) -> Result<Uri, String> {
    let uri: Uri = url.parse().map_err(|error| format!("is no URL ({error})"))?;
    let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
        return Err("has no scheme and host, as in http://169.254.169.254".to_owned());
    };
    if authority.as_str().contains('@') {
        return Err("holds user info; take it out".to_owned());
    }
    let host = authority.host();
    if authority.as_str().len() > host.len() && authority.port_u16().is_none() {
        return Err("has a port that is no number".to_owned());
    }
    let is_https = scheme == &Scheme::HTTPS;
    if !is_https && scheme != &Scheme::HTTP {
        return Err("has a scheme that is neither http nor https".to_owned());
    }
    let is_allowed = is_local(host) || (is_https && reach == Reach::LocalOrHttps);
    match (is_allowed, reach) {
        (true, _) => Ok(uri),
        (false, Reach::Local) => Err(format!(
            "is at {host}, which is neither a link-local nor a loopback address; keys are taken \
             from this machine only"
        )),
        (false, Reach::LocalOrHttps) => Err(format!(
            "is at {host} over plain http; that is allowed for link-local and loopback addresses \
             only, take https"
        )),
    }
}

/// What may be shown of a URL that was read: its path and query may hold a token.
pub(super) fn shown(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or_default();
    format!("{scheme}://{}", uri.authority().map_or("", Authority::as_str))
}

fn is_local(host: &str) -> bool {
    if host.eq_ignore_ascii_case("localhost") {
        return true;
    }
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(host) => host
            .parse::<Ipv6Addr>()
            .is_ok_and(|address| address.is_loopback() || address.is_unicast_link_local()),
        None => host
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback() || address.is_link_local()),
    }
}
