//! Targets that bypass proxies without a variable.

use sts_client::transport::Proxies;

use crate::{PROXY, proxy_for};

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
