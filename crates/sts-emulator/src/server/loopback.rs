//! Protection of unauthenticated local endpoints against requests of web pages.
//!
//! A page can send simple requests to any address (cross-site request forgery), and can make its
//! own name resolve to a loopback address (DNS rebinding). Browsers send `Origin`, `Sec-Fetch-Site`
//! and `Host`, which pages cannot forge.

use std::net::{IpAddr, Ipv6Addr};

use http::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use http::{Response, StatusCode, Uri};
use sts_proto::Body;

use super::response::error_response;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Rejects requests that a web page may have sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct LoopbackGuard {
    /// Hosts besides the loopback hosts, without ports.
    hosts: Vec<String>,
    /// Whether any address is accepted as a host.
    accepts_addresses: bool,
}

impl LoopbackGuard {
    /// Accepts the host of `address`, such as `name:port`, besides the loopback hosts.
    pub(crate) fn with_host_of(mut self, address: &str) -> Self {
        self.hosts.extend(host_of(address).map(str::to_owned));
        self
    }

    /// Accepts this host besides the loopback hosts.
    pub(crate) fn with_host(mut self, host: &str) -> Self {
        let is_v6 = host.parse::<Ipv6Addr>().is_ok();
        self.hosts.push(if is_v6 { format!("[{host}]") } else { host.to_owned() });
        self
    }

    /// Accepts any IP address as a host. A page can make only names resolve to an address of this
    /// machine.
    pub(crate) fn with_addresses(self) -> Self {
        Self { accepts_addresses: true, ..self }
    }

    /// Returns the response to a rejected request: a foreign host, origin or site.
    pub(crate) fn rejection(&self, headers: &HeaderMap, uri: &Uri) -> Option<Response<Body>> {
        let mut hosts = headers.get_all(HOST).iter();
        let host = hosts.next().filter(|_| hosts.next().is_none());
        let target = uri.authority();
        let host = host.and_then(text).filter(|host| self.is_host(host));
        let Some(host) = host.filter(|_| target.is_none_or(|target| self.is_host(target.as_str())))
        else {
            return Some(forbidden(
                "Host: must be a single loopback address, localhost or a configured host name",
            ));
        };
        let mut origins = headers.get_all(ORIGIN).iter();
        if !origins.all(|origin| self.is_our_origin(origin, host)) {
            return Some(forbidden("Origin: requests of web pages of other hosts are rejected"));
        }
        let sites = headers.get_all(FETCH_SITE);
        if !sites
            .iter()
            .all(|site| matches!(site.as_bytes(), b"none" | b"same-origin" | b"same-site"))
        {
            return Some(forbidden(
                "Sec-Fetch-Site: requests of web pages of other sites are rejected",
            ));
        }
        None
    }

    /// Returns the response to a rejected form. A page of another port of this machine can send a
    /// form without a CORS preflight, so the form must be from a page of the same host and port.
    pub(crate) fn form_rejection(&self, headers: &HeaderMap, uri: &Uri) -> Option<Response<Body>> {
        let host = headers.get(HOST).and_then(text);
        let is_same = |origin: &HeaderValue| {
            let origin = text(origin).and_then(|origin| origin.split_once("://"));
            origin.is_some_and(|(_, authority)| Some(authority) == host)
        };
        self.rejection(headers, uri).or_else(|| {
            let is_same_site = headers.get_all(FETCH_SITE).iter().any(|site| site == "same-site");
            (is_same_site || !headers.get_all(ORIGIN).iter().all(is_same))
                .then(|| forbidden("Origin: forms of pages of other ports are rejected"))
        })
    }

    fn is_host(&self, authority: &str) -> bool {
        self.is_ours(authority)
            || self.accepts_addresses
                && host_of(authority).is_some_and(|host| address_of(host).is_some())
    }

    fn is_ours(&self, authority: &str) -> bool {
        host_of(authority).is_some_and(|host| {
            host.eq_ignore_ascii_case("localhost")
                || address_of(host).is_some_and(|address| address.to_canonical().is_loopback())
                || self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
        })
    }

    /// Whether the origin is a host of this machine, or the host of the request itself.
    fn is_our_origin(&self, origin: &HeaderValue, host: &str) -> bool {
        let authority = text(origin)
            .and_then(|origin| origin.strip_prefix("http://").or(origin.strip_prefix("https://")));
        authority.is_some_and(|authority| authority == host || self.is_ours(authority))
    }
}

/// Returns the response to a request whose body is not JSON. Pages can send other types without a
/// CORS preflight.
pub(crate) fn reject_other_than_json(headers: &HeaderMap) -> Option<Response<Body>> {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let content_type = types.next().filter(|_| types.next().is_none()).and_then(text);
    let essence = content_type.and_then(|text| text.split(';').next());
    if essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json")) {
        return None;
    }
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Some(error_response(status, "Content-Type: must be application/json"))
}

fn text(value: &HeaderValue) -> Option<&str> {
    value.to_str().ok()
}

/// Returns the host of an authority, including the brackets of an IPv6 address. Returns `None` if
/// the authority is not a host with an optional port.
fn host_of(authority: &str) -> Option<&str> {
    let end = match authority.strip_prefix('[') {
        Some(address) => address.find(']')? + 2,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at_checked(end)?;
    let is_port =
        |port: &str| port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok();
    (port.is_empty() || port.strip_prefix(':').is_some_and(is_port)).then_some(host)
}

/// Parses a host that is an address, with brackets in the case of IPv6.
fn address_of(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

fn forbidden(error: &str) -> Response<Body> {
    error_response(StatusCode::FORBIDDEN, error)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn status(guard: &LoopbackGuard, headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::get("/faults");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        guard.rejection(&head.headers, &head.uri).map_or(200, |response| response.status().as_u16())
    }

    #[test]
    fn only_loopback_hosts_are_accepted() {
        let guard = LoopbackGuard::default().with_host_of("my-machine:8091");
        for host in [
            "127.0.0.1",
            "127.0.0.1:8091",
            "127.1.2.3:1",
            "localhost",
            "LOCALHOST:80",
            "[::1]",
            "[::1]:8091",
            "[::ffff:127.0.0.1]:1",
            "my-machine",
            "My-Machine:9",
        ] {
            assert_eq!(status(&guard, &[("host", host)]), 200, "{host}");
        }
        for host in [
            "",
            "evil.example",
            "evil.example:8091",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "evil.example:localhost",
            "127.0.0.1:",
            "127.0.0.1:x",
            "127.0.0.1:65536",
            "127.0.0.1:+1",
            "user@127.0.0.1",
            "127.0.0.1@evil.example",
            "[::1",
            "::1",
            "[::2]:1",
            "0.0.0.0",
            "192.0.2.1",
            "169.254.169.254",
            "localhost:1:2",
            "127.0.0.1 ",
            "127.0.0.1/",
            "2130706433",
            "0x7f.1",
            "[::1]x",
            "my-machine.evil.example",
        ] {
            assert_eq!(status(&guard, &[("host", host)]), 403, "{host}");
        }
        assert_eq!(status(&guard, &[]), 403);
        assert_eq!(status(&guard, &[("host", "127.0.0.1"), ("host", "127.0.0.1")]), 403);
        let (head, ()) = Request::get("http://evil.example/faults")
            .header("host", "127.0.0.1")
            .body(())
            .unwrap()
            .into_parts();
        assert!(guard.rejection(&head.headers, &head.uri).is_some());
    }

    #[test]
    fn pages_of_other_hosts_are_rejected() {
        let guard = LoopbackGuard::default();
        let with = |name, value| status(&guard, &[("host", "127.0.0.1:8091"), (name, value)]);
        for origin in ["http://127.0.0.1:8091", "http://localhost:3000", "https://[::1]"] {
            assert_eq!(with("origin", origin), 200, "{origin}");
        }
        for origin in [
            "https://evil.example",
            "null",
            "",
            "http://127.0.0.1.evil.example",
            "127.0.0.1",
            "file://127.0.0.1",
            "http://localhost@evil.example",
            "http://localhost/evil.example",
            "chrome-extension://127.0.0.1",
        ] {
            assert_eq!(with("origin", origin), 403, "{origin}");
        }
        let host = ("host", "127.0.0.1:8091");
        let origins = [host, ("origin", "http://localhost"), ("origin", "https://evil.example")];
        assert_eq!(status(&guard, &origins), 403);
        for (site, expected) in [
            ("none", 200),
            ("same-origin", 200),
            ("same-site", 200),
            ("cross-site", 403),
            ("x", 403),
        ] {
            assert_eq!(with("sec-fetch-site", site), expected, "{site}");
        }
    }

    #[test]
    fn beyond_loopback_addresses_are_accepted_as_hosts_and_names_only_if_configured() {
        let guard = LoopbackGuard::default().with_host("emulator").with_addresses();
        for host in ["172.18.0.2:8091", "[fd00::2]:8091", "emulator:8091", "EMULATOR", "localhost"]
        {
            assert_eq!(status(&guard, &[("host", host)]), 200, "{host}");
        }
        for host in ["evil.example", "emulator.evil.example", "172.18.0.2.evil.example", ""] {
            assert_eq!(status(&guard, &[("host", host)]), 403, "{host}");
        }
        let with = |origin| status(&guard, &[("host", "172.18.0.2:8091"), ("origin", origin)]);
        for origin in ["http://172.18.0.2:8091", "http://emulator:8091", "http://127.0.0.1"] {
            assert_eq!(with(origin), 200, "{origin}");
        }
        // Pages of other machines.
        for origin in ["http://172.18.0.2", "http://172.18.0.3:8091", "http://192.0.2.1", "null"] {
            assert_eq!(with(origin), 403, "{origin}");
        }
    }

    #[test]
    fn bodies_other_than_json_are_rejected() {
        for (content_type, is_accepted) in [
            (&["application/json"][..], true),
            (&["Application/JSON; charset=utf-8"], true),
            (&["text/plain"], false),
            (&["text/plain; application/json"], false),
            (&["application/json-patch"], false),
            (&["application/x-www-form-urlencoded"], false),
            (&["application/json", "text/plain"], false),
            (&[""], false),
            (&[], false),
        ] {
            let mut headers = HeaderMap::new();
            for value in content_type {
                headers.append(CONTENT_TYPE, value.parse().unwrap());
            }
            let is_rejected = reject_other_than_json(&headers).is_some();
            assert_eq!(!is_rejected, is_accepted, "{content_type:?}");
        }
    }
}
