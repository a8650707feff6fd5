//! Transports that are used before and after `fork`, as in servers with worker processes.

#![cfg(unix)]
#![expect(unsafe_code, reason = "fork is unsafe")]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use futures_lite::future::block_on;
use http::Request;
use isahc::HttpClient;
use isahc::config::Configurable;
use sts_client::blocking;
use sts_client::transport::{Exchange, Limits, Progress, Transport};
use sts_isahc::IsahcTransport;
use sts_proto::Body;

const RESPONSE: &[u8] = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";

/// A server that responds to every request, each on a connection of its own.
fn serve() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            std::thread::spawn(move || {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") && !request.ends_with(b"{}") {
                    let mut byte = [0];
                    connection.read_exact(&mut byte).unwrap();
                    request.extend(byte);
                }
                if !request.ends_with(b"{}") && request.starts_with(b"POST") {
                    connection.read_exact(&mut [0; 2]).unwrap();
                }
                connection.write_all(RESPONSE).unwrap();
            });
        }
    });
    format!("http://{address}/")
}

fn exchange(url: &str, body: &str) -> Exchange {
    let body = Body::from(body.as_bytes().to_vec());
    let method = if body.is_empty() { "GET" } else { "POST" };
    let request = Request::builder().method(method).uri(url).body(body).unwrap();
    Exchange::new(request, Limits::default())
}

/// Runs `script` in a child process and waits for its end.
fn in_child(script: impl FnOnce()) {
    // SAFETY: the child runs only the script, which takes no lock that another thread of this
    // process may hold, and leaves without the destructors of the parent.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "no child");
    if child == 0 {
        let is_good = catch_unwind(AssertUnwindSafe(script)).is_ok();
        // SAFETY: it only ends the process.
        unsafe { libc::_exit(i32::from(!is_good)) }
    }
    let started = Instant::now();
    let mut status = -1;
    loop {
        // SAFETY: the child is ours, and the pointer is to a local variable.
        let ended = unsafe { libc::waitpid(child, &raw mut status, libc::WNOHANG) };
        if ended == child {
            break;
        }
        if started.elapsed() > Duration::from_secs(60) {
            // SAFETY: the child is ours and has not been waited for.
            unsafe { libc::kill(child, libc::SIGKILL) };
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(status, 0, "after {:?}", started.elapsed());
}

/// A single test, because a child process has only the thread that forked.
#[test]
fn transport_works_before_and_after_a_fork() {
    let url = serve();
    let transport = IsahcTransport::builder().no_proxy().build().unwrap();
    let sends = |body| {
        let response = blocking::Transport::send(&transport, exchange(&url, body)).unwrap();
        assert_eq!(response.body().as_ref(), b"ok");
        let response = block_on(Transport::send(&transport, exchange(&url, body))).unwrap();
        assert_eq!(response.body().as_ref(), b"ok");
        block_on(Transport::sleep(&transport, Duration::from_millis(1)));
    };
    let sends_all = || ["{}", ""].into_iter().for_each(sends);
    sends_all();
    in_child(|| {
        sends_all();
        in_child(sends_all);
        sends_all();
    });
    sends_all();

    // A transport that the child did not use is dropped without joining its thread.
    let other = transport.clone();
    in_child(move || drop(other));
    let other = IsahcTransport::builder().no_proxy().build().unwrap();
    in_child(move || drop(other));

    let own = IsahcTransport::from_client(HttpClient::builder().proxy(None).build().unwrap());
    blocking::Transport::send(&own, exchange(&url, "{}")).unwrap();
    in_child(|| {
        let error = blocking::Transport::send(&own, exchange(&url, "{}")).unwrap_err();
        assert_eq!(error.progress(), Progress::NotSent);
        assert!(std::error::Error::source(&error).unwrap().to_string().contains("forked"));
    });
}
