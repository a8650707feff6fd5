//! TLS and HTTP/2 settings that only this transport has.

#![cfg(any(feature = "ring", feature = "aws-lc-rs"))]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::net::Ipv4Addr;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertifiedKey, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use sts_client::transport::{Exchange, Limits, Transport};
use sts_hyper::HyperTransport;
use sts_proto::Body;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

fn certificate() -> CertifiedKey<KeyPair> {
    rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap()
}

/// Serves one TLS connection that prefers HTTP/2 and returns its URL. Each response contains the
/// version, host and body of its request.
async fn serve(certificate: &CertifiedKey<KeyPair>) -> String {
    let key = PrivateKeyDer::try_from(certificate.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let tls = TlsAcceptor::from(Arc::new(config));

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        let (connection, _) = listener.accept().await.unwrap();
        let Ok(stream) = tls.accept(connection).await else { return };
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        let (stream, service) = (TokioIo::new(stream), service_fn(echo));
        if is_http2 {
            let server = http2::Builder::new(TokioExecutor::new());
            server.serve_connection(stream, service).await.unwrap();
        } else {
            http1::Builder::new().serve_connection(stream, service).await.unwrap();
        }
    });
    url
}

async fn echo(request: Request<Incoming>) -> hyper::Result<Response<Full<Bytes>>> {
    let (head, body) = request.into_parts();
    let mut response = Response::new(Full::new(body.collect().await?.to_bytes()));
    for name in ["host", "x-sdk-date"] {
        if let Some(value) = head.headers.get(name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    if let Some(authority) = head.uri.authority() {
        response.headers_mut().insert("x-authority", authority.as_str().parse().unwrap());
    }
    Ok(response)
}

fn post(url: &str) -> Exchange {
    let request = Request::post(url)
        .header("x-sdk-date", "20260305T070809Z")
        .body(Body::from(b"{\"a\":1}".to_vec()))
        .unwrap();
    Exchange::new(request, Limits::default())
}

#[tokio::test]
async fn http_2_is_not_offered_by_default() {
    let certificate = certificate();
    let url = serve(&certificate).await;
    let pem = certificate.cert.pem();
    let transport = HyperTransport::builder().root_certificate_pem(pem.as_bytes()).build().unwrap();
    let response = transport.send(post(&url)).await.unwrap();
    assert_eq!(response.version(), Version::HTTP_11);
    assert_eq!(response.body().as_ref(), b"{\"a\":1}");
}

#[cfg(feature = "http2")]
#[tokio::test]
async fn http_2_request_matches_the_signed_one() {
    let certificate = certificate();
    let url = serve(&certificate).await;
    let pem = certificate.cert.pem();
    let transport =
        HyperTransport::builder().root_certificate_pem(pem.as_bytes()).http2().build().unwrap();
    for _ in 0..2 {
        let response = transport.send(post(&url)).await.unwrap();
        assert_eq!(response.version(), Version::HTTP_2);
        assert_eq!(response.body().as_ref(), b"{\"a\":1}");
        let headers = response.headers();
        assert_eq!(format!("https://{}/", headers["x-authority"].to_str().unwrap()), url);
        assert_eq!(headers["host"], headers["x-authority"]);
        assert_eq!(headers["x-sdk-date"], "20260305T070809Z");
    }
}

#[tokio::test]
async fn rustls_config_determines_the_root_certificates() {
    let certificate = certificate();
    let url = serve(&certificate).await;
    let mut roots = RootCertStore::empty();
    roots.add(certificate.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    // The transport overrides the ALPN protocols.
    config.alpn_protocols = vec![b"h2".to_vec()];

    let transport = HyperTransport::builder().rustls_config(config).build().unwrap();
    let response = transport.send(post(&url)).await.unwrap();
    assert_eq!(response.version(), Version::HTTP_11);
}

#[cfg(feature = "webpki-roots")]
#[tokio::test]
async fn bundled_roots_reject_unknown_authorities() {
    use sts_client::transport::{Progress, TransportErrorKind};

    let url = serve(&certificate()).await;
    let transport = HyperTransport::builder().webpki_roots().build().unwrap();
    let error = transport.send(post(&url)).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Tls);
    assert_eq!(error.progress(), Progress::NotSent);
}

#[cfg(feature = "webpki-roots")]
#[test]
fn of_bundled_and_no_machine_roots_the_last_call_takes_effect() {
    let error = HyperTransport::builder().webpki_roots().no_machine_roots().build().unwrap_err();
    assert!(error.to_string().contains("`root_certificate_pem` must add one"), "{error}");
    HyperTransport::builder().no_machine_roots().webpki_roots().build().unwrap();
}
