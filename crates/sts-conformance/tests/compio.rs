//! A session over compio, a runtime of one thread over `io_uring`, whose futures are not `Send`.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that goes wrong panics")]

use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use compio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use compio::net::TcpStream;
use compio::runtime::Runtime;
use http::Response;
use http::header::HOST;
use send_wrapper::SendWrapper;
use sts_client::transport::{MaybeSend, TransportErrorKind};
use sts_client::{Client, Exchange, Transport, TransportError};
use sts_emulator::{Emulator, builtin};
use sts_proto::{AssumeAgency, Body};

struct CompioTransport;

impl Transport for CompioTransport {
    fn send(
        &self,
        exchange: Exchange,
    ) -> impl Future<Output = Result<Response<Body>, TransportError>> + MaybeSend {
        SendWrapper::new(async {
            send(exchange).await.map_err(|error| {
                TransportError::maybe_sent(TransportErrorKind::Closed).with_source(error)
            })
        })
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + MaybeSend {
        SendWrapper::new(compio::time::sleep(duration))
    }
}

/// Sends a request over plain HTTP, and reads until the server closes the connection.
async fn send(exchange: Exchange) -> io::Result<Response<Body>> {
    let (mut parts, body) = exchange.request.into_parts();
    let authority = parts.uri.authority().unwrap().to_string();
    let mut head = format!(
        "{} {} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nContent-Length: {}\r\n",
        parts.method,
        parts.uri.path(),
        body.len()
    );
    parts.headers.remove(HOST);
    for (name, value) in &parts.headers {
        write!(head, "{name}: {}\r\n", value.to_str().unwrap()).unwrap();
    }
    let message = [head.as_bytes(), b"\r\n", body.as_ref()].concat();
    let mut connection = TcpStream::connect(&authority).await?;
    connection.write_all(message).await.0?;
    let response = connection.read_to_end(Vec::new()).await.1;
    let end = response.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let (head, body) = response.split_at(end);
    let status = std::str::from_utf8(head).unwrap().split(' ').nth(1).unwrap();
    let body = Body::from(body.strip_prefix(b"\r\n\r\n").unwrap().to_vec());
    Ok(Response::builder().status(status).body(body).unwrap())
}

#[test]
fn a_session_runs_on_compio() {
    let emulator = Emulator::builder().start_blocking().unwrap();
    let client = Client::builder(CompioTransport)
        .endpoint(emulator.endpoint().clone())
        .credentials(builtin::credentials())
        .build()
        .unwrap();
    let session = client.session(AssumeAgency::new(builtin::AGENCY_URN, "compio")).unwrap();
    Runtime::new().unwrap().block_on(async {
        compio::runtime::spawn(session.keep_fresh()).detach();
        let first = session.credentials().await.unwrap();
        session.invalidate(&first);
        let second = session.credentials().await.unwrap();
        assert_ne!(first.access_key_id, second.access_key_id);
        let identity = client.caller_identity().await.unwrap();
        assert_eq!(identity.account_id, builtin::ACCOUNT_ID);
    });
}
