//! Which proxy an exchange goes through.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use http::Uri;
use proptest::prelude::*;
use sts_client::transport::{InvalidProxy, Proxies};
use sts_client::{Host, InvalidVariable, Now};
use time::OffsetDateTime;

const PROXY: &str = "http://proxy.example:3128";

/// The address of the proxy for `target` in an environment of these variables.
fn proxy_for(variables: &[(&str, &str)], target: &str) -> Option<Uri> {
    let target = target.parse().unwrap();
    of_environment(variables).unwrap().for_target(&target).map(|proxy| proxy.uri().clone())
}

fn of_environment(variables: &[(&str, &str)]) -> Result<Proxies, InvalidProxy> {
    Proxies::from_environment(&Environment(variables))
}

struct Environment<'a>(&'a [(&'a str, &'a str)]);

impl Host for Environment<'_> {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        let found = self.0.iter().find(|(variable, _)| *variable == name);
        Ok(found.map(|(_, value)| (*value).to_owned()))
    }

    fn now(&self) -> Now {
        Now::new(OffsetDateTime::UNIX_EPOCH, Duration::ZERO)
    }

    fn seed(&self) -> u64 {
        0
    }
}

/// Whether `NO_PROXY` with this list leaves `host` out.
fn is_skipped(list: &str, host: &str) -> bool {
    proxy_for(&[("ALL_PROXY", PROXY), ("NO_PROXY", list)], &format!("https://{host}/")).is_none()
}

#[test]
fn each_scheme_has_a_variable_of_its_own() {
    let other = ("ALL_PROXY", "http://other.example");
    for (scheme, names) in
        [("http", ["HTTP_PROXY", "http_proxy"]), ("https", ["HTTPS_PROXY", "https_proxy"])]
    {
        let target = format!("{scheme}://sts.example/");
        for name in names {
            assert_eq!(proxy_for(&[(name, PROXY)], &target).unwrap(), "http://proxy.example:3128/");
            assert_eq!(
                proxy_for(&[other, (name, PROXY)], &target).unwrap().host(),
                Some("proxy.example"),
            );
            assert_eq!(
                proxy_for(&[other, (name, "")], &target).unwrap().host(),
                Some("other.example"),
            );
        }
    }
    assert_eq!(proxy_for(&[("HTTP_PROXY", PROXY)], "https://sts.example/"), None);
    assert_eq!(proxy_for(&[("HTTPS_PROXY", PROXY)], "http://sts.example/"), None);
    assert_eq!(proxy_for(&[], "https://sts.example/"), None);
}

#[test]
fn capitals_go_first() {
    let variables = [("https_proxy", "http://other.example"), ("HTTPS_PROXY", PROXY)];
    let proxy = proxy_for(&variables, "https://sts.example/").unwrap();
    assert_eq!(proxy.host(), Some("proxy.example"));
    let variables =
        [("ALL_PROXY", PROXY), ("NO_PROXY", "other.example"), ("no_proxy", "sts.example")];
    assert!(proxy_for(&variables, "https://sts.example/").is_some());
}

#[test]
fn what_is_empty_is_not_set() {
    let variables =
        [("ALL_PROXY", ""), ("all_proxy", PROXY), ("NO_PROXY", ""), ("no_proxy", "a.example")];
    assert!(proxy_for(&variables, "https://sts.example/").is_some());
    assert!(proxy_for(&variables, "https://a.example/").is_none());
}

#[test]
fn a_cgi_program_is_left_alone() {
    let variables = [("HTTP_PROXY", PROXY), ("REQUEST_METHOD", "")];
    assert_eq!(proxy_for(&variables, "http://sts.example/"), None);
}

#[test]
fn all_but_the_host_can_be_left_out() {
    for (url, address) in [
        ("proxy.example", "http://proxy.example:80/"),
        ("proxy.example:3128", "http://proxy.example:3128/"),
        ("HTTP://proxy.example/", "http://proxy.example:80/"),
        ("http://[::1]:3128/", "http://[::1]:3128/"),
        ("http://proxy.example:0080", "http://proxy.example:80/"),
        ("http://[::1]", "http://[::1]:80/"),
        ("user@proxy.example", "http://proxy.example:80/"),
    ] {
        let proxies = Proxies::all(url).unwrap();
        let proxy = proxies.for_target(&Uri::from_static("https://sts.example/")).unwrap();
        assert_eq!(proxy.uri(), address, "{url}");
    }
}

#[test]
fn credentials_are_decoded_and_not_printed() {
    for (user_info, user, password) in [
        ("planted:p%40ss%3Aword", "planted", "p@ss:word"),
        ("planted", "planted", ""),
        (":planted", "", "planted"),
        ("planted:with:colon", "planted", "with:colon"),
        ("planted@corp:planted", "planted@corp", "planted"),
    ] {
        let proxies = Proxies::all(&format!("http://{user_info}@proxy.example")).unwrap();
        let proxy = proxies.for_target(&Uri::from_static("http://sts.example/")).unwrap();
        let (seen_user, seen_password) = proxy.credentials().unwrap();
        assert_eq!((seen_user.expose_secret(), seen_password.expose_secret()), (user, password));
        assert!(!format!("{proxies:?} {proxy:?}").contains("planted"));
        assert!(!proxy.uri().to_string().contains("planted"));
    }
}

#[test]
fn an_error_tells_the_variable_and_not_its_value() {
    for url in [
        "http://",
        "/planted",
        "http://a:planted@host:port",
        "http://a:planted@host:0",
        "http://a:planted@host:99999",
        "http://a:12/planted@host",
        "http://host/?planted",
        "http://planted%3Aplanted@host",
        "http://a:planted%00@host",
        "http://a:planted%ff@host",
        "http://a:planted/@host",
        "socks5://planted:1",
        "https://planted",
    ] {
        let error = Proxies::all(url).unwrap_err();
        assert_eq!(error.variable(), None);
        assert!(error.to_string().starts_with("the URL names no proxy"), "{error}");
        assert!(!format!("{error} {error:?}").contains("planted"));

        let error = of_environment(&[("https_proxy", url)]).unwrap_err();
        assert_eq!(error.variable(), Some("https_proxy"));
        assert!(error.to_string().starts_with("https_proxy names no proxy"), "{error}");
        assert!(!format!("{error} {error:?}").contains("planted"));
    }
    assert!(Proxies::all("").is_err());
}

#[test]
fn a_name_is_skipped_with_all_names_below_it() {
    for (list, host) in [
        ("sts.example", "sts.example"),
        ("STS.example", "sts.EXAMPLE"),
        ("example", "sts.example"),
        (".example", "sts.example"),
        (".sts.example", "sts.example"),
        ("a.example , sts.example", "sts.example"),
        ("a.example\tsts.example  b.example", "sts.example"),
        ("sts.example", "sts.example."),
        ("*", "sts.example"),
        ("a.example,*", "127.0.0.1"),
    ] {
        assert!(is_skipped(list, host), "{list} {host}");
    }
    for (list, host) in [
        ("", "sts.example"),
        (",,", "sts.example"),
        (".", "sts.example"),
        ("ts.example", "sts.example"),
        ("a.sts.example", "sts.example"),
        ("*.example", "sts.example"),
        ("1", "10.0.0.1"),
        ("0.0.1", "10.0.0.1"),
    ] {
        assert!(!is_skipped(list, host), "{list} {host}");
    }
}

#[test]
fn an_address_is_skipped_as_itself_or_in_a_network() {
    for (list, host) in [
        ("10.0.0.1", "10.0.0.1"),
        ("10.0.0.0/8", "10.255.0.1"),
        ("10.0.0.7/32", "10.0.0.7"),
        ("0.0.0.0/0", "10.0.0.1"),
        ("::1", "[::1]"),
        ("[::1]", "[0:0::1]"),
        ("fd00::/8", "[fd12::1]"),
        ("::/0", "[fd12::1]"),
    ] {
        assert!(is_skipped(list, host), "{list} {host}");
    }
    for (list, host) in [
        ("10.0.0.1", "10.0.0.2"),
        ("10.0.0.0/8", "11.0.0.1"),
        ("10.0.0.0/33", "10.0.0.1"),
        ("10.0.0.0/", "10.0.0.1"),
        ("0.0.0.0/0", "[::1]"),
        ("::/0", "10.0.0.1"),
        ("10.0.0.0/8", "10.example"),
    ] {
        assert!(!is_skipped(list, host), "{list} {host}");
    }
}

/// As bits, one after another.
fn bits(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => format!("{:032b}", address.to_bits()),
        IpAddr::V6(address) => format!("{:0128b}", address.to_bits()),
    }
}

proptest! {
    #[test]
    fn no_text_is_a_panic(url: String, list: String, host in "[a-z0-9.]{1,20}|\\[[0-9a-f:]{2,30}\\]") {
        let _ = Proxies::all(&url);
        let _ = of_environment(&[("ALL_PROXY", &url), ("NO_PROXY", &list)]);
        if let Ok(target) = format!("https://{host}/").parse::<Uri>() {
            let variables = [("ALL_PROXY", PROXY), ("NO_PROXY", list.as_str())];
            let _ = of_environment(&variables).unwrap().for_target(&target);
        }
    }

    #[test]
    fn a_network_is_what_begins_with_the_same_bits(
        (ours, theirs, prefix) in prop_oneof![
            (any::<Ipv4Addr>(), any::<u32>(), 0..=32_usize).prop_map(|(ours, other, prefix)| {
                let theirs = ours.to_bits() ^ other.checked_shr(other % 40).unwrap_or(0);
                (IpAddr::from(ours), IpAddr::from(Ipv4Addr::from_bits(theirs)), prefix)
            }),
            (any::<Ipv6Addr>(), any::<u128>(), 0..=128_usize).prop_map(|(ours, other, prefix)| {
                let shift = u32::try_from(other % 140).unwrap();
                let theirs = ours.to_bits() ^ other.checked_shr(shift).unwrap_or(0);
                (IpAddr::from(ours), IpAddr::from(Ipv6Addr::from_bits(theirs)), prefix)
            }),
        ],
    ) {
        let host = if theirs.is_ipv6() { format!("[{theirs}]") } else { theirs.to_string() };
        let is_within = bits(theirs).starts_with(&bits(ours)[..prefix]);
        prop_assert_eq!(is_skipped(&format!("{ours}/{prefix}"), &host), is_within);
    }
}
