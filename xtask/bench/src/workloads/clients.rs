//! Our transports and the raw clients underneath, set up alike.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::USER_AGENT;
use http::{HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use isahc::AsyncReadResponseExt;
use isahc::config::{Configurable, VersionNegotiation};
use isahc::tls::{TlsConfig, TrustStore};
use rustls::pki_types::CertificateDer;
use sts_client::{Exchange, Limits, Transport};
use sts_emulator::builtin;
use sts_hyper::HyperTransport;
use sts_isahc::IsahcTransport;
use sts_proto::{Body, Endpoint, Operation};
use sts_reqwest::ReqwestTransport;
use sts_sign::Signer;
use time::macros::datetime;
use tokio::runtime::Runtime;

use super::messages::operation;
use crate::responses;
use crate::server::Server;

/// The largest number of exchanges at a time.
pub const MOST_AT_ONCE: usize = 64;

/// The defaults of our transports, for the raw clients too.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(60);

pub type RawHyper = Client<hyper_rustls::HttpsConnector<HttpConnector>, Full<Bytes>>;

pub fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// The same bytes for all: a transport is held against the client underneath, without what a call
/// does before and after.
pub fn signed(server: &Server) -> Request<Body> {
    let endpoint = Endpoint::parse_allowing_http(&server.url).expect("an endpoint");
    let mut request = operation().to_request(&endpoint).expect("a request");
    // Ours would add one, the raw clients would not.
    request.headers_mut().insert(USER_AGENT, HeaderValue::from_static("sts-bench/1.0"));
    let signer =
        Signer::from_parts(builtin::ACCESS_KEY_ID, builtin::SECRET_ACCESS_KEY).expect("keys");
    signer.sign(&mut request, datetime!(2026-03-05 07:08:09 UTC)).expect("a signature");
    request
}

pub async fn exchange(transport: &impl Transport, request: &Request<Body>) {
    let exchange = Exchange::new(request.clone(), Limits::default());
    let response = transport.send(exchange).await.expect("a response");
    check(response.status(), response.body().len());
}

pub async fn exchange_by_raw_hyper(client: &RawHyper, request: &Request<Body>) {
    let request = request.clone().map(|body| Full::new(body.into_bytes()));
    let exchange = async {
        let response = client.request(request).await.expect("a response");
        let status = response.status();
        (status, response.into_body().collect().await.expect("a body").to_bytes())
    };
    let timeout = Limits::default().timeout;
    let (status, body) = tokio::time::timeout(timeout, exchange).await.expect("in time");
    check(status, body.len());
}

pub async fn exchange_by_raw_isahc(client: &isahc::HttpClient, request: &Request<Body>) {
    let (head, body) = request.clone().into_parts();
    let mut request = Request::builder()
        .method(head.method)
        .uri(head.uri)
        .timeout(Limits::default().timeout)
        .version_negotiation(VersionNegotiation::http11())
        .automatic_decompression(false);
    *request.headers_mut().expect("a valid head") = head.headers;
    let request = request.body(body.as_ref().to_vec()).expect("a request");
    let mut response = client.send_async(request).await.expect("a response");
    let status = response.status();
    check(status, response.bytes().await.expect("a body").len());
}

pub async fn exchange_by_raw_reqwest(client: &reqwest::Client, request: &Request<Body>) {
    let request = request.clone().map(|body| body.into_bytes());
    let mut request = reqwest::Request::try_from(request).expect("a request");
    *request.timeout_mut() = Some(Limits::default().timeout);
    let response = client.execute(request).await.expect("a response");
    check(response.status(), response.bytes().await.expect("a body").len());
}

/// Errors are fast, and would be measured as such.
fn check(status: StatusCode, length: usize) {
    static LENGTH: LazyLock<usize> = LazyLock::new(|| responses::assume_agency().len());
    assert_eq!((status, length), (StatusCode::OK, *LENGTH));
}

pub fn our_hyper(server: &Server) -> HyperTransport {
    let builder = HyperTransport::builder().pool_max_idle(MOST_AT_ONCE);
    let builder = match &server.certificate {
        Some(certificate) => {
            builder.root_certificate_pem(certificate.pem.as_bytes()).no_machine_roots()
        }
        None => builder,
    };
    builder.build().expect("a transport")
}

pub fn raw_hyper(server: &Server) -> RawHyper {
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    http.set_connect_timeout(Some(CONNECT_TIMEOUT));
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_tls_config(rustls_config(server))
        .https_or_http()
        .enable_http1()
        .wrap_connector(http);
    Client::builder(TokioExecutor::new())
        .set_host(false)
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .pool_max_idle_per_host(MOST_AT_ONCE)
        .build(connector)
}

pub fn our_isahc(server: &Server) -> IsahcTransport {
    let builder = IsahcTransport::builder().pool_max_idle(MOST_AT_ONCE);
    let builder = match &server.certificate {
        Some(certificate) => {
            builder.root_certificate_pem(certificate.pem.as_bytes()).no_machine_roots()
        }
        None => builder,
    };
    builder.build().expect("a transport")
}

pub fn raw_isahc(server: &Server) -> isahc::HttpClient {
    let client = isahc::HttpClient::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .connection_cache_ttl(POOL_IDLE_TIMEOUT)
        .connection_cache_size(MOST_AT_ONCE)
        .tcp_nodelay();
    let client = match &server.certificate {
        Some(certificate) => {
            let store = TrustStore::builder().certificate_from_der(&certificate.der).build();
            client.tls_config(TlsConfig::builder().trust_store(store).build())
        }
        None => client,
    };
    client.build().expect("a client")
}

pub fn our_reqwest(server: &Server) -> ReqwestTransport {
    let config = rustls_config(server);
    ReqwestTransport::builder()
        .pool_max_idle(MOST_AT_ONCE)
        .configure(move |client| client.tls_backend_preconfigured(config.clone()))
        .build()
        .expect("a transport")
}

pub fn raw_reqwest(server: &Server) -> reqwest::Client {
    reqwest::Client::builder()
        .http1_only()
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT)
        .pool_max_idle_per_host(MOST_AT_ONCE)
        .tls_backend_preconfigured(rustls_config(server))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .build()
        .expect("a client")
}

fn rustls_config(server: &Server) -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(trusted(server));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

/// What ours trust too: the server's certificate, else the certificates of the machine.
fn trusted(server: &Server) -> Vec<CertificateDer<'static>> {
    match &server.certificate {
        Some(certificate) => vec![certificate.der.clone()],
        None => rustls_native_certs::load_native_certs().certs,
    }
}
