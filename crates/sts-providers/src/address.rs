//! Validates the URLs of unauthenticated local credential endpoints.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::Uri;
use http::uri::{Authority, Scheme};

/// Which addresses credentials may be requested from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// This machine and its link only.
    Local,
    /// The same, and any host over https.
    LocalOrHttps,
    /// This machine and the agents of AWS, and any host over https.
    ContainerOrHttps,
    /// This machine, and any host over https.
    LoopbackOrHttps,
}

/// The addresses of the agents of AWS, which are local to a node.
const AGENTS: [Ipv4Addr; 2] = [Ipv4Addr::new(169, 254, 170, 2), Ipv4Addr::new(169, 254, 170, 23)];
const AGENT: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23);

/// Parses the URL of a credential endpoint. The fault completes a sentence that begins with what
/// the URL is for; it shows the host only, because the rest may hold a token.
///
/// Plain http can be read and changed on the way, so it is limited to this machine and its link.
/// A resolver decides where a name leads, so only addresses and `localhost` are accepted there.
pub(crate) fn parse(url: &str, reach: Reach) -> Result<Uri, String> {
    let uri: Uri = url.parse().map_err(|error| format!("is not a valid URL ({error})"))?;
    let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
        return Err(
            "has no scheme or no host; expected a URL like http://169.254.169.254".to_owned()
        );
    };
    if authority.as_str().contains('@') {
        return Err("must not contain user info".to_owned());
    }
    let host = authority.host();
    if authority.as_str().len() > host.len() && authority.port_u16().is_none_or(|port| port == 0) {
        return Err("has an invalid port; expected 1 to 65535".to_owned());
    }
    let is_https = scheme == &Scheme::HTTPS;
    if !is_https && scheme != &Scheme::HTTP {
        return Err("has an unsupported scheme; use http or https".to_owned());
    }
    let is_allowed = is_local_host(host, reach) || (is_https && reach != Reach::Local);
    match (is_allowed, reach) {
        (true, _) => Ok(uri),
        (false, Reach::LoopbackOrHttps) => Err(format!(
            "is at {host} over plain http, which is allowed for loopback addresses only; use https"
        )),
        (false, Reach::Local) => Err(format!(
            "is at {host}, which is neither a link-local nor a loopback address; credentials are \
             requested from this machine only"
        )),
        (false, Reach::ContainerOrHttps) => Err(format!(
            "is at {host} over plain http, which is allowed for loopback addresses and the addresses \
             of the agents of AWS only; use https"
        )),
        (false, Reach::LocalOrHttps) => Err(format!(
            "is at {host} over plain http, which is allowed for link-local and loopback addresses \
             only; use https"
        )),
    }
}

/// The part of a URL that may be shown: its path and query may hold a token.
pub(crate) fn shown(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or_default();
    format!("{scheme}://{}", uri.authority().map_or("", Authority::as_str))
}

/// Whether a URL leads to an address that is reached without a proxy.
pub(crate) fn is_direct(uri: &Uri, reach: Reach) -> bool {
    uri.host().is_some_and(|host| is_local_host(host, reach))
}

/// Whether `host` is this machine or its link.
pub(crate) fn is_local(host: &str) -> bool {
    is_local_host(host, Reach::Local)
}

fn is_local_host(host: &str, reach: Reach) -> bool {
    if host.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let has_link = matches!(reach, Reach::Local | Reach::LocalOrHttps);
    let has_agents = reach == Reach::ContainerOrHttps;
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(host) => host.parse::<Ipv6Addr>().is_ok_and(|address| {
            address.is_loopback()
                || (has_link && address.is_unicast_link_local())
                || (has_agents && address == AGENT)
        }),
        None => host.parse::<Ipv4Addr>().is_ok_and(|address| {
            address.is_loopback()
                || (has_link && address.is_link_local())
                || (has_agents && AGENTS.contains(&address))
        }),
    }
}
