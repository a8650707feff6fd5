use sts_providers::{EcsMetadata, PodIdentity};

#[test]
fn the_metadata_service_is_link_local_or_loopback_only() {
    for url in [
        "http://169.254.169.254",
        "http://169.254.0.1:8080/base",
        "http://[fe80::a9fe:a9fe]",
        "http://127.0.0.1:1",
        "http://[::1]:1",
        "http://localhost:1/",
        "https://127.0.0.1",
    ] {
        assert!(EcsMetadata::at(url).is_ok(), "{url}");
    }
    for url in [
        "http://10.0.0.1",
        "http://metadata.example",
        "https://metadata.example",
        "http://localhost.example",
        "http://127.0.0.1.example",
        "http://[fd00::254]",
        "http://[::ffff:10.0.0.1]",
        "http://0.0.0.0",
        "http://2130706433",
    ] {
        let error = EcsMetadata::at(url).unwrap_err();
        assert!(!error.is_not_configured());
        let complaint = "neither a link-local nor a loopback address";
        assert!(error.to_string().contains(complaint), "{url}: {error}");
    }
}

#[test]
fn a_pod_identity_agent_is_on_another_host_over_https_only() {
    for url in [
        "http://127.0.0.1/v1/credentials?x=y",
        "http://169.254.170.23/v1/credentials",
        "https://agent.example/v1/credentials",
        "https://10.0.0.1",
    ] {
        assert!(PodIdentity::new(url, "/token").is_ok(), "{url}");
    }
    for url in ["http://agent.example/secret-path", "http://10.0.0.1/secret-path"] {
        let error = PodIdentity::new(url, "/token").unwrap_err().to_string();
        assert!(error.contains("over plain http"), "{error}");
        assert!(!error.contains("secret-path"), "{error}");
    }
}

#[test]
fn an_invalid_address_is_reported() {
    for (url, complaint) in [
        ("", "is not a valid URL"),
        ("127.0.0.1", "has no scheme or no host"),
        ("/path", "has no scheme or no host"),
        ("http://secret:word@127.0.0.1", "must not contain user info"),
        ("http://169.254.169.254@evil.example", "must not contain user info"),
        ("http://127.0.0.1:port", "has an invalid port; expected 1 to 65535"),
        ("http://127.0.0.1:", "has an invalid port; expected 1 to 65535"),
        ("http://127.0.0.1:0", "has an invalid port; expected 1 to 65535"),
        ("http://127.0.0.1:99999", "has an invalid port; expected 1 to 65535"),
        ("ftp://127.0.0.1/secret", "has an unsupported scheme; use http or https"),
        ("unix://localhost/secret", "has an unsupported scheme; use http or https"),
    ] {
        for error in [
            EcsMetadata::at(url).unwrap_err().to_string(),
            PodIdentity::new(url, "/token").unwrap_err().to_string(),
        ] {
            assert!(error.contains(complaint), "{url}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
