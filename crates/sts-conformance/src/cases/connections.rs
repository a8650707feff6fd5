//! Connections that are kept, and that turn out to be gone.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_io::Timer;
use futures_util::future::join_all;
use sts_client::transport::{Exchange, Progress, TransportErrorKind};

use crate::server::{Connection, OK, Server};
use crate::stop::{Stop, expect};
use crate::trial::{Trial, get, post, post_body};

/// After this long a transport is to notice that a kept connection was closed.
const NOTICED: Duration = Duration::from_millis(1200);

/// Nothing forbids a transport to keep none: then there is nothing to see here.
pub(crate) async fn connections_are_used_again(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::answering(OK)?;
    let transport = trial.transport()?;
    for _ in 0..20 {
        transport.exchange(post(&server.url("/"))?).await?.says("ok")?;
    }
    let connections = server.connections();
    server.finish(20)?;
    match connections {
        20 => Err(Stop::skipped("it keeps no connections")),
        // A connection may come back too late for the next request.
        1..=10 => Ok(()),
        _ => Err(Stop::Failed(format!("{connections} connections for 20 requests"))),
    }
}

pub(crate) async fn a_connection_that_the_server_ends_is_not_used_again(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    for answer in [
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok",
        "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
    ] {
        // It says so, and does not do it.
        let server = Server::answering(answer)?;
        let transport = trial.transport()?;
        for _ in 0..3 {
            transport.exchange(post(&server.url("/"))?).await?.says("ok")?;
        }
        let connections = server.connections();
        server.finish(3)?;
        expect(connections == 3, || format!("{connections} connections for 3 requests"))?;
    }
    Ok(())
}

pub(crate) async fn a_kept_connection_that_was_closed_is_replaced(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let server = Server::answering_once(OK)?;
    let transport = trial.transport()?;
    for _ in 0..2 {
        transport.exchange(post(&server.url("/"))?).await?.says("ok")?;
        Timer::after(NOTICED).await;
    }
    server.finish(2)?;
    Ok(())
}

/// Between its answer and the next request the server closes, without a word before. Either the
/// next request goes out over another connection, or it failed; it never goes out twice.
pub(crate) async fn a_connection_closed_as_it_is_used_again_repeats_nothing(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    races(trial, |_| Ok(())).await
}

/// The same with a reset.
pub(crate) async fn a_connection_reset_as_it_is_used_again_repeats_nothing(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    races(trial, Connection::reset).await
}

async fn races(trial: &Trial<'_>, end: fn(&mut Connection) -> io::Result<()>) -> Result<(), Stop> {
    for round in 0..20_u64 {
        let mut server = Server::start(move |connection| {
            connection.request()?;
            connection.write(OK)?;
            end(connection)
        })?;
        let transport = trial.transport()?;
        let ending = transport.exchange(post(&server.url("/"))?).await?;
        if !ending.is_answer() {
            // The reset has overtaken the answer.
            continue;
        }
        Timer::after(Duration::from_micros(round * round * 10)).await;
        let ending = transport.exchange(post(&server.url("/"))?).await?;
        let expected = if ending.is_answer() { 2 } else { 1 };
        if expected == 1 {
            let error = ending.error()?;
            let kind = error.kind();
            expect(kind == TransportErrorKind::Closed, || format!("{kind:?}, not Closed"))?;
        }
        let arrived = server.stop().len();
        expect(arrived == expected, || {
            format!("{arrived} requests arrived in place of {expected}")
        })?;
    }
    Ok(())
}

/// It was read, and may have been acted upon, also where the connection had served before.
pub(crate) async fn a_request_that_was_read_is_not_repeated(trial: &Trial<'_>) -> Result<(), Stop> {
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
            transport.exchange(post(&server.url("/"))?).await?.says("ok")?;
        }
        let ending = transport.exchange(last(&server.url("/"))?).await?;
        ending.fails(&[TransportErrorKind::Closed], Progress::MaybeSent)?;
        server.finish(11)?;
    }
    Ok(())
}

pub(crate) async fn an_exchange_after_a_failed_one_is_not_disturbed(
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
        transport.exchange(post(&server.url("/"))?).await?.says("ok")?;
        // The server has closed this connection, too.
        Timer::after(NOTICED).await;
    }
    server.finish(12)?;
    Ok(())
}

/// Each its own.
pub(crate) async fn a_hundred_calls_at_once_are_answered(trial: &Trial<'_>) -> Result<(), Stop> {
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
                transport.exchange(post_body(&url, &body)?).await?.says(&body)?;
                Ok::<(), Stop>(())
            }
        });
        join_all(calls).await.into_iter().collect::<Result<(), Stop>>()?;
    }
    server.finish(200)?;
    Ok(())
}
