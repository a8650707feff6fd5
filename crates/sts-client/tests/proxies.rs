//! Proxy selection.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::{StatusCode, Uri};
use proptest::prelude::*;
use sts_client::transport::{
    Progress, Proxies, Proxy, ProxyError, TransportError, TransportErrorKind,
};
use sts_client::{Environment, InvalidVariable};

const PROXY: &str = "http://proxy.example:3128";

/// Returns the address of the proxy for `target` in an environment of these variables.
fn proxy_for(variables: &[(&str, &str)], target: &str) -> Option<Uri> {
    used(variables, target).unwrap().map(|proxy| proxy.uri().clone())
}

/// Returns the proxy for `target` in an environment of these variables.
fn used(variables: &[(&str, &str)], target: &str) -> Result<Option<Proxy>, ProxyError> {
    let target = target.parse().unwrap();
    Ok(Proxies::from_environment(&Variables(variables)).for_target(&target)?.cloned())
}

/// Returns the proxy that the program sets, for an https target.
fn given(url: &str) -> Proxy {
    let proxies = Proxies::all(url).unwrap();
    proxies.for_target(&Uri::from_static("https://sts.example/")).unwrap().unwrap().clone()
}

/// The value of a variable that is not valid UTF-8.
const NOT_TEXT: &str = "not text";

struct Variables<'a>(&'a [(&'a str, &'a str)]);

impl Environment for Variables<'_> {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        let found = self.0.iter().find(|(variable, _)| *variable == name);
        match found {
            Some((_, value)) if *value == NOT_TEXT => Err(InvalidVariable::new(name)),
            _ => Ok(found.map(|(_, value)| (*value).to_owned())),
        }
    }
}

/// Whether `host` bypasses the proxy if `NO_PROXY` has this value.
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
fn upper_case_variables_take_precedence() {
    let variables = [("https_proxy", "http://other.example"), ("HTTPS_PROXY", PROXY)];
    let proxy = proxy_for(&variables, "https://sts.example/").unwrap();
    assert_eq!(proxy.host(), Some("proxy.example"));
    let variables =
        [("ALL_PROXY", PROXY), ("NO_PROXY", "other.example"), ("no_proxy", "sts.example")];
    assert!(proxy_for(&variables, "https://sts.example/").is_some());
}

#[test]
fn an_empty_variable_counts_as_unset() {
    for empty in ["", " ", "\t\r\n"] {
        let variables = [
            ("ALL_PROXY", empty),
            ("all_proxy", PROXY),
            ("NO_PROXY", empty),
            ("no_proxy", "a.example"),
        ];
        assert!(proxy_for(&variables, "https://sts.example/").is_some());
        assert!(proxy_for(&variables, "https://a.example/").is_none());
    }
}

#[test]
fn white_space_around_a_value_is_ignored() {
    for url in
        [" http://proxy.example:3128", "http://proxy.example:3128/\n", "\tproxy.example:3128 "]
    {
        let variables = [("HTTPS_PROXY", url), ("NO_PROXY", " a.example\r\n")];
        let proxy = proxy_for(&variables, "https://sts.example/").unwrap();
        assert_eq!(proxy, "http://proxy.example:3128/", "{url:?}");
        assert!(proxy_for(&variables, "https://a.example/").is_none());
        assert_eq!(*given(url).uri(), proxy);
    }
}

#[test]
fn only_a_proxy_that_would_be_used_is_validated() {
    for bad in ["socks://127.0.0.1:7891", "https://proxy.example", "http://", "http://host:port"] {
        let variables = [("all_proxy", bad), ("HTTP_PROXY", PROXY), ("HTTPS_PROXY", PROXY)];
        assert!(proxy_for(&variables, "https://sts.example/").is_some());
        assert!(proxy_for(&variables, "http://sts.example/").is_some());

        let variables = [("HTTPS_PROXY", bad), ("ALL_PROXY", PROXY), ("NO_PROXY", "a.example")];
        let error = used(&variables, "https://sts.example/").unwrap_err();
        assert_eq!(error.variable(), Some("HTTPS_PROXY"));
        for target in [
            "http://sts.example/",
            "https://a.example/",
            "https://127.0.0.1/",
            "https://169.254.169.254/",
        ] {
            assert!(used(&variables, target).is_ok(), "{bad} {target}");
        }
    }
}

#[test]
fn a_variable_that_is_not_utf8_is_an_error_where_it_would_be_used() {
    for variables in [
        [("https_proxy", NOT_TEXT), ("ALL_PROXY", PROXY)],
        [("ALL_PROXY", NOT_TEXT), ("all_proxy", PROXY)],
        [("NO_PROXY", NOT_TEXT), ("ALL_PROXY", PROXY)],
    ] {
        let error = used(&variables, "https://sts.example/").unwrap_err();
        assert_eq!(error.to_string(), format!("{}: not valid UTF-8", variables[0].0));
        assert_eq!(proxy_for(&variables, "https://localhost/"), None);
    }
    let variables = [("ALL_PROXY", NOT_TEXT), ("HTTPS_PROXY", PROXY)];
    assert!(proxy_for(&variables, "https://sts.example/").is_some());
    assert_eq!(proxy_for(&[("NO_PROXY", NOT_TEXT)], "https://sts.example/"), None);
}

#[test]
fn a_cgi_program_ignores_proxy_variables() {
    let variables = [("HTTP_PROXY", PROXY), ("REQUEST_METHOD", "")];
    assert_eq!(proxy_for(&variables, "http://sts.example/"), None);
}

#[test]
fn only_the_host_is_required() {
    for (url, address) in [
        ("proxy.example", "http://proxy.example:80/"),
        ("proxy.example:3128", "http://proxy.example:3128/"),
        ("HTTP://proxy.example/", "http://proxy.example:80/"),
        ("http://[::1]:3128/", "http://[::1]:3128/"),
        ("http://proxy.example:0080", "http://proxy.example:80/"),
        ("http://[::1]", "http://[::1]:80/"),
        ("user@proxy.example", "http://proxy.example:80/"),
    ] {
        assert_eq!(given(url).uri(), address, "{url}");
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
        let proxy = given(&format!("http://{user_info}@proxy.example"));
        let (seen_user, seen_password) = proxy.credentials().unwrap();
        assert_eq!((seen_user.expose_secret(), seen_password.expose_secret()), (user, password));
        assert!(!format!("{proxy:?}").contains("planted"));
        assert!(!proxy.uri().to_string().contains("planted"));
    }
}

#[test]
fn an_invalid_url_is_an_error_that_names_the_variable_and_not_its_value() {
    for (url, problem) in [
        ("http://", "invalid proxy URL"),
        ("http://:3128", "invalid proxy URL"),
        ("/planted", "invalid proxy URL"),
        ("http://a:planted@host:port", "invalid proxy URL"),
        ("http://a:planted@host:0", "invalid proxy URL"),
        ("http://a:planted@host:99999", "invalid proxy URL"),
        ("http://a:12/planted@host", "invalid proxy URL"),
        ("http://host/?planted", "invalid proxy URL"),
        ("http://planted%3Aplanted@host", "invalid proxy URL"),
        ("http://a:planted%00@host", "invalid proxy URL"),
        ("http://a:planted%ff@host", "invalid proxy URL"),
        ("http://a:planted/@host", "invalid proxy URL"),
        ("a:planted://host", "invalid proxy URL"),
        ("socks5://planted:1", "unsupported proxy scheme socks5"),
        ("SOCKS://planted:1", "unsupported proxy scheme socks"),
        ("https://planted", "unsupported proxy scheme https"),
    ] {
        let error = Proxies::all(url).unwrap_err();
        assert_eq!(error.variable(), None);
        let expected = format!("{problem}, expected http://user:password@host:port");
        assert_eq!(error.to_string(), expected, "{url}");
        assert!(!format!("{error:?}").contains("planted"));

        let error = used(&[("https_proxy", url)], "https://sts.example/").unwrap_err();
        assert_eq!(error.variable(), Some("https_proxy"));
        assert_eq!(error.to_string(), format!("https_proxy: {expected}"));
        assert!(!format!("{error:?}").contains("planted"));
        let error = TransportError::of_proxy(error, Progress::NotSent);
        assert_eq!(error.kind(), TransportErrorKind::Proxy);
        assert_eq!(
            error.to_string(),
            format!("https_proxy: {expected} (the request was not sent)")
        );
    }
    assert!(Proxies::all("").is_err());
}

#[test]
fn a_rejection_names_the_proxy_its_status_and_the_variable() {
    let url = "http://planted:planted@proxy.example:3128";
    let from_variable = used(&[("HTTPS_PROXY", url)], "https://sts.example/").unwrap().unwrap();
    for (proxy, origin, variable) in [
        (from_variable, "from HTTPS_PROXY", Some("HTTPS_PROXY")),
        (given(url), "given to the builder", None),
    ] {
        for (status, kind) in [
            (StatusCode::PROXY_AUTHENTICATION_REQUIRED, TransportErrorKind::Proxy),
            (StatusCode::FORBIDDEN, TransportErrorKind::Proxy),
            (StatusCode::METHOD_NOT_ALLOWED, TransportErrorKind::Proxy),
            (StatusCode::FOUND, TransportErrorKind::Proxy),
            (StatusCode::BAD_GATEWAY, TransportErrorKind::Connect),
            (StatusCode::SERVICE_UNAVAILABLE, TransportErrorKind::Connect),
        ] {
            let error = TransportError::of_proxy(proxy.refused(status), Progress::NotSent);
            let shown = error.to_string();
            let expected = format!(
                "proxy proxy.example:3128 ({origin}) refused the request with status {status}"
            );
            assert!(shown.starts_with(&expected), "{shown}");
            assert!(!format!("{error} {error:?} {error:#?}").contains("planted"));
            assert_eq!(error.kind(), kind);
            let cause = error.proxy().unwrap();
            assert_eq!(cause.proxy(), Some("proxy.example:3128"));
            assert_eq!((cause.status(), cause.variable()), (Some(status), variable));
            assert!(std::error::Error::source(&error).is_none(), "Display includes it");
        }
    }
}

/// Hosts on this machine or its link, in every spelling that resolvers accept.
const LOCAL: [&str; 18] = [
    "localhost",
    "LocalHost.",
    "sts.localhost",
    "a.b.LOCALHOST.",
    "127.0.0.1",
    "127.255.0.9",
    "127.0.0.1.",
    "127.1",
    "0x7f.1",
    "0x7F000001",
    "0177.0.0.1",
    "2130706433",
    "0.0.0.0",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
];
const LINK_LOCAL: [&str; 12] = [
    "169.254.169.254",
    "169.254.169.254.",
    "169.254.0.1",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "169.254.43518",
    "[fe80::1]",
    "[FEBF::1:2]",
    "[::ffff:169.254.169.254]",
    "[fd00:ec2::254]",
    "[fd00:0ec2::23]",
];

#[test]
fn a_link_local_target_is_direct_regardless_of_the_origin_of_the_proxy() {
    let given = Proxies::all(PROXY).unwrap();
    for host in LINK_LOCAL {
        for scheme in ["http", "https"] {
            for port in ["", ":80", ":1338"] {
                let target = format!("{scheme}://{host}{port}/latest");
                assert_eq!(proxy_for(&[("ALL_PROXY", PROXY)], &target), None, "{target}");
                assert!(given.for_target(&target.parse().unwrap()).unwrap().is_none(), "{target}");
            }
        }
    }
}

#[test]
fn a_target_on_this_machine_is_direct_unless_the_program_sets_the_proxy() {
    let given = Proxies::all(PROXY).unwrap();
    for host in LOCAL {
        for scheme in ["http", "https"] {
            let target = format!("{scheme}://{host}:1/");
            for name in ["ALL_PROXY", "all_proxy", "HTTP_PROXY", "https_proxy"] {
                assert_eq!(proxy_for(&[(name, PROXY)], &target), None, "{name} {target}");
            }
            assert!(given.for_target(&target.parse().unwrap()).unwrap().is_some(), "{target}");
        }
    }
}

#[test]
fn other_targets_are_not_treated_as_local() {
    for host in [
        "localhost.example",
        "notlocalhost",
        "localhost.localdomain",
        "127.0.0.1.example",
        "169.254.169.254.nip.io",
        "128.0.0.1",
        "169.253.255.255",
        "169.255.0.0",
        "2130706433.example",
        "10.0.0.1",
        "[fec0::1]",
        "[fd00:ec3::1]",
        "[2001:db8::1]",
        "[::ffff:10.0.0.1]",
    ] {
        let target = format!("http://{host}/");
        assert!(proxy_for(&[("ALL_PROXY", PROXY)], &target).is_some(), "{target}");
    }
}

#[test]
fn a_name_is_excluded_with_all_names_below_it() {
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
        ("*.", "sts.example"),
        ("**", "sts.example"),
        ("ts.example", "sts.example"),
        ("a.sts.example", "sts.example"),
        ("1", "10.0.0.1"),
        ("0.0.1", "10.0.0.1"),
    ] {
        assert!(!is_skipped(list, host), "{list} {host}");
    }
}

#[test]
fn names_below_a_name_are_excluded_without_itself() {
    for host in ["sts.example", "a.b.sts.EXAMPLE.", "sts.example:8443"] {
        for list in ["*.example", "*.EXAMPLE.", "a,*.example"] {
            assert!(is_skipped(list, host), "{list} {host}");
        }
    }
    for (list, host) in [
        ("*.example", "example"),
        ("*.sts.example", "sts.example"),
        ("*.ts.example", "sts.example"),
        ("*sts.example", "sts.example"),
        ("sts.*", "sts.example"),
        ("*.0.0.1", "10.0.0.1"),
    ] {
        assert!(!is_skipped(list, host), "{list} {host}");
    }
}

#[test]
fn a_port_is_excluded_alone() {
    for (list, host) in [
        ("sts.example:8443", "sts.example:8443"),
        ("sts.example:443", "sts.example"),
        ("sts.example:443", "sts.example:443"),
        ("example:8443", "sts.example:8443"),
        (".example:8443", "sts.example:8443"),
        ("*.example:8443", "sts.example:8443"),
        ("sts.example:", "sts.example:8443"),
        ("10.0.0.1:8443", "10.0.0.1:8443"),
        ("10.0.0.1:443", "10.0.0.1"),
        ("[2001:db8::1]:8443", "[2001:db8:0::1]:8443"),
        ("*:8443", "sts.example:8443"),
        ("a.example, sts.example:8443 ,b.example", "sts.example:8443"),
    ] {
        assert!(is_skipped(list, host), "{list} {host}");
    }
    for (list, host) in [
        ("sts.example:8443", "sts.example"),
        ("sts.example:80", "sts.example"),
        ("sts.example:443", "sts.example:8443"),
        ("*.example:443", "sts.example:8443"),
        ("10.0.0.1:443", "10.0.0.1:8443"),
        ("[2001:db8::1]:443", "[2001:db8::1]:8443"),
        ("*:443", "sts.example:8443"),
        ("sts.example:https", "sts.example"),
        ("sts.example:99999", "sts.example"),
        ("http://sts.example", "sts.example"),
    ] {
        assert!(!is_skipped(list, host), "{list} {host}");
    }
    let variables = [("ALL_PROXY", PROXY), ("NO_PROXY", "sts.example:80")];
    assert_eq!(proxy_for(&variables, "http://sts.example/"), None);
}

#[test]
fn an_address_is_excluded_as_itself_or_in_a_network() {
    for (list, host) in [
        ("10.0.0.1", "10.0.0.1"),
        ("10.0.0.0/8", "10.255.0.1"),
        ("10.0.0.7/32", "10.0.0.7"),
        ("0.0.0.0/0", "10.0.0.1"),
        ("2001:db8::1", "[2001:db8::1]"),
        ("[2001:db8::1]", "[2001:db8:0::1]"),
        ("10.0.0.0/8", "10.1"),
        ("10.0.0.0/8", "[::ffff:10.0.0.1]"),
        ("::ffff:10.0.0.0/104", "10.0.0.1"),
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
        ("0.0.0.0/0", "[2001:db8::1]"),
        ("::ffff:10.0.0.0/90", "10.0.0.1"),
        ("::/0", "10.0.0.1"),
        ("10.0.0.0/8", "10.example"),
    ] {
        assert!(!is_skipped(list, host), "{list} {host}");
    }
}

/// The bits of an address, from the most significant one.
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
        if let Ok(target) = format!("https://{host}/").parse::<Uri>() {
            for url in [PROXY, &url] {
                let variables = [("ALL_PROXY", url), ("NO_PROXY", list.as_str())];
                let _ = Proxies::from_environment(&Variables(&variables)).for_target(&target);
            }
        }
    }

    #[test]
    fn a_network_is_what_begins_with_the_same_bits(
        (ours, theirs, prefix) in prop_oneof![
            (any::<Ipv4Addr>(), any::<u32>(), 0..=32_usize).prop_map(|(ours, other, prefix)| {
                let theirs = ours.to_bits() ^ other.checked_shr(other % 40).unwrap_or(0);
                (IpAddr::from(ours), IpAddr::from(Ipv4Addr::from_bits(theirs)), prefix)
            }),
            (any::<u128>().prop_map(Ipv6Addr::from_bits), any::<u128>(), 0..=128_usize).prop_map(|(ours, other, prefix)| {
                let shift = u32::try_from(other % 140).unwrap();
                let theirs = ours.to_bits() ^ other.checked_shr(shift).unwrap_or(0);
                (IpAddr::from(ours), IpAddr::from(Ipv6Addr::from_bits(theirs)), prefix)
            }),
        ],
    ) {
        let host = if theirs.is_ipv6() { format!("[{theirs}]") } else { theirs.to_string() };
        // These bypass proxies regardless of the list.
        let reached = |list: &str| is_skipped(list, &host);
        prop_assume!(!reached("none.example"));
        let is_within = bits(theirs).starts_with(&bits(ours)[..prefix]);
        prop_assert_eq!(reached(&format!("{ours}/{prefix}")), is_within);
    }
}
