//! Selection of the proxy. The conformance suite tests the requests sent to it.

use std::error::Error;
use std::io::Write;
use std::process::Command;

use crate::server::{Server, accept, read_request, serve, serve_once};
use crate::stacks::{Settings, Stack, for_each_stack};

for_each_stack! {
    environment_selects_the_proxy,
    setting_takes_precedence_over_the_environment,
    local_target_bypasses_proxies_of_the_environment,
    invalid_variable_fails_the_exchange_that_uses_it,
    rejection_names_proxy_status_and_variable,
    invalid_setting_is_reported_without_its_password,
    password_is_not_printed,
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
/// Target of the request in the child process.
const TARGET: &str = "STS_TEST_TARGET";
/// A host that cannot be resolved. Its label is too long for DNS, so no resolver sends a query.
const HOST: &str =
    "this-label-has-more-than-the-sixty-three-letters-that-dns-can-hold-in-one.invalid";
/// TCP does not connect to multicast addresses, so no packet leaves the machine.
const MULTICAST: &str = "224.0.0.9:1";
const SETTING: &str = "STS_TEST_PROXY";

/// Prefix of the line with the outcome of the request.
const OUTCOME: &str = "OUTCOME ";

/// Sends a request to `target` with these environment variables and returns the body of the
/// response or the error. PROXY in a variable or the setting stands for the address of the proxy.
fn outcome<T>(
    stack: &Stack,
    proxy: &Server<T>,
    variables: &[(&str, &str)],
    setting: Option<&str>,
    target: &str,
) -> String {
    let address = proxy.url().replace("http://", "").replace('/', "");
    let mut command = Command::new(std::env::current_exe().unwrap());
    let test = format!("proxies::{}::environment_selects_the_proxy", stack.name);
    command.args(["--exact", &test, "--nocapture"]).env(TARGET, target);
    for name in VARIABLES {
        command.env_remove(name);
    }
    for (name, value) in variables {
        command.env(name, value.replace("PROXY", &address));
    }
    if let Some(setting) = setting {
        command.env(SETTING, setting.replace("PROXY", &address));
    }
    let output = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let outcome = output.split_once(OUTCOME).unwrap().1;
    outcome.lines().next().unwrap().to_owned()
}

/// Returns whether a request to `target` uses the proxy. The target itself is unreachable.
fn uses_proxy(
    stack: &Stack,
    variables: &[(&str, &str)],
    setting: Option<&str>,
    target: &str,
) -> bool {
    let proxy = serve_once("through the proxy");
    let is_through = outcome(stack, &proxy, variables, setting, target) == "through the proxy";
    if !is_through {
        // The server still waits for a request.
        let direct = stack.built(&Settings { no_proxy: true, ..Settings::default() });
        direct.send(&proxy.url()).unwrap();
    }
    proxy.join();
    is_through
}

/// Runs in a child process, because the environment is global.
fn send_and_print(stack: &Stack, target: &str) {
    let setting = std::env::var(SETTING);
    let settings = Settings {
        no_proxy: setting.as_deref() == Ok(""),
        proxy: setting.as_deref().ok().filter(|url| !url.is_empty()),
        ..Settings::default()
    };
    let outcome = match stack.built(&settings).send(target) {
        Ok(response) => String::from_utf8(response.body().as_ref().to_vec()).unwrap(),
        Err(error) => format!("{:?}: {error} {:?}", error.kind(), error.source()),
    };
    std::io::stdout().write_all(format!("\n{OUTCOME}{outcome}\n").as_bytes()).unwrap();
}

fn environment_selects_the_proxy(stack: &Stack) {
    if let Ok(target) = std::env::var(TARGET) {
        return send_and_print(stack, &target);
    }
    let through = |variables: &[_], target| {
        assert!(uses_proxy(stack, variables, None, target), "{variables:?} {target}");
    };
    let past = |variables: &[_], target| {
        assert!(!uses_proxy(stack, variables, None, target), "{variables:?} {target}");
    };
    let target = &*format!("http://{HOST}/");
    past(&[], target);
    for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        through(&[(name, "http://PROXY")], target);
        through(&[(name, "http://user:p%40ss@PROXY/")], target);
        through(&[(name, "PROXY")], target);
        past(&[(name, "http://PROXY"), ("REQUEST_METHOD", "GET")], target);
        through(&[(name, " http://PROXY\r\n")], target);
    }
    for name in ["https_proxy", "HTTPS_PROXY"] {
        past(&[(name, "http://PROXY")], target);
    }
    through(&[("ALL_PROXY", "http://127.0.0.1:1"), ("HTTP_PROXY", "http://PROXY")], target);
    through(&[("HTTP_PROXY", ""), ("ALL_PROXY", "http://PROXY")], target);
    through(&[("all_proxy", "socks://127.0.0.1:7891"), ("HTTP_PROXY", "http://PROXY")], target);

    let proxy = ("ALL_PROXY", "http://PROXY");
    let (below, list) = (format!(".{HOST}"), format!("a.example, {HOST}"));
    let (port, other_port) = (format!("{HOST}:80"), format!("{HOST}:443"));
    for skipped in [HOST, &below, "invalid", "*.invalid", &port, &list, "*", "a,*"] {
        for name in ["NO_PROXY", "no_proxy"] {
            past(&[proxy, (name, skipped)], target);
        }
    }
    for skipped in ["", "get.invalid", "10.0.0.0/8", "a.invalid", "*.a.invalid", &other_port] {
        through(&[proxy, ("NO_PROXY", skipped)], target);
    }
    let target = &format!("http://{MULTICAST}/");
    for skipped in ["224.0.0.9", "224.0.0.0/8", "10.0.0.1, 224.0.0.9:1"] {
        past(&[proxy, ("NO_PROXY", skipped)], target);
    }
    for skipped in ["224.0.0.8", "10.0.0.0/8", "224.0.0.9:2"] {
        through(&[proxy, ("NO_PROXY", skipped)], target);
    }
}

fn setting_takes_precedence_over_the_environment(stack: &Stack) {
    let target = &*format!("http://{HOST}/");
    let unreachable = ("ALL_PROXY", "http://127.0.0.1:1");
    assert!(uses_proxy(stack, &[unreachable], Some("http://PROXY"), target));
    assert!(uses_proxy(stack, &[("NO_PROXY", "*")], Some("http://PROXY"), target));
    assert!(!uses_proxy(stack, &[("ALL_PROXY", "http://PROXY")], Some(""), target));
}

fn local_target_bypasses_proxies_of_the_environment(stack: &Stack) {
    for value in ["http://127.0.0.1:1", "socks5://127.0.0.1:1", "http://"] {
        for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            let server = serve_once("direct");
            let (url, variables) = (server.url(), [(name, value), ("NO_PROXY", "a.example")]);
            let url =
                if name.contains("http") { url.replace("127.0.0.1", "LocalHost") } else { url };
            assert_eq!(outcome(stack, &server, &variables, None, &url), "direct", "{variables:?}");
            server.join();
        }
    }
}

fn invalid_variable_fails_the_exchange_that_uses_it(stack: &Stack) {
    let expected = "expected http://user:password@host:port (the request was not sent) None";
    for (value, problem) in [
        ("socks5://user:planted@127.0.0.1:1", "unsupported proxy scheme socks5"),
        ("https://user:planted@127.0.0.1:1", "unsupported proxy scheme https"),
        ("http://user:planted@host:port", "invalid proxy URL"),
    ] {
        for (name, scheme) in
            [("https_proxy", "https"), ("ALL_PROXY", "https"), ("HTTP_PROXY", "http")]
        {
            let unused = serve(|_| ());
            let target = format!("{scheme}://{MULTICAST}/");
            let outcome = outcome(stack, &unused, &[(name, value)], None, &target);
            assert_eq!(outcome, format!("Proxy: {name}: {problem}, {expected}"));
            unused.join();
        }
    }
}

/// A proxy that responds to one request with this status.
fn refusing(status: &'static str) -> Server<String> {
    serve(move |listener| {
        let mut connection = accept(listener);
        let request = read_request(&mut connection);
        let response = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        connection.write_all(response.as_bytes()).unwrap();
        request
    })
}

fn rejection_names_proxy_status_and_variable(stack: &Stack) {
    let url = "http://planted:planted@PROXY";
    for (status, kind) in [
        ("407 Proxy Authentication Required", "Proxy"),
        ("403 Forbidden", "Proxy"),
        ("400 Bad Request", "Proxy"),
        ("502 Bad Gateway", "Connect"),
    ] {
        for (variables, setting, origin) in [
            (vec![("HTTPS_PROXY", url)], None, "from HTTPS_PROXY"),
            (vec![("all_proxy", url)], None, "from all_proxy"),
            (vec![], Some(url), "given to the builder"),
        ] {
            let proxy = refusing(status);
            let target = format!("https://{MULTICAST}/");
            let outcome = outcome(stack, &proxy, &variables, setting, &target);
            let address = proxy.url().replace("http://", "").replace('/', "");
            let expected = format!(
                "{kind}: proxy {address} ({origin}) refused the request with status {status}"
            );
            assert!(outcome.starts_with(&expected), "{outcome}");
            assert!(outcome.ends_with("(the request was not sent) None"), "{outcome}");
            assert!(!outcome.contains("planted"), "{outcome}");
            assert!(proxy.join().starts_with("CONNECT "));
        }
    }
    let proxy = refusing("407 Proxy Authentication Required");
    let outcome = outcome(stack, &proxy, &[("http_proxy", url)], None, &format!("http://{HOST}/"));
    assert!(outcome.contains("(from http_proxy) refused the request with status 407"), "{outcome}");
    proxy.join();
}

fn invalid_setting_is_reported_without_its_password(stack: &Stack) {
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

fn password_is_not_printed(stack: &Stack) {
    let proxy = Some("http://planted:planted@127.0.0.1:1");
    let shown = stack.built(&Settings { proxy, ..Settings::default() }).shown;
    assert!(!shown.contains("planted"), "{shown}");
}
