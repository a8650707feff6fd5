//! Connections: connect timeout, pool size, user agent.

use std::io::Read;
use std::thread;
use std::time::{Duration, Instant};

use sts_client::transport::{Progress, TransportErrorKind};

use crate::server::{accept, header, read_request, respond, serve, serve_once};
use crate::stacks::{Settings, Stack, for_each_stack};

for_each_stack! {
    missing_user_agent_is_added,
    pool_of_size_zero_keeps_no_connection,
    stalled_handshake_ends_with_the_connect_timeout,
    unlimited_idle_timeout_is_accepted,
    zero_idle_timeout_keeps_no_connection,
}

fn missing_user_agent_is_added(stack: &Stack) {
    let transport = stack.built(&Settings { user_agent: Some("backup/7"), ..Settings::default() });
    let server = serve_once("ok");
    transport.send(&server.url()).unwrap();
    assert_eq!(header(&server.join(), "user-agent"), Some("backup/7"));

    let server = serve_once("ok");
    stack.built(&Settings::default()).send(&server.url()).unwrap();
    assert_eq!(header(&server.join(), "user-agent"), Some(stack.user_agent));
}

fn pool_of_size_zero_keeps_no_connection(stack: &Stack) {
    let server = serve(|listener| {
        for _ in 0..2 {
            let mut connection = accept(listener);
            read_request(&mut connection);
            respond(&mut connection, "ok");
            // Waits until the transport closes it.
            assert_eq!(connection.read(&mut [0]).unwrap(), 0);
        }
    });
    let transport = stack.built(&Settings { pool_max_idle: Some(0), ..Settings::default() });
    for _ in 0..2 {
        transport.send(&server.url()).unwrap();
    }
    server.join();
}

fn unlimited_idle_timeout_is_accepted(stack: &Stack) {
    // A connection may return to the pool too late for the next exchange.
    let server = serve(|listener| {
        let listener = listener.try_clone().unwrap();
        thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                thread::spawn(move || {
                    while connection.peek(&mut [0]).is_ok_and(|read| read > 0) {
                        read_request(&mut connection);
                        respond(&mut connection, "ok");
                    }
                });
            }
        });
    });
    for timeout in [Duration::MAX, Duration::from_millis(86_399_999)] {
        let settings = Settings { pool_idle_timeout: Some(timeout), ..Settings::default() };
        let transport = stack.built(&settings);
        for _ in 0..5 {
            transport.send(&server.url()).unwrap();
        }
    }
    server.join();
}

fn zero_idle_timeout_keeps_no_connection(stack: &Stack) {
    let server = serve(|listener| {
        let mut connections = Vec::new();
        for _ in 0..2 {
            let mut connection = accept(listener);
            read_request(&mut connection);
            respond(&mut connection, "ok");
            connections.push(connection);
        }
    });
    let zero = Some(Duration::ZERO);
    let transport = stack.built(&Settings { pool_idle_timeout: zero, ..Settings::default() });
    for _ in 0..2 {
        transport.send(&server.url()).unwrap();
    }
    server.join();
}

fn stalled_handshake_ends_with_the_connect_timeout(stack: &Stack) {
    let server = serve(|listener| {
        let mut connection = accept(listener);
        // Does not respond to the client hello.
        while connection.read(&mut [0; 512]).is_ok_and(|read| read > 0) {}
    });
    let time = Duration::from_millis(300);
    let transport = stack.built(&Settings { connect_timeout: Some(time), ..Settings::default() });
    let started = Instant::now();
    let error = transport.send(&server.https_url()).unwrap_err();
    let took = started.elapsed();
    assert_eq!(error.kind(), TransportErrorKind::Timeout);
    assert_eq!(error.progress(), Progress::NotSent);
    assert!(took >= time && took < time + Duration::from_secs(2), "{took:?}");
    server.join();
}
