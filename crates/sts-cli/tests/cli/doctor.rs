//! `sts doctor`.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use insta::assert_snapshot;
use sts_emulator::{Emulator, TestClock, builtin};
use time::OffsetDateTime;

use crate::support::{Cloud, Run, with_filters};

fn with_more_filters(check: impl FnOnce()) {
    with_filters(|| {
        let mut settings = insta::Settings::clone_current();
        settings.add_filter(r"\d+ root certificates", "N root certificates");
        settings.add_filter(r"\b\d s (ahead of|behind) the service", "N s from the service");
        settings.add_filter(r"\b30\d s", "300 s");
        settings.add_filter(r"\b120\d s", "1200 s");
        settings.bind(check);
    });
}

#[test]
fn it_finds_no_fault() {
    let cloud = Cloud::start();
    with_more_filters(|| {
        assert_snapshot!(cloud.run(&["doctor"]).snapshot(), @"
        exit code Some(0)
        ok    endpoint     http://127.0.0.1:PORT (from HUAWEICLOUD_SDK_STS_ENDPOINT)
        ok    proxy        none (the endpoint is on this machine or link-local)
        ok    dns          127.0.0.1 is an address
        ok    tcp          connected to 127.0.0.1:PORT in N ms
        ok    tls          not used: plain http on this machine
        ok    http         the service responds in N ms (status 404 to GET /)
        ok    clock        N s from the service
        ok    credentials  access key HSTAEMULATOR00000001 of provider environment, does not expire
        ok    permissions  you are iam::HEX:user:emulator
        ---
        ");
        assert_snapshot!(cloud.run(&["doctor", "--output", "json"]).snapshot(), @r#"
        exit code Some(0)
        [{"check":"endpoint","state":"ok","text":"http://127.0.0.1:PORT (from HUAWEICLOUD_SDK_STS_ENDPOINT)","remedy":null},{"check":"proxy","state":"ok","text":"none (the endpoint is on this machine or link-local)","remedy":null},{"check":"dns","state":"ok","text":"127.0.0.1 is an address","remedy":null},{"check":"tcp","state":"ok","text":"connected to 127.0.0.1:PORT in N ms","remedy":null},{"check":"tls","state":"ok","text":"not used: plain http on this machine","remedy":null},{"check":"http","state":"ok","text":"the service responds in N ms (status 404 to GET /)","remedy":null},{"check":"clock","state":"ok","text":"N s from the service","remedy":null},{"check":"credentials","state":"ok","text":"access key HSTAEMULATOR00000001 of provider environment, does not expire","remedy":null},{"check":"permissions","state":"ok","text":"you are iam::HEX:user:emulator","remedy":null}]
        ---
        "#);
    });
}

#[test]
fn missing_settings_and_wrong_credentials() {
    let cloud = Cloud::start();
    with_more_filters(|| {
        let mut command = cloud.bare();
        command.arg("doctor").env_remove("HUAWEICLOUD_SDK_STS_ENDPOINT");
        assert_snapshot!(Run::of(&mut command).snapshot(), @"
        exit code Some(1)
        fail  endpoint     missing endpoint: set HUAWEICLOUD_SDK_REGION_ID to a region, for example cn-north-4, or HUAWEICLOUD_SDK_STS_ENDPOINT to a URL
              help: pass --region or --endpoint
        skip  proxy        depends on endpoint
        skip  dns          depends on endpoint
        skip  tcp          depends on endpoint
        skip  tls          depends on endpoint
        skip  http         depends on endpoint
        skip  clock        depends on endpoint
        fail  credentials  no credential provider is configured
              help: run `sts providers` to see what each credential provider lacks
        skip  permissions  depends on http
        ---
        ");
        let without = Run::of(cloud.bare().arg("doctor"));
        assert_snapshot!(without.snapshot(), @"
        exit code Some(3)
        ok    endpoint     http://127.0.0.1:PORT (from HUAWEICLOUD_SDK_STS_ENDPOINT)
        ok    proxy        none (the endpoint is on this machine or link-local)
        ok    dns          127.0.0.1 is an address
        ok    tcp          connected to 127.0.0.1:PORT in N ms
        ok    tls          not used: plain http on this machine
        ok    http         the service responds in N ms (status 404 to GET /)
        ok    clock        N s from the service
        fail  credentials  no credential provider is configured
              help: run `sts providers` to see what each credential provider lacks
        skip  permissions  depends on credentials
        ---
        ");
        let wrong = Run::of(cloud.sts(&["doctor"]).env("HUAWEICLOUD_SDK_SK", "wrong-secret"));
        assert_snapshot!(wrong.snapshot(), @"
        exit code Some(1)
        ok    endpoint     http://127.0.0.1:PORT (from HUAWEICLOUD_SDK_STS_ENDPOINT)
        ok    proxy        none (the endpoint is on this machine or link-local)
        ok    dns          127.0.0.1 is an address
        ok    tcp          connected to 127.0.0.1:PORT in N ms
        ok    tls          not used: plain http on this machine
        ok    http         the service responds in N ms (status 404 to GET /)
        ok    clock        N s from the service
        ok    credentials  access key HSTAEMULATOR00000001 of provider environment, does not expire
        fail  permissions  GetCallerIdentity: credentials rejected: APIGW.0301: Incorrect IAM authentication information: verify aksk signature fail (HTTP status 401, request id HEX)
              help: check the access key and the secret key; do not repeat the call unchanged
        ---
        ");
    });
}

#[test]
fn the_first_failure_on_the_way_skips_the_rest() {
    let cloud = Cloud::start();
    with_more_filters(|| {
        let closed = cloud.run(&["doctor", "--endpoint", "http://127.0.0.1:9"]);
        assert_snapshot!(closed.snapshot(), @"
        exit code Some(1)
        ok    endpoint     http://127.0.0.1:PORT (from --endpoint)
        ok    proxy        none (the endpoint is on this machine or link-local)
        ok    dns          127.0.0.1 is an address
        fail  tcp          cannot connect to 127.0.0.1:PORT: Connection refused (os error 111)
              help: check the network and its firewall; in a network that needs a proxy, set HTTPS_PROXY
        skip  tls          depends on tcp
        skip  http         depends on tcp
        skip  clock        depends on tcp
        ok    credentials  provider environment; no credentials were requested
        skip  permissions  depends on http
        ---
        ");
        // Without durations, whose length changes where lines are broken.
        let mut narrow = cloud.sts(&["doctor", "--endpoint", "http://127.0.0.1:9"]);
        assert_snapshot!(Run::of(narrow.env("COLUMNS", "40")).snapshot(), @"
        exit code Some(1)
        ok    endpoint
            http://127.0.0.1:PORT (from --endpoint)
        ok    proxy
            none (the endpoint is on this
            machine or link-local)
        ok    dns
            127.0.0.1 is an address
        fail  tcp
            cannot connect to 127.0.0.1:PORT:
            Connection refused (os error 111)
              help:
            check the network and its firewall;
            in a network that needs a proxy, set
            HTTPS_PROXY
        skip  tls          depends on tcp
        skip  http         depends on tcp
        skip  clock        depends on tcp
        ok    credentials
            provider environment; no credentials
            were requested
        skip  permissions  depends on http
        ---
        ");
        let proxied = |proxy: &str| {
            let mut command = cloud.sts(&["doctor", "--region", "cn-north-4"]);
            Run::of(command.env("https_proxy", proxy)).snapshot()
        };
        assert_snapshot!(proxied("socks5://user:secret@127.0.0.1:1080"), @"
        exit code Some(1)
        ok    endpoint     https://sts.cn-north-4.myhuaweicloud.com (from --region)
        fail  proxy        https_proxy: unsupported proxy scheme socks5, expected http://user:password@host:port
              help: correct the variable, or unset it
        skip  dns          depends on proxy
        skip  tcp          depends on proxy
        skip  tls          depends on proxy
        skip  http         depends on proxy
        skip  clock        depends on proxy
        ok    credentials  provider environment; no credentials were requested
        skip  permissions  depends on http
        ---
        ");
        assert_snapshot!(proxied("http://user:secret@127.0.0.1:9"), @"
        exit code Some(1)
        ok    endpoint     https://sts.cn-north-4.myhuaweicloud.com (from --region)
        ok    proxy        http://127.0.0.1:PORT (from https_proxy)
        ok    dns          127.0.0.1 is an address; the proxy resolves the endpoint
        fail  tcp          cannot connect to 127.0.0.1:PORT: Connection refused (os error 111)
              help: check the address of the proxy, and whether it runs
        skip  tls          depends on tcp
        skip  http         depends on tcp
        skip  clock        depends on tcp
        ok    credentials  provider environment; no credentials were requested
        skip  permissions  depends on http
        ---
        ");
    });
}

/// Regression test: `tls` was `ok` if the proxy did not let the handshake begin.
#[test]
fn a_proxy_that_rejects_the_tunnel_is_a_failure() {
    let cloud = Cloud::start();
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://user:secret@{}", proxy.local_addr().unwrap());
    let serving = thread::spawn(move || {
        // The connection of the check `tcp`, and the one with the request.
        drop(proxy.accept().unwrap());
        let (mut stream, _) = proxy.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            assert_eq!(stream.read(&mut byte).unwrap(), 1);
            head.extend(byte);
        }
        let response = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(response.as_bytes()).unwrap();
        String::from_utf8(head).unwrap()
    });
    with_more_filters(|| {
        let mut command = cloud.sts(&["doctor", "--region", "cn-north-4"]);
        let run = Run::of(command.env("HTTPS_PROXY", url));
        assert_snapshot!(run.snapshot(), @"
        exit code Some(1)
        ok    endpoint     https://sts.cn-north-4.myhuaweicloud.com (from --region)
        ok    proxy        http://127.0.0.1:PORT (from HTTPS_PROXY)
        ok    dns          127.0.0.1 is an address; the proxy resolves the endpoint
        ok    tcp          connected to 127.0.0.1:PORT in N ms
        fail  tls          proxy 127.0.0.1:PORT (from HTTPS_PROXY) refused the request with status 407 Proxy Authentication Required; check the user and password of the proxy (the request was not sent)
              help: check the user, the password and the rules of the proxy
        skip  http         depends on tls
        skip  clock        depends on tls
        ok    credentials  provider environment; no credentials were requested
        skip  permissions  depends on http
        ---
        ");
    });
    let head = serving.join().unwrap();
    assert!(head.starts_with("CONNECT sts.cn-north-4.myhuaweicloud.com:443 "), "{head}");
}

#[test]
fn certificates_are_named() {
    let cloud = Cloud::of(Emulator::builder().tls());
    let file = cloud.home().join("ca.pem");
    fs::write(&file, cloud.emulator.ca_certificate_pem().unwrap()).unwrap();
    with_more_filters(|| {
        let trusted = cloud.run(&["doctor", "--ca-file", file.to_str().unwrap()]);
        assert_snapshot!(trusted.snapshot(), @"
        exit code Some(0)
        ok    endpoint     https://127.0.0.1:PORT (from HUAWEICLOUD_SDK_STS_ENDPOINT)
        ok    proxy        none (the endpoint is on this machine or link-local)
        ok    dns          127.0.0.1 is an address
        ok    tcp          connected to 127.0.0.1:PORT in N ms
        ok    tls          sts-emulator is certified by sts-emulator CA until TIME; N root certificates of this machine and --ca-file
        ok    http         the service responds in N ms (status 404 to GET /)
        ok    clock        N s from the service
        ok    credentials  access key HSTAEMULATOR00000001 of provider environment, does not expire
        ok    permissions  you are iam::HEX:user:emulator
        ---
        ");
        let mut unknown = cloud.sts(&["doctor"]);
        let other = cloud.home().join("other.pem");
        let authority = Emulator::builder().tls().start_blocking().unwrap();
        fs::write(&other, authority.ca_certificate_pem().unwrap()).unwrap();
        assert_snapshot!(Run::of(unknown.env("SSL_CERT_FILE", &other)).snapshot(), @"
        exit code Some(1)
        ok    endpoint     https://127.0.0.1:PORT (from HUAWEICLOUD_SDK_STS_ENDPOINT)
        ok    proxy        none (the endpoint is on this machine or link-local)
        ok    dns          127.0.0.1 is an address
        ok    tcp          connected to 127.0.0.1:PORT in N ms
        fail  tls          the TLS handshake failed (the request was not sent): TLS handshake with 127.0.0.1:PORT failed: invalid peer certificate: BadSignature; sts-emulator is certified by sts-emulator CA until TIME; N root certificates of SSL_CERT_FILE
              help: if a proxy or a private cloud has its own certificates, pass the root by --ca-file or SSL_CERT_FILE
        skip  http         depends on tls
        skip  clock        depends on tls
        ok    credentials  provider environment; no credentials were requested
        skip  permissions  depends on http
        ---
        ");
        let missing = Run::of(&mut cloud.sts(&["doctor", "--ca-file", "missing.pem"]));
        assert_snapshot!(missing.snapshot(), @"
        exit code Some(1)
        ok    endpoint     https://127.0.0.1:PORT (from HUAWEICLOUD_SDK_STS_ENDPOINT)
        ok    proxy        none (the endpoint is on this machine or link-local)
        ok    dns          127.0.0.1 is an address
        ok    tcp          connected to 127.0.0.1:PORT in N ms
        fail  tls          --ca-file missing.pem: No such file or directory (os error 2)
              help: correct --ca-file, SSL_CERT_FILE or SSL_CERT_DIR
        skip  http         depends on tls
        skip  clock        depends on tls
        ok    credentials  provider environment; no credentials were requested
        skip  permissions  depends on http
        ---
        ");
    });
}

#[test]
fn credentials_that_expire_soon_are_a_warning() {
    let cloud = Cloud::start();
    let token = cloud.emulator.oidc_issuer().id_token("run-7", builtin::OIDC_CLIENT_ID);
    let mut command = cloud.bare();
    command
        .arg("doctor")
        .env("HUAWEICLOUD_OIDC_PROVIDER_URN", builtin::OIDC_PROVIDER_URN)
        .env("HUAWEICLOUD_OIDC_AGENCY_URN", builtin::AGENCY_URN)
        .env("HUAWEICLOUD_OIDC_ID_TOKEN", token.expose_secret())
        .env("HUAWEICLOUD_OIDC_DURATION_SECONDS", "900");
    let run = Run::of(&mut command);
    assert_eq!(run.code, Some(0), "{run:?}");
    let line = run.stdout.lines().find(|line| line.starts_with("warn")).unwrap();
    assert!(line.contains(" of provider oidc, expires at "), "{line}");
    assert!(line.ends_with(", in 14 min"), "{line}");
}

#[test]
fn urls_of_a_region_are_named() {
    let cloud = Cloud::start();
    let mut command = cloud.sts(&["doctor"]);
    command
        .env_remove("HUAWEICLOUD_SDK_STS_ENDPOINT")
        .env("HUAWEICLOUD_SDK_REGION_ID", "cn-north-4")
        .env("HUAWEICLOUD_SDK_REGION_STS_CN_NORTH_4", format!("{0},{0}/", cloud.emulator.url()));
    let run = Run::of(&mut command);
    assert_eq!(run.code, Some(0), "{run:?}");
    let origin = "(from HUAWEICLOUD_SDK_REGION_ID and HUAWEICLOUD_SDK_REGION_STS_CN_NORTH_4)";
    assert!(run.stdout.contains(origin), "{run:?}");
}

#[test]
fn urls_of_the_regions_file_are_named() {
    let cloud = Cloud::start();
    let directory = cloud.home().join(".huaweicloud");
    std::fs::create_dir(&directory).unwrap();
    let content = format!("sts:\n  - id: eu-west-101\n    endpoint: {}\n", cloud.emulator.url());
    std::fs::write(directory.join("regions.yaml"), content).unwrap();
    let mut doctor = cloud.without_endpoint(&["doctor", "--region", "eu-west-101"]);
    let run = Run::of(&mut doctor);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("(from --region and the regions file)"), "{run:?}");
    let mut other = cloud.without_endpoint(&["whoami", "--region", "eu-west-101"]);
    assert_eq!(Run::of(&mut other).code, Some(0));
}

#[test]
fn urls_of_a_region_apply_to_the_region_of_an_option() {
    let cloud = Cloud::start();
    let urls = "HUAWEICLOUD_SDK_REGION_STS_EU_WEST_101";
    let sts = |command: &str| {
        let mut sts = cloud.sts(&[command, "--region", "eu-west-101"]);
        // The endpoint of the environment is not that of the region.
        sts.env("HUAWEICLOUD_SDK_STS_ENDPOINT", "https://sts.example.invalid");
        sts
    };
    let run = Run::of(sts("whoami").env(urls, cloud.emulator.url()));
    assert_eq!(run.code, Some(0), "{run:?}");
    let run = Run::of(sts("doctor").env(urls, cloud.emulator.url()));
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains(&format!("(from --region and {urls})")), "{run:?}");
    let run = Run::of(sts("whoami").env(urls, "http://sts.example.invalid"));
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains(&format!("error: {urls}: ")), "{run:?}");
}

#[test]
fn the_clock_is_compared() {
    let clock = TestClock::new(OffsetDateTime::now_utc());
    let cloud = Cloud::of(Emulator::builder().clock(clock.clone()));
    // The clock of the emulator stands still while the program starts.
    let near = |line: &str, offset: u32| {
        let all = offset - 30..=offset + 30;
        all.fold(line.to_owned(), |line, near| {
            line.replace(&format!(" {near} s "), &format!(" {offset} s "))
        })
    };
    with_more_filters(|| {
        clock.set(OffsetDateTime::now_utc() + Duration::from_secs(300));
        let run = cloud.run(&["doctor"]);
        assert_eq!(run.code, Some(0), "{run:?}");
        let line = run.stdout.split_once("warn").unwrap().1.split_once("ok").unwrap().0;
        assert_snapshot!(near(line, 300), @"
        clock        300 s behind the service
            help: set the clock of this machine, for example by NTP
        ");
        clock.set(OffsetDateTime::now_utc() - Duration::from_secs(1200));
        let run = cloud.run(&["doctor"]);
        assert_eq!(run.code, Some(1), "{run:?}");
        let line = run.stdout.split_once("fail").unwrap().1.split_once("ok").unwrap().0;
        assert_snapshot!(near(line, 1200), @"
        clock        1200 s ahead of the service
            help: set the clock of this machine, for example by NTP
        ");
    });
}
