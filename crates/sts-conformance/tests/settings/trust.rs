//! Root certificates.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use sts_client::transport::{Progress, TransportErrorKind};

use crate::server::{Server, accept, read_request, respond, serve};
use crate::stacks::{Settings, Stack, for_each_stack};

for_each_stack! {
    several_authorities_can_be_added,
    invalid_certificate_is_reported,
    invalid_certificate_is_not_printed,
    valid_certificates_of_ssl_cert_file_are_trusted,
    ssl_cert_file_without_certificates_is_reported,
    handshake_error_names_unreadable_certificates,
    machine_roots_can_be_excluded,
    excluded_machine_roots_require_another,
    error_states_why_connecting_failed,
    error_states_why_a_certificate_is_rejected,
    stalled_handshake_is_not_a_connect_error,
}

/// A new certificate authority, not trusted by default.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    authority_named("an authority")
}

fn authority_named(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server with a certificate for `localhost` by `authority`, for one request.
fn serve_tls(authority: &CertifiedIssuer<'static, KeyPair>) -> Server<()> {
    let config = config(authority);
    serve(move |listener| {
        let session = ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = StreamOwned::new(session, accept(listener));
        read_request(&mut stream);
        respond(&mut stream, "ok");
        stream.conn.send_close_notify();
        stream.flush().unwrap();
    })
}

/// Returns the configuration of a server with a certificate for `localhost` by `authority`.
fn config(authority: &CertifiedIssuer<'static, KeyPair>) -> ServerConfig {
    config_for(authority, &CertificateParams::new(vec!["localhost".to_owned()]).unwrap())
}

fn config_for(
    authority: &CertifiedIssuer<'static, KeyPair>,
    params: &CertificateParams,
) -> ServerConfig {
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap()
}

fn several_authorities_can_be_added(stack: &Stack) {
    let authorities = [authority(), authority(), authority()];
    let [first, second, third] = authorities.each_ref().map(CertifiedIssuer::pem);
    let both = format!("{first}\n{second}");
    let transport = stack.built(&Settings { roots_pem: &[&both, &third], ..Settings::default() });
    for authority in &authorities {
        let server = serve_tls(authority);
        transport.send(&server.https_url()).unwrap();
        server.join();
    }
}

fn invalid_certificate_is_reported(stack: &Stack) {
    let good = authority().pem();
    let broken = format!("{good}{BROKEN}{good}");
    for pem in ["", "hello", BROKEN, NOT_X509, &broken] {
        let settings = Settings { roots_pem: &[pem], ..Settings::default() };
        let error = (stack.build)(&settings).err().unwrap();
        assert!(error.to_string().contains("certificate"), "{error}");
        assert!(error.source().is_some());
    }
}

fn invalid_certificate_is_not_printed(stack: &Stack) {
    let key = KeyPair::generate().unwrap().serialize_pem();
    let without_end = key.lines().take(2).collect::<Vec<_>>().join("\n");
    let secret = key.lines().nth(1).unwrap();
    let labelled = key.replace("PRIVATE KEY", "CERTIFICATE");
    let cut = format!("-----BEGIN CERTIFICATE {secret}\n{secret}");
    let unclosed = format!("-----BEGIN {secret}\n");
    for pem in [&key, &without_end, &labelled, &cut, &unclosed] {
        let settings = Settings { roots_pem: &[pem], ..Settings::default() };
        let error = (stack.build)(&settings).err().unwrap();
        let shown = format!("{error:?} {}", chain(&*error));
        assert!(!shown.contains(secret.get(..20).unwrap()), "{shown}");
    }
}

const BROKEN: &str = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
const NOT_X509: &str = "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n";

/// Returns the messages of an error and its causes.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let errors = std::iter::successors(Some(error), |error| error.source());
    errors.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Runs this test again in a child process with `SSL_CERT_FILE`, where `file` is its content, and
/// returns the output of `in_child`.
fn with_ssl_cert_file(
    stack: &Stack,
    test: &str,
    file: Option<&[u8]>,
    url: &str,
    in_child: fn(&Stack, &str) -> String,
) -> Option<String> {
    const URL: &str = "STS_TEST_URL";
    if let Ok(url) = std::env::var(URL) {
        let printed = in_child(stack, &url);
        std::io::stdout().write_all(printed.as_bytes()).unwrap();
        return None;
    }
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = path.join(format!("{test}-{}-{}.pem", stack.name, std::process::id()));
    if let Some(content) = file {
        std::fs::write(&path, content).unwrap();
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", &format!("trust::{}::{test}", stack.name)])
        .env(URL, url)
        .env("SSL_CERT_FILE", &path)
        .env_remove("SSL_CERT_DIR")
        .output()
        .unwrap();
    if file.is_some() {
        std::fs::remove_file(&path).unwrap();
    }
    let printed = String::from_utf8_lossy(&output.stdout).replace(path.to_str().unwrap(), "FILE");
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    Some(printed)
}

fn valid_certificates_of_ssl_cert_file_are_trusted(stack: &Stack) {
    let test = "valid_certificates_of_ssl_cert_file_are_trusted";
    let authority = authority();
    let good = authority.pem();
    let key = KeyPair::generate().unwrap().serialize_pem();
    for content in [
        good.clone(),
        format!("\u{feff}{good}"),
        good.replace('\n', "\r\n"),
        format!("{BROKEN}{NOT_X509}# {key}{good}garbage"),
        format!("-----BEGIN CERTIFICATE-----\nQUJD\n{good}"),
    ] {
        let server = serve_tls(&authority);
        let url = server.https_url();
        let sends = |stack: &Stack, url: &str| {
            let response = stack.built(&Settings::default()).send(url).unwrap();
            assert_eq!(response.body().as_ref(), b"ok");
            String::new()
        };
        if with_ssl_cert_file(stack, test, Some(content.as_bytes()), &url, sends).is_none() {
            return;
        }
        server.join();
    }
}

fn ssl_cert_file_without_certificates_is_reported(stack: &Stack) {
    let test = "ssl_cert_file_without_certificates_is_reported";
    let der = authority().der().to_vec();
    for (content, reason) in [
        (None, "FILE: No such file or directory"),
        (Some(&b""[..]), "FILE: line 1: the text is empty"),
        (Some(&der), "FILE: line 1: DER in place of PEM"),
        (Some(BROKEN.as_bytes()), "FILE: line 1: invalid base64"),
        (Some(NOT_X509.as_bytes()), "FILE: line 1: invalid X.509 certificate"),
    ] {
        let fails = |stack: &Stack, _: &str| {
            let error = (stack.build)(&Settings::default()).err().unwrap();
            chain(&*error)
        };
        let Some(printed) = with_ssl_cert_file(stack, test, content, "", fails) else { return };
        let expected = format!("no root certificate was loaded: SSL_CERT_FILE={reason}");
        assert!(printed.contains(&expected), "{printed}");
    }
}

fn handshake_error_names_unreadable_certificates(stack: &Stack) {
    let test = "handshake_error_names_unreadable_certificates";
    let content = format!("{}{BROKEN}", authority().pem());
    let server = serve_rejected(config(&authority()));
    let url = server.https_url();
    let fails = |stack: &Stack, url: &str| {
        let error = stack.built(&Settings::default()).send(url).unwrap_err();
        chain(&error)
    };
    let printed = with_ssl_cert_file(stack, test, Some(content.as_bytes()), &url, fails);
    let Some(printed) = printed else { return };
    server.join();
    assert!(
        printed.contains("unreadable root certificates: SSL_CERT_FILE=FILE: line "),
        "{printed}"
    );
    assert!(printed.contains("localhost:"), "{printed}");
}

fn machine_roots_can_be_excluded(stack: &Stack) {
    let test = "machine_roots_can_be_excluded";
    let authority = authority();
    let server = serve_rejected(config(&authority));
    let url = server.https_url();
    let fails = |stack: &Stack, url: &str| {
        let another = authority_named("another").pem();
        let settings =
            Settings { roots_pem: &[&another], no_machine_roots: true, ..Settings::default() };
        chain(&stack.built(&settings).send(url).unwrap_err())
    };
    let printed = with_ssl_cert_file(stack, test, Some(authority.pem().as_bytes()), &url, fails);
    let Some(printed) = printed else { return };
    server.join();
    assert!(
        printed.contains("UnknownIssuer") || printed.contains("its issuer is not trusted"),
        "{printed}"
    );
}

fn excluded_machine_roots_require_another(stack: &Stack) {
    let settings = Settings { no_machine_roots: true, ..Settings::default() };
    let error = (stack.build)(&settings).err().unwrap();
    assert!(error.to_string().contains("`root_certificate_pem` must add one"), "{error}");
}

/// A server whose certificate is rejected.
fn serve_rejected(config: ServerConfig) -> Server<()> {
    serve(move |listener| {
        let session = ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = StreamOwned::new(session, accept(listener));
        stream.flush().unwrap_err();
    })
}

fn error_states_why_connecting_failed(stack: &Stack) {
    let transport = stack.built(&Settings { no_proxy: true, ..Settings::default() });
    for (url, host, reason) in [
        ("http://127.0.0.1:1/", "127.0.0.1:1", "refused"),
        ("https://127.0.0.1:1/", "127.0.0.1:1", "refused"),
        ("https://get.invalid/", "get.invalid", "resolving"),
    ] {
        let error = chain(&transport.send(url).unwrap_err());
        assert!(error.contains(host) && error.contains(reason), "{error}");
    }
}

/// libcurl returns a number only, so the error of isahc lists all possible reasons.
fn error_states_why_a_certificate_is_rejected(stack: &Stack) {
    let authority = authority();
    let localhost = || CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let mut expired = localhost();
    expired.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let other_name = CertificateParams::new(vec!["elsewhere.example".to_owned()]).unwrap();
    let settings = Settings { roots_pem: &[&authority.pem()], ..Settings::default() };
    let transport = stack.built(&Settings { no_proxy: true, ..settings });
    for (config, exact, possible) in [
        (config_for(&authority, &expired), "expired", "it has expired or is not yet valid"),
        (config_for(&authority, &other_name), "not valid for name", "is for another name"),
        (config(&authority_named("another")), "UnknownIssuer", "its issuer is not trusted"),
    ] {
        let server = serve_rejected(config);
        let error = chain(&transport.send(&server.https_url()).unwrap_err());
        let reason = if stack.name == "hyper" { exact } else { possible };
        assert!(error.contains(reason) && error.contains("localhost:"), "{error}");
        server.join();
    }
}

fn stalled_handshake_is_not_a_connect_error(stack: &Stack) {
    let connect_timeout = Some(Duration::from_millis(200));
    let settings = Settings { connect_timeout, no_proxy: true, ..Settings::default() };
    // Ends when the client closes the connection.
    let server = serve(|listener| accept(listener).read_to_end(&mut Vec::new()).map(drop));
    let error = stack.built(&settings).send(&server.https_url()).unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Timeout);
    assert_eq!(error.progress(), Progress::NotSent);
    let error = chain(&error);
    assert!(error.contains("TLS handshake") && !error.contains("cannot connect"), "{error}");
    server.join().unwrap();
}
