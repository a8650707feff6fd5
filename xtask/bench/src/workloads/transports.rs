//! The transports against the raw clients underneath, on loopback; and the emulator against a
//! server that only answers.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use isahc::AsyncReadResponseExt;
use sts_client::{Exchange, Limits, Transport};
use sts_emulator::{Emulator, builtin};
use sts_hyper::HyperTransport;
use sts_isahc::IsahcTransport;
use sts_proto::{AssumeAgency, Body, Endpoint, Operation};
use sts_sign::Signer;
use time::macros::datetime;

use super::proto::{answer, operation};
use crate::load::{Duel, loops};
use crate::report::Row;
use crate::server::{self, Server};

const TRANSPORT_GOAL: f64 = 0.97;
const EMULATOR_GOAL: f64 = 0.6;

/// The same bytes for both: a transport is held against the client underneath, without what a call
/// does before and after.
fn signed(url: &str) -> Request<Body> {
    let endpoint = Endpoint::parse_allowing_http(url).expect("an endpoint");
    let mut request = operation().to_request(&endpoint).expect("a request");
    let signer = Signer::new(builtin::ACCESS_KEY_ID, builtin::SECRET_ACCESS_KEY).expect("keys");
    signer.sign(&mut request, datetime!(2026-03-05 07:08:09 UTC)).expect("a signature");
    request
}

async fn exchange(transport: &impl Transport, request: &Request<Body>) {
    let exchange = Exchange::new(request.clone(), Limits::default());
    transport.send(exchange).await.expect("a response");
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn our_hyper(server: &Server) -> HyperTransport {
    let builder = HyperTransport::builder().pool_max_idle(64);
    let builder = match &server.certificate {
        Some(pem) => builder.root_certificate_pem(pem.as_bytes()),
        None => builder,
    };
    builder.build().expect("a transport")
}

type RawHyper = HyperClient<hyper_rustls::HttpsConnector<HttpConnector>, Full<Bytes>>;

fn raw_hyper(server: &Server) -> RawHyper {
    let mut roots = rustls::RootCertStore::empty();
    if let Some(pem) = &server.certificate {
        use rustls::pki_types::pem::PemObject;
        let certificate = rustls::pki_types::CertificateDer::from_pem_slice(pem.as_bytes());
        roots.add(certificate.expect("a certificate")).expect("a root");
    }
    let config = rustls::ClientConfig::builder_with_provider(std::sync::Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .expect("versions")
    .with_root_certificates(roots)
    .with_no_client_auth();
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_or_http()
        .enable_http1()
        .wrap_connector(http);
    HyperClient::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector)
}

fn hyper_duel<'a>(name: &'static str, server: &'a Server, at_once: usize) -> Duel<'a> {
    let (ours, theirs) = (runtime(), runtime());
    let transport = our_hyper(server);
    let raw = raw_hyper(server);
    let request = signed(&server.url);
    let same = request.clone();
    Duel {
        name,
        against: "hyper-util's client",
        at_once,
        ours: Box::new(move |at_once, end| {
            ours.block_on(loops(at_once, end, async || exchange(&transport, &request).await))
        }),
        theirs: Box::new(move |at_once, end| {
            theirs.block_on(loops(at_once, end, async || {
                let request = same.clone().map(|body| Full::new(body.into_bytes()));
                let response = raw.request(request).await.expect("a response");
                response.into_body().collect().await.expect("a body");
            }))
        }),
        goal: TRANSPORT_GOAL,
    }
}

fn isahc_duel<'a>(name: &'static str, server: &'a Server, at_once: usize) -> Duel<'a> {
    let builder = IsahcTransport::builder().pool_max_idle(64);
    let builder = match &server.certificate {
        Some(pem) => builder.root_certificate_pem(pem.as_bytes()),
        None => builder,
    };
    let transport = builder.build().expect("a transport");
    let raw = isahc::HttpClient::builder().max_connections_per_host(64);
    let raw = match &server.certificate {
        Some(pem) => {
            use isahc::config::Configurable;
            use isahc::tls::{TlsConfig, TrustStore};
            use rustls::pki_types::pem::PemObject;
            let certificate = rustls::pki_types::CertificateDer::from_pem_slice(pem.as_bytes());
            let store = TrustStore::builder().certificate_from_der(&certificate.expect("one"));
            raw.tls_config(TlsConfig::builder().trust_store(store.build()).build())
        }
        None => raw,
    };
    let raw = raw.build().expect("a client");
    let request = signed(&server.url);
    let same = request.clone();
    Duel {
        name,
        against: "isahc's client",
        at_once,
        ours: Box::new(move |at_once, end| {
            futures_lite::future::block_on(loops(at_once, end, async || {
                exchange(&transport, &request).await;
            }))
        }),
        theirs: Box::new(move |at_once, end| {
            futures_lite::future::block_on(loops(at_once, end, async || {
                let request = same.clone().map(|body| body.as_ref().to_vec());
                let mut response = raw.send_async(request).await.expect("a response");
                response.bytes().await.expect("a body");
            }))
        }),
        goal: TRANSPORT_GOAL,
    }
}

/// The emulator, and the server that only answers, called by the same raw client.
fn emulator_duel<'a>(
    name: &'static str,
    emulator: &'a Emulator,
    server: &'a Server,
    assumes: bool,
) -> Duel<'a> {
    let signer = Signer::new(builtin::ACCESS_KEY_ID, builtin::SECRET_ACCESS_KEY).expect("keys");
    let call_to = move |url: &str, signer: &Signer| {
        let endpoint = Endpoint::parse_allowing_http(url).expect("an endpoint");
        let mut request = if assumes {
            AssumeAgency::new(builtin::AGENCY_URN, "bench").to_request(&endpoint)
        } else {
            sts_proto::GetCallerIdentity::new().to_request(&endpoint)
        }
        .expect("a request");
        signer.sign(&mut request, std::time::SystemTime::now().into()).expect("a signature");
        request.map(|body| Full::new(body.into_bytes()))
    };
    let load = move |url: String, signer: Signer| {
        let (runtime, raw) =
            (runtime(), raw_hyper(&Server { url: url.clone(), certificate: None }));
        move |at_once, end| -> Vec<Duration> {
            runtime.block_on(loops(at_once, end, async || {
                let response = raw.request(call_to(&url, &signer)).await.expect("a response");
                assert!(response.status().is_success(), "{}", response.status());
                response.into_body().collect().await.expect("a body");
            }))
        }
    };
    Duel {
        name,
        against: "a hyper server that only answers",
        at_once: 64,
        ours: Box::new(load(emulator.url().to_owned(), signer.clone())),
        theirs: Box::new(load(server.url.clone(), signer)),
        goal: EMULATOR_GOAL,
    }
}

pub fn run(progress: impl Fn(&str)) -> Vec<Row> {
    let plain = server::start(answer(), false);
    let tls = server::start(answer(), true);
    let emulator = Emulator::builder().start_blocking().expect("an emulator");
    let duels = vec![
        hyper_duel("sts-hyper, plain, 1 at a time", &plain, 1),
        hyper_duel("sts-hyper, plain, 64 at a time", &plain, 64),
        hyper_duel("sts-hyper, TLS, 1 at a time", &tls, 1),
        hyper_duel("sts-hyper, TLS, 64 at a time", &tls, 64),
        isahc_duel("sts-isahc, plain, 1 at a time", &plain, 1),
        isahc_duel("sts-isahc, plain, 64 at a time", &plain, 64),
        isahc_duel("sts-isahc, TLS, 1 at a time", &tls, 1),
        isahc_duel("sts-isahc, TLS, 64 at a time", &tls, 64),
        emulator_duel("sts-emulator, GetCallerIdentity", &emulator, &plain, false),
        emulator_duel("sts-emulator, AssumeAgency", &emulator, &plain, true),
    ];
    let mut rows = Vec::new();
    for duel in duels {
        progress(duel.name);
        rows.extend(duel.run());
    }
    rows
}
