//! The list in `NO_PROXY`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::Uri;
use proptest::prelude::*;
use sts_client::transport::Proxies;

use crate::{PROXY, Variables, proxy_for};

/// Whether `host` bypasses the proxy if `NO_PROXY` has this value.
fn is_skipped(list: &str, host: &str) -> bool {
    proxy_for(&[("ALL_PROXY", PROXY), ("NO_PROXY", list)], &format!("https://{host}/")).is_none()
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
