//! Whom to trust.

use std::error::Error as _;
use std::io::Write;
use std::process::Command;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use sts_hyper::HyperTransport;

use crate::send;
use crate::server::{Server, accept, answer, read_request, serve};

/// An authority that nobody trusts yet.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server with a certificate for `localhost` by `authority`, for one request.
fn serve_tls(authority: &CertifiedIssuer<'static, KeyPair>) -> Server<()> {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    serve(move |listener| {
        let session = ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = StreamOwned::new(session, accept(listener));
        read_request(&mut stream);
        answer(&mut stream, "ok");
        stream.conn.send_close_notify();
        stream.flush().unwrap();
    })
}

#[test]
fn several_authorities_can_be_added() {
    let authorities = [authority(), authority(), authority()];
    let [first, second, third] = authorities.each_ref().map(CertifiedIssuer::pem);
    let both = format!("{first}\n{second}");
    let transport = HyperTransport::builder()
        .root_certificate_pem(both.as_bytes())
        .root_certificate_pem(third.as_bytes())
        .build()
        .unwrap();
    for authority in &authorities {
        let server = serve_tls(authority);
        send(&transport, &server.https_url()).unwrap();
        server.join();
    }
}

#[test]
fn what_is_no_certificate_is_reported() {
    let broken = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    for pem in ["", "hello", broken] {
        let built = HyperTransport::builder().root_certificate_pem(pem.as_bytes()).build();
        let error = built.unwrap_err();
        assert!(error.to_string().contains("certificate"), "{error}");
        assert!(error.source().is_some());
    }
}

/// Runs itself again, since a process reads the machine's certificates once.
#[test]
fn ssl_cert_file_names_the_authorities_of_the_machine() {
    const URL: &str = "STS_TEST_URL";
    if let Ok(url) = std::env::var(URL) {
        let response = send(&HyperTransport::new().unwrap(), &url).unwrap();
        assert_eq!(response.body().as_ref(), b"ok");
        return;
    }
    let authority = authority();
    let server = serve_tls(&authority);
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("authority-{}.pem", std::process::id()));
    std::fs::write(&file, authority.pem()).unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "trust::ssl_cert_file_names_the_authorities_of_the_machine"])
        .env(URL, server.https_url())
        .env("SSL_CERT_FILE", &file)
        .status()
        .unwrap();
    std::fs::remove_file(&file).unwrap();
    assert!(status.success());
    server.join();
}
