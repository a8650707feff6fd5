//! A client of the user's own.

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

/// Connects to one address, whatever the URI says, or takes for ever.
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

/// The next request, up to the end of its head.
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

fn within(timeout: Duration, mut exchange: Exchange) -> Exchange {
    exchange.limits.timeout = timeout;
    exchange
}

#[tokio::test]
async fn its_connector_is_used_and_the_request_goes_out_as_it_is() {
    let (listener, address) = listener().await;
    let client = Client::builder(TokioExecutor::new()).build(To(Some(address)));
    let transport = HyperTransport::from_client(client);
    let answer = async {
        let (mut connection, head) = accept(&listener).await;
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
        head
    };
    let exchange = transport.send(get("http://sts.invalid:80/v5/caller-identity"));
    let (response, head) = tokio::join!(exchange, answer);
    assert_eq!(response.unwrap().body().as_ref(), b"ok");
    assert!(head.starts_with("GET /v5/caller-identity HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("\r\nhost: sts.invalid:80\r\n"), "{head}");
    assert!(head.contains("\r\nuser-agent: sts-hyper/"), "{head}");
}

#[tokio::test]
async fn a_failure_of_its_connector_is_not_sent() {
    let (listener, address) = listener().await;
    drop(listener);
    let client = Client::builder(TokioExecutor::new()).build(To(Some(address)));
    let transport = HyperTransport::from_client(client);
    let error = transport.send(get("http://sts.invalid/")).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Connect);
    assert_eq!(error.progress(), Progress::NotSent);
}

#[tokio::test(start_paused = true)]
async fn time_that_its_connector_takes_is_not_sent() {
    let client = Client::builder(TokioExecutor::new()).build(To(None));
    let transport = HyperTransport::from_client(client);
    let exchange = within(Duration::from_secs(5), get("http://sts.invalid/"));
    let error = transport.send(exchange).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Timeout);
    assert_eq!(error.progress(), Progress::NotSent);
}

#[tokio::test]
async fn a_silent_server_may_have_got_it() {
    let (listener, address) = listener().await;
    let client = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
    let transport = HyperTransport::from_client(client);
    let exchange = within(Duration::from_millis(100), get(&format!("http://{address}/")));
    let (error, _connection) = tokio::join!(transport.send(exchange), accept(&listener));
    let error = error.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Timeout);
    assert_eq!(error.progress(), Progress::MaybeSent);
}

/// On another thread it may begin to write at the moment in which the time is over.
#[tokio::test]
async fn what_a_connection_holds_may_have_been_sent() {
    /// Runs the tasks of connections, until it is told to let them lie.
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
    let answer = async {
        let (mut connection, _) = accept(&listener).await;
        connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
        connection
    };
    let (response, _connection) = tokio::join!(transport.send(get(&url)), answer);
    response.unwrap();

    executor.0.store(true, Ordering::Relaxed);
    let exchange = within(Duration::from_millis(50), get(&url));
    let error = transport.send(exchange).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Timeout);
    assert_eq!(error.progress(), Progress::MaybeSent);
}
