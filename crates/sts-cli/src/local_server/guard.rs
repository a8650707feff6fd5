//! Protection against requests of web pages.
//!
//! A page can send requests to loopback addresses, and can make its own name resolve to one (DNS
//! rebinding). Browsers send `Host`, `Origin` and `Sec-Fetch-Site`, which pages cannot forge.

use std::net::{IpAddr, SocketAddr};

use http::header::{HOST, HeaderName, ORIGIN};
use http::request::Parts;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Accepts requests that name this server and were not sent by a web page.
#[derive(Debug)]
pub(super) struct Guard {
    hosts: Vec<String>,
}

impl Guard {
    pub(super) fn new(address: SocketAddr) -> Self {
        let port = address.port();
        let own = match address.ip() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        };
        let names = [&own, "127.0.0.1", "localhost", "[::1]"];
        let with_port = names.iter().map(|name| format!("{name}:{port}"));
        // Clients omit the default port.
        let alone = names.iter().filter(|_| port == 80).map(ToString::to_string);
        Self { hosts: with_port.chain(alone).collect() }
    }

    /// Returns whether the request has exactly one `Host`, which is the address of this server, no
    /// `Origin`, and no `Sec-Fetch-Site` except `none`. A request in absolute form is meant for a
    /// proxy, and is not accepted.
    pub(super) fn accepts(&self, head: &Parts) -> bool {
        let mut hosts = head.headers.get_all(HOST).iter();
        let is_host = match (hosts.next(), hosts.next()) {
            (Some(host), None) => self.hosts.iter().any(|ours| host == ours.as_str()),
            _ => false,
        };
        is_host
            && head.uri.scheme().is_none()
            && head.uri.authority().is_none()
            && !head.headers.contains_key(ORIGIN)
            && head.headers.get_all(FETCH_SITE).iter().all(|site| site == "none")
    }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn accepts(uri: &str, headers: &[(&str, &str)]) -> bool {
        let guard = Guard::new("127.0.0.1:8099".parse().unwrap());
        let request = headers
            .iter()
            .fold(Request::get(uri), |request, (name, value)| request.header(*name, *value));
        guard.accepts(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn the_host_must_be_this_server() {
        for host in ["127.0.0.1:8099", "localhost:8099", "[::1]:8099"] {
            assert!(accepts("/", &[("host", host)]), "{host}");
        }
        for host in [
            "",
            "127.0.0.1",
            "127.0.0.1:8098",
            "127.0.0.1:08099",
            "127.0.0.1:8099.",
            "127.0.0.2:8099",
            "localhost",
            "localhost.:8099",
            "LOCALHOST:8099",
            "evil.example:8099",
            "127.0.0.1:8099, evil.example",
            "::1:8099",
            "user@127.0.0.1:8099",
        ] {
            assert!(!accepts("/", &[("host", host)]), "{host}");
        }
        assert!(!accepts("/", &[]));
        assert!(!accepts("/", &[("host", "127.0.0.1:8099"), ("host", "127.0.0.1:8099")]));
    }

    #[test]
    fn the_default_port_may_be_omitted() {
        let accepts = |address: &str, host: &str| {
            let request = Request::get("/").header("host", host).body(()).unwrap();
            Guard::new(address.parse().unwrap()).accepts(&request.into_parts().0)
        };
        assert!(accepts("127.0.0.2:80", "127.0.0.2"));
        assert!(accepts("[::1]:80", "[::1]"));
        assert!(accepts("[::1]:80", "[::1]:80"));
        assert!(!accepts("127.0.0.2:80", "127.0.0.3"));
        assert!(!accepts("127.0.0.2:80", "127.0.0.2:81"));
        assert!(!accepts("127.0.0.2:81", "127.0.0.2"));
    }

    #[test]
    fn requests_of_web_pages_are_rejected() {
        let host = ("host", "127.0.0.1:8099");
        assert!(accepts("/", &[host, ("sec-fetch-site", "none")]));
        for header in [
            ("origin", "http://127.0.0.1:8099"),
            ("origin", "null"),
            ("origin", ""),
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", ""),
        ] {
            assert!(!accepts("/", &[host, header]), "{header:?}");
        }
        let two = [host, ("sec-fetch-site", "none"), ("sec-fetch-site", "cross-site")];
        assert!(!accepts("/", &two));
    }

    #[test]
    fn requests_for_a_proxy_are_rejected() {
        assert!(!accepts("http://127.0.0.1:8099/", &[("host", "127.0.0.1:8099")]));
    }
}
