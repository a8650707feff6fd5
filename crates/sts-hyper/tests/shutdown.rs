//! A runtime that shuts down during the background refresh of a session must not cause a panic,
//! because a program built with `panic = "abort"` would end.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::future::poll_fn;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::pin::pin;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use sts_client::Session;
use sts_client::transport::Transport;
use sts_hyper::HyperTransport;
use sts_proto::{AssumeAgency, Credentials, Endpoint};
use tokio::runtime::{Builder, Runtime};

/// Set in the child process.
const CHILD: &str = "STS_TEST_ABORT_ON_PANIC";

const BODY: &str = r#"{"assumed_agency":{"urn":"sts::0a1b2c3d:assumed-agency:reader/suite","id":"id:suite"},
    "credentials":{"access_key_id":"HST","secret_access_key":"secret","security_token":"token",
    "expiration":"2099-01-01T00:00:00Z"}}"#;

#[test]
fn shutdown_during_a_background_refresh_does_not_panic() {
    if std::env::var_os(CHILD).is_some() {
        abort_on_panic();
        for end in [drop::<Runtime>, Runtime::shutdown_background] {
            for start in [keep_fresh, request_credentials] {
                let current_thread = Builder::new_current_thread().enable_all().build();
                shut_down_during_refresh(current_thread.unwrap(), start, end);
                let multi_thread =
                    Builder::new_multi_thread().worker_threads(2).enable_all().build();
                shut_down_during_refresh(multi_thread.unwrap(), start, end);
            }
        }
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "shutdown_during_a_background_refresh_does_not_panic", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    assert!(printed.contains("1 passed"), "{printed}");
}

/// Every panic ends the process, including those that tokio would catch.
fn abort_on_panic() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        print(info);
        std::process::abort();
    }));
}

fn keep_fresh(runtime: &Runtime, session: &Session) {
    runtime.spawn(session.keep_fresh());
}

/// Other callers take over the refresh of a call that ends.
fn request_credentials(runtime: &Runtime, session: &Session) {
    let session = session.clone();
    runtime.spawn(async move { session.credentials().await.map(drop) });
}

fn shut_down_during_refresh(runtime: Runtime, start: fn(&Runtime, &Session), end: fn(Runtime)) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let transport = HyperTransport::builder().no_proxy().build().unwrap();
    let session = session(transport.clone(), &url);
    let mut backoff = Box::pin(transport.sleep(Duration::from_secs(3600)));
    start(&runtime, &session);
    let (connection, listener) = runtime.block_on(async {
        assert!(futures_lite::future::poll_once(&mut backoff).await.is_none());
        let accepted =
            tokio::task::spawn_blocking(move || (listener.accept().unwrap().0, listener));
        accepted.await.unwrap()
    });
    // A caller on another runtime waits for the same refresh, or for the next one.
    let (waits, is_waiting) = mpsc::channel();
    let caller = thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let mut credentials = pin!(session.credentials());
        runtime.block_on(poll_fn(|context| {
            let polled = credentials.as_mut().poll(context);
            waits.send(()).unwrap_or_default();
            polled.map(|credentials| credentials.map(drop))
        }))
    });
    is_waiting.recv().unwrap();
    end(runtime);
    drop(connection);
    futures_lite::future::block_on(backoff);
    // Detached: if the caller does not send another request, no connection arrives.
    thread::spawn(move || respond(listener.accept().unwrap().0));
    match caller.join().unwrap() {
        Ok(()) => {}
        Err(error) => assert!(error.to_string().contains("cancelled"), "{error}"),
    }
}

fn session(transport: HyperTransport, url: &str) -> Session {
    let client = transport
        .client()
        .endpoint(Endpoint::parse_allowing_http(url).unwrap())
        .credentials(Credentials::permanent("EXAMPLEAK00000000001", "secret"))
        .build()
        .unwrap();
    client.session(AssumeAgency::new("iam::0a1b2c3d:agency:reader", "suite")).unwrap()
}

fn respond(mut connection: TcpStream) {
    let mut request = Vec::new();
    while !request.ends_with(b"}") {
        let mut byte = [0];
        connection.read_exact(&mut byte).unwrap();
        request.extend(byte);
    }
    let length = BODY.len();
    let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    connection.write_all(head.as_bytes()).unwrap();
    connection.write_all(BODY.as_bytes()).unwrap();
}
