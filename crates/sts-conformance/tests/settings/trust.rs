//! Whom to trust.

use std::io::Write;
use std::process::Command;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::server::{Server, accept, answer, read_request, serve};
use crate::stacks::{Settings, Stack, for_each_stack};

for_each_stack! {
    several_authorities_can_be_added,
    what_is_no_certificate_is_reported,
    ssl_cert_file_names_the_authorities_of_the_machine,
}

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

fn what_is_no_certificate_is_reported(stack: &Stack) {
    let broken = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    for pem in ["", "hello", broken] {
        let settings = Settings { roots_pem: &[pem], ..Settings::default() };
        let error = (stack.build)(&settings).err().unwrap();
        assert!(error.to_string().contains("certificate"), "{error}");
        assert!(error.source().is_some());
    }
}

/// Runs itself again, since a process reads the machine's certificates once.
fn ssl_cert_file_names_the_authorities_of_the_machine(stack: &Stack) {
    const URL: &str = "STS_TEST_URL";
    if let Ok(url) = std::env::var(URL) {
        let response = stack.built(&Settings::default()).send(&url).unwrap();
        assert_eq!(response.body().as_ref(), b"ok");
        return;
    }
    let authority = authority();
    let server = serve_tls(&authority);
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!(
        "authority-{}-{}.pem",
        stack.name,
        std::process::id()
    ));
    std::fs::write(&file, authority.pem()).unwrap();
    let test = format!("trust::{}::ssl_cert_file_names_the_authorities_of_the_machine", stack.name);
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &test])
        .env(URL, server.https_url())
        .env("SSL_CERT_FILE", &file)
        .status()
        .unwrap();
    std::fs::remove_file(&file).unwrap();
    assert!(status.success());
    server.join();
}
