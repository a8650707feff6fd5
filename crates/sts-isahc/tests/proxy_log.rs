//! Exchanges through a proxy do not appear in the records of a `tracing` subscriber.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fmt::{self, Write as _};
use std::io::{Read, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use http::Request;
use sts_client::blocking;
use sts_client::transport::{Exchange, Limits, TransportErrorKind};
use sts_isahc::IsahcTransport;
use sts_proto::Body;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

static RECORDED: Mutex<String> = Mutex::new(String::new());
/// Id of the first span.
const FIRST: u64 = 1 << 40;

/// Records everything, and spans with unknown parents, for which other subscribers panic.
struct Recorder(AtomicU64);

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        if attributes.parent().is_some_and(|parent| parent.into_u64() < FIRST) {
            RECORDED.lock().unwrap().push_str("UNKNOWN PARENT\n");
        }
        attributes.record(&mut Text);
        Id::from_u64(self.0.fetch_add(1, Ordering::Relaxed))
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Text);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Text);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Text;

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        writeln!(RECORDED.lock().unwrap(), "{field}: {value:?}").unwrap();
    }
}

#[test]
fn proxy_status_is_observed_without_logging_secrets() {
    tracing::subscriber::set_global_default(Recorder(AtomicU64::new(FIRST))).unwrap();
    tracing::trace!("it works");
    assert!(RECORDED.lock().unwrap().contains("it works"));

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let proxy = std::thread::spawn(move || {
        for _ in 0..2 {
            let (mut connection, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                connection.read_exact(&mut byte).unwrap();
                request.extend(byte);
            }
            let response = "HTTP/1.1 407 Proxy Authentication Required\r\nx-secret: planted\r\n\
                            content-length: 7\r\n\r\nplanted";
            connection.write_all(response.as_bytes()).unwrap();
        }
    });
    let url = format!("http://planted:planted@{address}");
    let transport = IsahcTransport::builder().proxy(&url).build().unwrap();
    for _ in 0..2 {
        let request = Request::post("https://224.0.0.9:1/planted")
            .header("authorization", "planted")
            .body(Body::from(b"planted".to_vec()))
            .unwrap();
        let exchange = Exchange::new(request, Limits::default());
        let error = blocking::Transport::send(&transport, exchange).unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Proxy);
        assert_eq!(error.proxy().unwrap().status().unwrap(), 407);
    }
    proxy.join().unwrap();
    let recorded = RECORDED.lock().unwrap();
    assert!(!recorded.contains("planted") && !recorded.contains("UNKNOWN PARENT"), "{recorded}");
}
