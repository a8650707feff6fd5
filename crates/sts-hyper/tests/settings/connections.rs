//! Connections: how long to wait for one, how many are kept, what is said on them.

use std::io::Read;
use std::time::{Duration, Instant};

use sts_client::transport::{Progress, TransportErrorKind};
use sts_hyper::HyperTransport;

use crate::send;
use crate::server::{accept, answer, header, read_request, serve, serve_once};

#[test]
fn a_user_agent_is_added_where_there_is_none() {
    let transport =
        HyperTransport::builder().user_agent("backup/7".parse().unwrap()).build().unwrap();
    let server = serve_once("ok");
    send(&transport, &server.url()).unwrap();
    assert_eq!(header(&server.join(), "user-agent"), Some("backup/7"));

    let server = serve_once("ok");
    send(&HyperTransport::new().unwrap(), &server.url()).unwrap();
    let usual = concat!("sts-hyper/", env!("CARGO_PKG_VERSION"));
    assert_eq!(header(&server.join(), "user-agent"), Some(usual));
}

#[test]
fn no_connection_is_kept_where_none_shall_be() {
    let server = serve(|listener| {
        for _ in 0..2 {
            let mut connection = accept(listener);
            read_request(&mut connection);
            answer(&mut connection, "ok");
            // Until the transport closes it.
            assert_eq!(connection.read(&mut [0]).unwrap(), 0);
        }
    });
    let transport = HyperTransport::builder().pool_max_idle(0).build().unwrap();
    for _ in 0..2 {
        send(&transport, &server.url()).unwrap();
    }
    server.join();
}

#[test]
fn a_handshake_that_stalls_ends_with_the_time_to_connect() {
    let server = serve(|listener| {
        let mut connection = accept(listener);
        // The greeting of TLS arrives; it is never answered.
        while connection.read(&mut [0; 512]).is_ok_and(|read| read > 0) {}
    });
    let time = Duration::from_millis(300);
    let transport = HyperTransport::builder().connect_timeout(time).build().unwrap();
    let started = Instant::now();
    let error = send(&transport, &server.https_url()).unwrap_err();
    let took = started.elapsed();
    assert_eq!(error.kind(), TransportErrorKind::Connect);
    assert_eq!(error.progress(), Progress::NotSent);
    assert!(took >= time && took < time + Duration::from_secs(2), "{took:?}");
    server.join();
}
