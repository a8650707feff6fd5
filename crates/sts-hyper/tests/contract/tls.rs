//! Verified, always.

use std::error::Error as _;
use std::io::Write;
use std::net::TcpStream;
use std::process::Command;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use sts_client::transport::{Progress, TransportErrorKind};

use crate::server::{Server, accept, header, read_request, serve, serve_once};
use crate::{builder, facts, get, post, send, transport};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// An authority that nobody trusts yet.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server with a certificate for `name` by `authority`. It tells the request, if one came.
fn serve_tls(authority: &CertifiedIssuer<'static, KeyPair>, name: &str) -> Server<Option<String>> {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    serve(move |listener| answer_tls(accept(listener), Arc::new(config)))
}

fn answer_tls(mut connection: TcpStream, config: Arc<ServerConfig>) -> Option<String> {
    let mut session = ServerConnection::new(config).unwrap();
    while session.is_handshaking() {
        session.complete_io(&mut connection).ok()?;
    }
    let mut stream = StreamOwned::new(session, connection);
    let request = read_request(&mut stream);
    stream.write_all(OK.as_bytes()).unwrap();
    stream.conn.send_close_notify();
    stream.flush().unwrap();
    Some(request)
}

#[test]
fn an_unknown_authority_is_refused() {
    let server = serve_tls(&authority(), "localhost");
    let result = send(&transport(), post(&server.https_url("/"), "{}"));
    assert_eq!(facts(result), (TransportErrorKind::Tls, Progress::NotSent));
    assert_eq!(server.join(), None);
}

#[test]
fn an_added_authority_is_trusted() {
    let authority = authority();
    let server = serve_tls(&authority, "localhost");
    let transport = builder().root_certificate_pem(authority.pem().as_bytes()).build().unwrap();
    let response = send(&transport, post(&server.https_url("/v5"), "{}")).unwrap();
    assert_eq!(response.body().as_ref(), b"ok");
    let request = server.join().unwrap();
    assert!(request.starts_with("POST /v5 HTTP/1.1\r\n"), "{request}");
    assert!(header(&request, "host").unwrap().starts_with("localhost:"));
}

#[test]
fn several_authorities_can_be_added() {
    let authorities = [authority(), authority(), authority()];
    let [first, second, third] = authorities.each_ref().map(CertifiedIssuer::pem);
    let both = format!("{first}\n{second}");
    let transport = builder()
        .root_certificate_pem(both.as_bytes())
        .root_certificate_pem(third.as_bytes())
        .build()
        .unwrap();
    for authority in &authorities {
        let server = serve_tls(authority, "localhost");
        send(&transport, get(&server.https_url("/"))).unwrap();
    }
}

#[test]
fn another_name_is_refused() {
    let authority = authority();
    let server = serve_tls(&authority, "elsewhere.example");
    let transport = builder().root_certificate_pem(authority.pem().as_bytes()).build().unwrap();
    let result = send(&transport, post(&server.https_url("/"), "{}"));
    assert_eq!(facts(result), (TransportErrorKind::Tls, Progress::NotSent));
    assert_eq!(server.join(), None);
}

#[test]
fn a_server_that_speaks_plain_http_is_refused() {
    let server = serve(|listener| {
        let mut connection = accept(listener);
        let _ = connection.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
    });
    let result = send(&transport(), post(&server.https_url("/"), "{}"));
    assert_eq!(facts(result), (TransportErrorKind::Tls, Progress::NotSent));
}

#[test]
fn plain_http_is_used_when_the_uri_says_so() {
    let server = serve_once(OK);
    send(&transport(), get(&server.url("/"))).unwrap();
    assert!(server.join().starts_with("GET / HTTP/1.1\r\n"));
}

#[test]
fn what_is_no_certificate_is_reported() {
    let broken = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    for pem in ["", "hello", broken] {
        let error = builder().root_certificate_pem(pem.as_bytes()).build().unwrap_err();
        assert!(error.to_string().contains("certificate"), "{error}");
        assert!(error.source().is_some());
    }
}

/// Runs itself again, since a process reads the machine's certificates once.
#[test]
fn ssl_cert_file_names_the_authorities_of_the_machine() {
    const URL: &str = "STS_TEST_URL";
    if let Ok(url) = std::env::var(URL) {
        let response = send(&transport(), get(&url)).unwrap();
        assert_eq!(response.body().as_ref(), b"ok");
        return;
    }
    let authority = authority();
    let server = serve_tls(&authority, "localhost");
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("authority-{}.pem", std::process::id()));
    std::fs::write(&file, authority.pem()).unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tls::ssl_cert_file_names_the_authorities_of_the_machine"])
        .env(URL, server.https_url("/"))
        .env("SSL_CERT_FILE", &file)
        .status()
        .unwrap();
    std::fs::remove_file(&file).unwrap();
    assert!(status.success());
    assert!(server.join().is_some());
}
