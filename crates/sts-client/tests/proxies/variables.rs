//! Variables and URLs of proxies, and errors about them.

use http::StatusCode;
use sts_client::transport::{Progress, Proxies, TransportError, TransportErrorKind};

use crate::{NOT_TEXT, PROXY, given, proxy_for, used};

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
