//! Connections: how long to wait for one, how many are kept, what is said on them.

use std::io::Read;
use std::time::{Duration, Instant};

use sts_client::transport::{Progress, TransportErrorKind};

use crate::server::{accept, answer, header, read_request, serve, serve_once};
use crate::stacks::{Settings, Stack, for_each_stack};

for_each_stack! {
    a_user_agent_is_added_where_there_is_none,
    no_connection_is_kept_where_none_shall_be,
    a_handshake_that_stalls_ends_with_the_time_to_connect,
}

fn a_user_agent_is_added_where_there_is_none(stack: &Stack) {
    let transport = stack.built(&Settings { user_agent: Some("backup/7"), ..Settings::default() });
    let server = serve_once("ok");
    transport.send(&server.url()).unwrap();
    assert_eq!(header(&server.join(), "user-agent"), Some("backup/7"));

    let server = serve_once("ok");
    stack.built(&Settings::default()).send(&server.url()).unwrap();
    assert_eq!(header(&server.join(), "user-agent"), Some(stack.user_agent));
}

fn no_connection_is_kept_where_none_shall_be(stack: &Stack) {
    let server = serve(|listener| {
        for _ in 0..2 {
            let mut connection = accept(listener);
            read_request(&mut connection);
            answer(&mut connection, "ok");
            // Until the transport closes it.
            assert_eq!(connection.read(&mut [0]).unwrap(), 0);
        }
    });
    let transport = stack.built(&Settings { pool_max_idle: Some(0), ..Settings::default() });
    for _ in 0..2 {
        transport.send(&server.url()).unwrap();
    }
    server.join();
}

fn a_handshake_that_stalls_ends_with_the_time_to_connect(stack: &Stack) {
    let server = serve(|listener| {
        let mut connection = accept(listener);
        // The greeting of TLS arrives, and gets no response.
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
