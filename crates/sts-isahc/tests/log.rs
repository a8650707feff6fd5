//! isahc writes whole requests and answers to its log. Ours must not be among them.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fmt::{self, Write as _};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use http::{HeaderValue, Request};
use isahc::HttpClient;
use sts_client::transport::{BlockingTransport, Exchange, Limits};
use sts_isahc::IsahcTransport;
use sts_proto::Body;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Hears everything at every level, on every thread.
#[derive(Clone, Default)]
struct Ear {
    heard: Arc<Mutex<String>>,
    spans: Arc<AtomicU64>,
}

impl Visit for Ear {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        writeln!(self.heard.lock().unwrap(), "{field}={value:?}").unwrap();
    }
}

impl Subscriber for Ear {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        attributes.record(&mut self.clone());
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn serve(times: usize) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for _ in 0..times {
            let (mut connection, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"planted-body") {
                let mut byte = [0];
                connection.read_exact(&mut byte).unwrap();
                request.extend(byte);
            }
            let answer = "HTTP/1.1 200 OK\r\nconnection: close\r\nx-secret: planted-answer\r\n\
                          content-length: 15\r\n\r\nplanted-answer!";
            connection.write_all(answer.as_bytes()).unwrap();
        }
    });
    format!("http://{address}/")
}

fn send_secrets(transport: &IsahcTransport, url: &str) {
    let mut token = HeaderValue::from_static("planted-token");
    token.set_sensitive(true);
    let request = Request::post(url)
        .header("x-security-token", token)
        .body(Body::from(b"planted-body".to_vec()))
        .unwrap();
    let exchange = Exchange::new(request, Limits::default());
    let response = BlockingTransport::send(transport, exchange).unwrap();
    assert_eq!(response.body().as_ref(), b"planted-answer!");
}

#[test]
fn exchanges_leave_no_secret_in_the_log() {
    let ear = Ear::default();
    tracing::subscriber::set_global_default(ear.clone()).unwrap();
    let url = serve(4);

    // First isahc alone, so that its log is known to be on, and what it takes for granted is cached.
    let request = Request::post(&url).body("planted-body").unwrap();
    HttpClient::new().unwrap().send(request).unwrap();
    assert!(ear.heard.lock().unwrap().contains("planted-body"), "isahc has no wire log any more");

    let transport = IsahcTransport::new().unwrap();
    ear.heard.lock().unwrap().clear();
    send_secrets(&transport, &url);
    send_secrets(&transport.clone(), &url);
    send_secrets(&IsahcTransport::from_client(HttpClient::new().unwrap()), &url);
    drop(transport);
    let heard = ear.heard.lock().unwrap();
    assert!(!heard.contains("planted"), "{heard}");
}
