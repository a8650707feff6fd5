//! Which proxy it is. What goes through it is the business of `sts-conformance`.

use std::process::Command;

use crate::server::serve_once;
use crate::stacks::{Settings, Stack, for_each_stack};

for_each_stack! {
    the_environment_names_the_proxy,
    a_setting_is_stronger_than_the_environment,
    what_is_no_proxy_is_reported_without_its_password,
    a_password_is_not_printed,
}

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
fn goes_through_a_proxy(
    stack: &Stack,
    variables: &[(&str, &str)],
    setting: Option<&str>,
    target: &str,
) -> bool {
    let proxy = serve_once("through the proxy");
    let address = proxy.url().replace("http://", "").replace('/', "");
    let mut command = Command::new(std::env::current_exe().unwrap());
    let test = format!("proxies::{}::the_environment_names_the_proxy", stack.name);
    command.args(["--exact", &test]).env(TARGET, target);
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
        let direct = stack.built(&Settings { no_proxy: true, ..Settings::default() });
        direct.send(&url).unwrap();
    }
    proxy.join();
    is_through
}

/// The test that runs itself again, since a process has one environment.
fn send_through_a_proxy(stack: &Stack, target: &str) {
    let setting = std::env::var(SETTING);
    let settings = Settings {
        no_proxy: setting.as_deref() == Ok(""),
        proxy: setting.as_deref().ok().filter(|url| !url.is_empty()),
        ..Settings::default()
    };
    let response = stack.built(&settings).send(target).unwrap();
    assert_eq!(response.body().as_ref(), b"through the proxy");
}

fn the_environment_names_the_proxy(stack: &Stack) {
    if let Ok(target) = std::env::var(TARGET) {
        return send_through_a_proxy(stack, &target);
    }
    let through = |variables: &[_], target| {
        assert!(goes_through_a_proxy(stack, variables, None, target), "{variables:?} {target}");
    };
    let past = |variables: &[_], target| {
        assert!(!goes_through_a_proxy(stack, variables, None, target), "{variables:?} {target}");
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

fn a_setting_is_stronger_than_the_environment(stack: &Stack) {
    let target = &*format!("http://{HOST}/");
    let nobody = ("ALL_PROXY", "http://127.0.0.1:1");
    assert!(goes_through_a_proxy(stack, &[nobody], Some("http://PROXY"), target));
    assert!(goes_through_a_proxy(stack, &[("NO_PROXY", "*")], Some("http://PROXY"), target));
    assert!(!goes_through_a_proxy(stack, &[("ALL_PROXY", "http://PROXY")], Some(""), target));
}

fn what_is_no_proxy_is_reported_without_its_password(stack: &Stack) {
    for url in [
        "",
        "http://",
        "/planted",
        "http://user:planted@host:port",
        "https://user:planted@127.0.0.1:1",
        "socks5://user:planted@127.0.0.1:1",
    ] {
        let settings = Settings { proxy: Some(url), ..Settings::default() };
        let error = (stack.build)(&settings).err().unwrap();
        assert!(error.to_string().contains("proxy"), "{error}");
        assert!(!format!("{error} {error:?}").contains("planted"), "{error:?}");
    }
}

fn a_password_is_not_printed(stack: &Stack) {
    let proxy = Some("http://planted:planted@127.0.0.1:1");
    let shown = stack.built(&Settings { proxy, ..Settings::default() }).shown;
    assert!(!shown.contains("planted"), "{shown}");
}
