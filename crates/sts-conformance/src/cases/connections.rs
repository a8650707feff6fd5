//! Reuse of connections, and idle connections that were closed.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_io::Timer;
use futures_util::future::join_all;
use sts_client::transport::{Exchange, Progress, TransportErrorKind};

use crate::server::{Connection, OK, Server};
use crate::stop::{Stop, expect};
use crate::trial::{Trial, get, post, post_body};

/// Time within which a transport must notice that an idle connection was closed.
const DETECTION_TIME: Duration = Duration::from_millis(1200);

/// Skipped for transports that do not keep connections.
pub(crate) async fn connections_are_reused(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(OK)?;
    let transport = trial.transport()?;
    for _ in 0..20 {
        transport.exchange(post(&server.url("/"))?).await?.has_body("ok")?;
    }
    let connections = server.connections();
    server.finish(20)?;
    match connections {
        20 => Err(Stop::skipped("the transport does not keep connections")),
        // A connection may return to the pool too late for the next request.
        1..=10 => Ok(()),
        _ => Err(Stop::Failed(format!("{connections} connections for 20 requests"))),
    }
}

pub(crate) async fn connection_close_is_honored(trial: &Trial<'_>) -> Result<(), Stop> {
    for response in [
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok",
        "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
    ] {
        // The server announces the close but keeps the connection open.
        let server = Server::responding(response)?;
        let transport = trial.transport()?;
        for _ in 0..3 {
            transport.exchange(post(&server.url("/"))?).await?.has_body("ok")?;
        }
        let connections = server.connections();
        server.finish(3)?;
        expect(connections == 3, || format!("{connections} connections for 3 requests"))?;
    }
    Ok(())
}

pub(crate) async fn closed_idle_connection_is_replaced(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding_once(OK)?;
    let transport = trial.transport()?;
    for _ in 0..2 {
        transport.exchange(post(&server.url("/"))?).await?.has_body("ok")?;
        Timer::after(DETECTION_TIME).await;
    }
    server.finish(2)?;
    Ok(())
}

/// The server closes between its response and the next request, without announcement. The next
/// request is sent on another connection or fails; it is never sent twice.
pub(crate) async fn close_on_reuse_repeats_nothing(trial: &Trial<'_>) -> Result<(), Stop> {
    races(trial, |_| Ok(()), false).await
}

/// As [`close_on_reuse_repeats_nothing`], with a reset.
pub(crate) async fn reset_on_reuse_repeats_nothing(trial: &Trial<'_>) -> Result<(), Stop> {
    races(trial, Connection::reset, true).await
}

/// `overtakes`: whether the end of a connection may arrive before the response.
async fn races(
    trial: &Trial<'_>,
    end: fn(&mut Connection) -> io::Result<()>,
    overtakes: bool,
) -> Result<(), Stop> {
    for round in 0..20_u64 {
        let mut server = Server::start(move |connection| {
            connection.request()?;
            connection.write(OK)?;
            end(connection)
        })?;
        let transport = trial.transport()?;
        let ending = transport.exchange(post(&server.url("/"))?).await?;
        if !ending.is_response() {
            // The reset arrived before the response.
            continue;
        }
        Timer::after(Duration::from_micros(round * round * 10)).await;
        let ending = transport.exchange(post(&server.url("/"))?).await?;
        let expected = if ending.is_response() { 2 } else { 1 };
        if expected == 1 {
            let error = ending.error()?;
            let kind = error.kind();
            expect(kind == TransportErrorKind::Closed, || {
                format!("expected Closed, got {kind:?}")
            })?;
        }
        let arrived = server.stop().len();
        let is_overtaken = overtakes && expected == 1 && arrived == 2;
        expect(arrived == expected || is_overtaken, || {
            format!("expected {expected} requests, received {arrived}")
        })?;
    }
    Ok(())
}

/// The server may have acted on the request, even if the connection was reused.
pub(crate) async fn received_request_is_not_repeated(trial: &Trial<'_>) -> Result<(), Stop> {
    for last in [get as fn(&str) -> Result<Exchange, Stop>, post] {
        let answered = AtomicUsize::new(0);
        let server = Server::start(move |connection| {
            loop {
                connection.request()?;
                if answered.fetch_add(1, Ordering::SeqCst) >= 10 {
                    return Ok(());
                }
                connection.write(OK)?;
            }
        })?;
        let transport = trial.transport()?;
        for _ in 0..10 {
            transport.exchange(post(&server.url("/"))?).await?.has_body("ok")?;
        }
        let ending = transport.exchange(last(&server.url("/"))?).await?;
        ending.fails(&[TransportErrorKind::Closed], Progress::MaybeSent)?;
        server.finish(11)?;
    }
    Ok(())
}

pub(crate) async fn failed_exchange_does_not_affect_the_next(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.request()?;
        match connection.number() % 4 {
            0 => connection.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"),
            1 => connection.write("SSH-2.0-OpenSSH_9.2\r\n\r\n"),
            2 => connection.reset(),
            _ => connection.write(OK),
        }
    })?;
    let transport = trial.transport()?;
    for _ in 0..3 {
        for _ in 0..3 {
            transport.exchange(post(&server.url("/"))?).await?.error()?;
        }
        transport.exchange(post(&server.url("/"))?).await?.has_body("ok")?;
        // The server has closed this connection as well.
        Timer::after(DETECTION_TIME).await;
    }
    server.finish(12)?;
    Ok(())
}

/// Each exchange returns its own response.
pub(crate) async fn hundred_concurrent_exchanges_succeed(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        loop {
            let request = connection.request()?;
            let length = request.body.len();
            connection.write(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n"))?;
            connection.write(request.body)?;
        }
    })?;
    let transport = trial.transport()?;
    for _ in 0..2 {
        let calls = (0..100).map(|number| {
            let (transport, url) = (&transport, server.url("/"));
            async move {
                let body = format!("call {number} {}", "x".repeat(number * 50));
                transport.exchange(post_body(&url, &body)?).await?.has_body(&body)?;
                Ok::<(), Stop>(())
            }
        });
        join_all(calls).await.into_iter().collect::<Result<(), Stop>>()?;
    }
    server.finish(200)?;
    Ok(())
}
