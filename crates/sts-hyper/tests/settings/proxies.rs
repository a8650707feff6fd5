//! Which proxy it is. What goes through it is the business of `sts-conformance`.

use std::process::Command;

use sts_hyper::HyperTransport;

use crate::send;
use crate::server::serve_once;

const VARIABLES: [&str; 9] = [
    "ALL_PROXY",
    "all_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
    "REQUEST_METHOD",
];
/// What the test that runs itself again is to do.
const TARGET: &str = "STS_TEST_TARGET";
/// A host without an address, and that no resolver asks for: its label is too long for DNS.
const HOST: &str =
    "this-label-has-more-than-the-sixty-three-letters-that-dns-can-hold-in-one.invalid";
const SETTING: &str = "STS_TEST_PROXY";

/// Whether a request for `target` goes through the proxy in an environment of these variables, in
/// which PROXY stands for its address. It can go nowhere else.
fn goes_through_a_proxy(variables: &[(&str, &str)], setting: Option<&str>, target: &str) -> bool {
    let proxy = serve_once("through the proxy");
    let address = proxy.url().replace("http://", "").replace('/', "");
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "proxies::the_environment_names_the_proxy"]).env(TARGET, target);
    for name in VARIABLES {
        command.env_remove(name);
    }
    for (name, value) in variables {
        command.env(name, value.replace("PROXY", &address));
    }
    if let Some(setting) = setting {
        command.env(SETTING, setting.replace("PROXY", &address));
    }
    let is_through = command.output().unwrap().status.success();
    if !is_through {
        // It still waits.
        let url = format!("http://{address}/");
        send(&HyperTransport::builder().no_proxy().build().unwrap(), &url).unwrap();
    }
    proxy.join();
    is_through
}

/// The test that runs itself again, since a process has one environment.
fn send_through_a_proxy(target: &str) {
    let mut builder = HyperTransport::builder();
    match std::env::var(SETTING) {
        Ok(none) if none.is_empty() => builder = builder.no_proxy(),
        Ok(url) => builder = builder.proxy(&url),
        Err(_) => {}
    }
    let response = send(&builder.build().unwrap(), target).unwrap();
    assert_eq!(response.body().as_ref(), b"through the proxy");
}

#[test]
fn the_environment_names_the_proxy() {
    if let Ok(target) = std::env::var(TARGET) {
        return send_through_a_proxy(&target);
    }
    let through = |variables: &[_], target| {
        assert!(goes_through_a_proxy(variables, None, target), "{variables:?} {target}");
    };
    let past = |variables: &[_], target| {
        assert!(!goes_through_a_proxy(variables, None, target), "{variables:?} {target}");
    };
    let target = &*format!("http://{HOST}/");
    past(&[], target);
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        through(&[(name, "http://PROXY")], target);
        through(&[(name, "http://user:p%40ss@PROXY/")], target);
        through(&[(name, "PROXY")], target);
        past(&[(name, "http://PROXY"), ("REQUEST_METHOD", "GET")], target);
        past(&[(name, "socks5://PROXY")], target);
    }
    for name in ["https_proxy", "HTTPS_PROXY"] {
        past(&[(name, "http://PROXY")], target);
    }
    through(&[("ALL_PROXY", "http://127.0.0.1:1"), ("HTTP_PROXY", "http://PROXY")], target);
    through(&[("HTTP_PROXY", ""), ("ALL_PROXY", "http://PROXY")], target);

    let proxy = ("ALL_PROXY", "http://PROXY");
    let (below, list) = (format!(".{HOST}"), format!("a.example, {HOST}"));
    for skipped in [HOST, &below, "invalid", &list, "*", "a,*"] {
        for name in ["NO_PROXY", "no_proxy"] {
            past(&[proxy, (name, skipped)], target);
        }
    }
    for skipped in ["", "get.invalid", "10.0.0.0/8", "a.invalid", "invalid.example"] {
        through(&[proxy, ("NO_PROXY", skipped)], target);
    }
    // Nobody listens at these, but for the proxy.
    for skipped in ["127.0.0.9", "127.0.0.0/8", "10.0.0.1, 127.0.0.9"] {
        past(&[proxy, ("NO_PROXY", skipped)], "http://127.0.0.9:1/");
    }
    for skipped in ["127.0.0.8", "10.0.0.0/8"] {
        through(&[proxy, ("NO_PROXY", skipped)], "http://127.0.0.9:1/");
    }
}

#[test]
fn a_setting_is_stronger_than_the_environment() {
    let target = &*format!("http://{HOST}/");
    let nobody = ("ALL_PROXY", "http://127.0.0.1:1");
    assert!(goes_through_a_proxy(&[nobody], Some("http://PROXY"), target));
    assert!(goes_through_a_proxy(&[("NO_PROXY", "*")], Some("http://PROXY"), target));
    assert!(!goes_through_a_proxy(&[("ALL_PROXY", "http://PROXY")], Some(""), target));
}

#[test]
fn what_is_no_proxy_is_reported_without_its_password() {
    for url in [
        "",
        "http://",
        "/planted",
        "http://user:planted@host:port",
        "https://user:planted@127.0.0.1:1",
        "socks5://user:planted@127.0.0.1:1",
    ] {
        let builder = HyperTransport::builder().proxy(url);
        let error = builder.build().unwrap_err();
        assert!(error.to_string().contains("proxy"), "{error}");
        assert!(!format!("{error} {error:?}").contains("planted"), "{error:?}");
    }
}

#[test]
fn a_password_is_not_printed() {
    let builder = HyperTransport::builder().proxy("http://planted:planted@127.0.0.1:1");
    let shown = format!("{builder:#?} {:#?}", builder.clone().build().unwrap());
    assert!(!shown.contains("planted"), "{shown}");
}
