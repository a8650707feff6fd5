//! Starting and stopping, and TLS.

use std::num::NonZeroU8;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use hyper_util::rt::TokioIo;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use sts_emulator::{Emulator, ListenError, builtin};
use sts_proto::GetCallerIdentity;
use tokio::net::TcpStream;

use crate::caller::{send_over, sts, sts_with};

#[tokio::test]
async fn dropping_it_closes_the_port() {
    let sts = sts().await;
    let address = sts.emulator.address();
    TcpStream::connect(address).await.unwrap();
    drop(sts);
    TcpStream::connect(address).await.unwrap_err();
}

#[tokio::test]
async fn dropping_it_closes_the_port_of_several_threads() {
    let sts = sts_with(|builder| builder.workers(NonZeroU8::new(2).unwrap())).await;
    let address = sts.emulator.address();
    let _open = TcpStream::connect(address).await.unwrap();
    sts.call(GetCallerIdentity::new()).await.unwrap();
    drop(sts);
    TcpStream::connect(address).await.unwrap_err();
}

#[tokio::test]
async fn two_threads_serve_two_requests_at_once() {
    const PATIENCE: Duration = Duration::from_secs(20);
    let served = Arc::new(Served::default());
    let shared = Arc::clone(&served);
    let sts = sts_with(|builder| {
        let builder = builder.workers(NonZeroU8::new(2).unwrap());
        builder.on_request(move |_| shared.wait_for_another())
    });
    let sts = sts.await;
    let start = Instant::now();
    // A request that waits can hold up the thread that watches the sockets, and the other one then
    // arrives too late: not every pair is served at once.
    while !served.were_two_at_once() {
        assert!(start.elapsed() < PATIENCE, "no two requests were served at once");
        let call = || sts.call(GetCallerIdentity::new());
        let (first, second) = tokio::join!(call(), call());
        first.unwrap();
        second.unwrap();
    }
}

/// Counts the requests that are served at a time.
#[derive(Default)]
struct Served {
    counts: Mutex<Counts>,
    arrived: Condvar,
}

#[derive(Default)]
struct Counts {
    now: usize,
    at_most: usize,
}

impl Served {
    /// Waits briefly for another request to be served meanwhile.
    fn wait_for_another(&self) {
        let mut counts = self.counts.lock().unwrap();
        counts.now += 1;
        counts.at_most = counts.at_most.max(counts.now);
        self.arrived.notify_all();
        let is_alone = |counts: &mut Counts| counts.at_most < 2;
        let wait = Duration::from_millis(100);
        (counts, _) = self.arrived.wait_timeout_while(counts, wait, is_alone).unwrap();
        counts.now -= 1;
    }

    fn were_two_at_once(&self) -> bool {
        self.counts.lock().unwrap().at_most == 2
    }
}

#[tokio::test]
async fn many_run_at_once() {
    let mut emulators = Vec::new();
    for _ in 0..20 {
        emulators.push(sts().await);
    }
    for sts in &emulators {
        sts.call(GetCallerIdentity::new()).await.unwrap();
    }
}

#[test]
fn it_needs_no_runtime() {
    let emulator = Emulator::builder().start_blocking().unwrap();
    std::net::TcpStream::connect(emulator.address()).unwrap();
}

#[tokio::test]
async fn a_port_that_is_accepted_is_an_error() {
    let sts = sts().await;
    let address = sts.emulator.address();
    let error = Emulator::builder().listen(address).start().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    assert!(Emulator::builder().listen("nonsense").start().await.is_err());
}

#[tokio::test]
async fn an_invalid_setting_is_named_with_its_value() {
    for (builder, setting, value, requires) in [
        (Emulator::builder().listen("x"), "listen", "x", None),
        (Emulator::builder().control("127.0.0.1"), "control", "127.0.0.1", None),
        (Emulator::builder().metadata("0.0.0.0:0"), "metadata", "0.0.0.0:0", Some("allow_remote")),
        (
            Emulator::builder().control("0.0.0.0:0").allow_remote(),
            "control",
            "0.0.0.0:0",
            Some("control_secret"),
        ),
        (Emulator::builder().host_name("a b"), "host_name", "a b", None),
        (Emulator::builder().control_secret("hunter2"), "control_secret", "[redacted]", None),
    ] {
        let error = builder.start().await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        let text = error.to_string();
        assert!(text.starts_with(&format!("{setting} {value:?}: ")), "{text}");
        assert!(!format!("{error:?}").contains("hunter2"));
        let error = error.get_ref().unwrap().downcast_ref::<ListenError>().unwrap();
        assert_eq!((error.setting(), error.value(), error.requires()), (setting, value, requires));
    }
}

#[tokio::test]
async fn it_speaks_tls_under_each_of_its_names() {
    let sts = sts_with(|builder| builder.tls().host_name("emulator").host_name("192.0.2.1")).await;
    assert!(sts.emulator.url().starts_with("https://127.0.0.1:"));
    let pem = sts.emulator.ca_certificate_pem().unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));

    for name in ["localhost", "127.0.0.1", "::1", "emulator", "192.0.2.1"] {
        let stream = TcpStream::connect(sts.emulator.address()).await.unwrap();
        let name = ServerName::try_from(name).unwrap();
        let stream = connector.connect(name, stream).await.unwrap();
        let request = sts.signed(&builtin::credentials(), &GetCallerIdentity::new());
        let response = send_over(TokioIo::new(stream), request).await;
        assert_eq!(response.status(), 200);
    }
    let stream = TcpStream::connect(sts.emulator.address()).await.unwrap();
    let name = ServerName::try_from("elsewhere.example").unwrap();
    assert!(connector.connect(name, stream).await.is_err());
}
