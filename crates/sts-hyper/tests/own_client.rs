//! Transports over an existing hyper-util client.

#![cfg(feature = "hyper-util")]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::future::{pending, poll_fn};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Uri};
use hyper::rt::Executor;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use sts_client::transport::{Exchange, Limits, Progress, Transport, TransportErrorKind};
use sts_hyper::HyperTransport;
use sts_proto::Body;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower_service::Service;

type Connecting = Pin<Box<dyn Future<Output = io::Result<TokioIo<TcpStream>>> + Send>>;

/// Connects to a fixed address regardless of the URI, or never completes.
#[derive(Clone)]
struct To(Option<SocketAddr>);

impl Service<Uri> for To {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Connecting;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Connecting {
        match self.0 {
            Some(address) => {
                Box::pin(async move { Ok(TokioIo::new(TcpStream::connect(address).await?)) })
            }
            None => Box::pin(pending()),
        }
    }
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Accepts a connection and reads the head of a request.
async fn accept(listener: &TcpListener) -> (TcpStream, String) {
    let (mut connection, _) = listener.accept().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(connection.read_u8().await.unwrap());
    }
    (connection, String::from_utf8(head).unwrap())
}

fn get(url: &str) -> Exchange {
    Exchange::new(Request::get(url).body(Body::empty()).unwrap(), Limits::default())
}

fn with_timeout(timeout: Duration, mut exchange: Exchange) -> Exchange {
    exchange.limits.timeout = timeout;
    exchange
}

#[tokio::test]
async fn connector_is_used_and_the_request_is_unchanged() {
    let (listener, address) = listener().await;
    let client = Client::builder(TokioExecutor::new()).build(To(Some(address)));
    let transport = HyperTransport::from_client(client);
    let respond = async {
        let (mut connection, head) = accept(&listener).await;
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
        head
    };
    let exchange = transport.send(get("http://sts.invalid:80/v5/caller-identity"));
    let (response, head) = tokio::join!(exchange, respond);
    assert_eq!(response.unwrap().body().as_ref(), b"ok");
    assert!(head.starts_with("GET /v5/caller-identity HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("\r\nhost: sts.invalid:80\r\n"), "{head}");
    assert!(head.contains("\r\nuser-agent: sts-hyper/"), "{head}");
}

#[tokio::test]
async fn connector_error_is_not_sent() {
    let (listener, address) = listener().await;
    drop(listener);
    let client = Client::builder(TokioExecutor::new()).build(To(Some(address)));
    let transport = HyperTransport::from_client(client);
    let error = transport.send(get("http://sts.invalid/")).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Connect);
    assert_eq!(error.progress(), Progress::NotSent);
}

#[tokio::test(start_paused = true)]
async fn timeout_while_connecting_is_not_sent() {
    let client = Client::builder(TokioExecutor::new()).build(To(None));
    let transport = HyperTransport::from_client(client);
    let exchange = with_timeout(Duration::from_secs(5), get("http://sts.invalid/"));
    let error = transport.send(exchange).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Timeout);
    assert_eq!(error.progress(), Progress::NotSent);
}

#[tokio::test]
async fn timeout_after_connecting_may_have_been_sent() {
    let (listener, address) = listener().await;
    let client = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
    let transport = HyperTransport::from_client(client);
    let exchange = with_timeout(Duration::from_millis(100), get(&format!("http://{address}/")));
    let (error, _connection) = tokio::join!(transport.send(exchange), accept(&listener));
    let error = error.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Timeout);
    assert_eq!(error.progress(), Progress::MaybeSent);
}

/// A connection task on another thread may begin to write when the timeout expires.
#[tokio::test]
async fn request_held_by_a_connection_may_have_been_sent() {
    /// Runs the connection tasks until it is stopped.
    #[derive(Clone, Default)]
    struct Stoppable(Arc<AtomicBool>);

    impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Stoppable {
        fn execute(&self, task: F) {
            let (is_stopped, mut task) = (self.0.clone(), Box::pin(task));
            tokio::spawn(poll_fn(move |context| {
                if is_stopped.load(Ordering::Relaxed) {
                    return Poll::Pending;
                }
                task.as_mut().poll(context)
            }));
        }
    }

    let (listener, address) = listener().await;
    let executor = Stoppable::default();
    let client = Client::builder(executor.clone()).build(HttpConnector::new());
    let transport = HyperTransport::from_client(client);
    let url = format!("http://{address}/");
    let respond = async {
        let (mut connection, _) = accept(&listener).await;
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
        connection
    };
    let (response, _connection) = tokio::join!(transport.send(get(&url)), respond);
    response.unwrap();

    executor.0.store(true, Ordering::Relaxed);
    let exchange = with_timeout(Duration::from_millis(50), get(&url));
    let error = transport.send(exchange).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Timeout);
    assert_eq!(error.progress(), Progress::MaybeSent);
}
