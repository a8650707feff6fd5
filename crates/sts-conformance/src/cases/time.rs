//! Every exchange ends within its timeout.

use std::io;
use std::time::{Duration, Instant};

use sts_client::transport::{Progress, TransportErrorKind};

use crate::server::{Connection, OK, Server};
use crate::stop::{Stop, expect};
use crate::timed_out::{Polled, TimedOut};
use crate::trial::{SHORT, Trial, get, post, post_body, with_timeout};

pub(crate) async fn no_response_times_out(trial: &Trial<'_>) -> Result<(), Stop> {
    times_out_after(trial, "").await
}

pub(crate) async fn stall_in_the_status_line_times_out(trial: &Trial<'_>) -> Result<(), Stop> {
    times_out_after(trial, "HTTP/1.1 20").await
}

pub(crate) async fn stall_in_the_headers_times_out(trial: &Trial<'_>) -> Result<(), Stop> {
    times_out_after(trial, "HTTP/1.1 200 OK\r\nx-request-id: r\r\ncontent-le").await
}

pub(crate) async fn stall_before_the_body_times_out(trial: &Trial<'_>) -> Result<(), Stop> {
    times_out_after(trial, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n").await
}

pub(crate) async fn stall_in_the_body_times_out(trial: &Trial<'_>) -> Result<(), Stop> {
    times_out_after(trial, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nplanted").await
}

pub(crate) async fn stall_in_a_chunk_times_out(trial: &Trial<'_>) -> Result<(), Stop> {
    let response = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\nplanted";
    times_out_after(trial, response).await
}

pub(crate) async fn stall_before_the_last_chunk_times_out(trial: &Trial<'_>) -> Result<(), Stop> {
    let response = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n";
    times_out_after(trial, response).await
}

pub(crate) async fn stall_after_an_informational_response_times_out(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    times_out_after(trial, "HTTP/1.1 100 Continue\r\n\r\n").await
}

/// A request to a server that runs `script`, whose response comes after the timeout.
async fn late(
    trial: &Trial<'_>,
    script: impl Fn(&mut Connection) -> io::Result<()> + Copy + Send + Sync + 'static,
) -> Result<TimedOut, Stop> {
    TimedOut::after(Polled::Here, script, |_| trial.transport(), |server| post(&server.url("/")))
        .await
}

/// The server sends `start` and then stalls. The connection must be closed after the timeout.
async fn times_out_after(trial: &Trial<'_>, start: &'static str) -> Result<(), Stop> {
    let late = late(trial, move |connection| {
        connection.request()?;
        connection.write(start)?;
        connection.stall()
    });
    let TimedOut { server, transport: _transport, ending, timeout } = late.await?;
    expect(ending.took >= timeout, || format!("ended early, after {:?}", ending.took))?;
    ending.fails(&[TransportErrorKind::Timeout], Progress::MaybeSent)?;
    server.until_closed(1).await?;
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn slow_head_does_not_extend_the_timeout(trial: &Trial<'_>) -> Result<(), Stop> {
    times_out_during(trial, |connection| {
        connection.write("HTTP/1.1 200 OK\r\n")?;
        connection.drip("x: y\r\n".repeat(1000), Duration::from_millis(20))
    })
    .await
}

pub(crate) async fn slow_body_does_not_extend_the_timeout(trial: &Trial<'_>) -> Result<(), Stop> {
    times_out_during(trial, |connection| {
        connection.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")?;
        connection.drip(".".repeat(1000), Duration::from_millis(20))
    })
    .await
}

pub(crate) async fn informational_responses_do_not_extend_the_timeout(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    times_out_during(trial, |connection| {
        loop {
            connection.write("HTTP/1.1 102 Processing\r\n\r\n")?;
            std::thread::sleep(Duration::from_millis(20));
        }
    })
    .await
}

async fn times_out_during(
    trial: &Trial<'_>,
    response: fn(&mut Connection) -> io::Result<()>,
) -> Result<(), Stop> {
    let late = late(trial, move |connection| {
        connection.request()?;
        response(connection)
    });
    let TimedOut { server, ending, .. } = late.await?;
    ending.fails(&[TransportErrorKind::Timeout], Progress::MaybeSent)?;
    server.finish(1)?;
    Ok(())
}

/// The body fills all buffers, and the server does not read it.
pub(crate) async fn unread_request_times_out(trial: &Trial<'_>) -> Result<(), Stop> {
    let body = vec![b'x'; 32 << 20];
    let unread = TimedOut::after(
        Polled::Here,
        |connection| {
            connection.read_first_bytes()?;
            connection.wait_for_gate()
        },
        |_| trial.transport(),
        |server| post_body(&server.url("/"), &body),
    );
    unread.await?.ending.fails(&[TransportErrorKind::Timeout], Progress::MaybeSent)
}

pub(crate) async fn slow_response_within_the_timeout_is_accepted(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.request()?;
        connection.drip(OK, Duration::from_millis(10))
    })?;
    trial.transport()?.exchange(post(&server.url("/"))?).await?.has_body("ok")?;
    server.finish(1)?;
    Ok(())
}

/// Three exchanges take longer than the timeout, each of them less than half of it. One that takes
/// longer, as on a busy machine, is repeated with a longer timeout.
pub(crate) async fn timeout_applies_to_each_exchange(trial: &Trial<'_>) -> Result<(), Stop> {
    let mut timeout = Duration::from_secs(1);
    'repeated: loop {
        let server = Server::start(move |connection| {
            loop {
                connection.request()?;
                std::thread::sleep(timeout * 2 / 5);
                connection.write(OK)?;
            }
        })?;
        let transport = trial.transport()?;
        for _ in 0..3 {
            let ending = transport.exchange(with_timeout(post(&server.url("/"))?, timeout)).await?;
            if ending.is_late(timeout) && timeout < Duration::from_secs(5) {
                timeout *= 5;
                continue 'repeated;
            }
            ending.has_body("ok")?;
        }
        server.finish(3)?;
        return Ok(());
    }
}

/// The late response must not be returned for another exchange.
pub(crate) async fn late_response_is_discarded_after_a_timeout(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let late = late(trial, |connection| {
        connection.request()?;
        if connection.number() > 0 {
            return connection.write(OK);
        }
        connection.wait_for_gate()?;
        connection.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlate")?;
        connection.stall()
    });
    let TimedOut { server, transport, ending, .. } = late.await?;
    ending.fails(&[TransportErrorKind::Timeout], Progress::MaybeSent)?;
    server.open_gate();
    transport.exchange(post(&server.url("/"))?).await?.has_body("ok")?;
    server.finish(2)?;
    Ok(())
}

pub(crate) async fn zero_timeout_times_out(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.request()?;
        connection.stall()
    })?;
    let exchange = with_timeout(get(&server.url("/"))?, Duration::ZERO);
    let error = trial.transport()?.exchange(exchange).await?.error()?;
    let kind = error.kind();
    expect(kind == TransportErrorKind::Timeout, || format!("expected Timeout, got {kind:?}"))
}

pub(crate) async fn maximum_timeout_is_accepted(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(OK)?;
    let exchange = with_timeout(get(&server.url("/"))?, Duration::MAX);
    trial.transport()?.exchange(exchange).await?.has_body("ok")?;
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn sleep_takes_the_given_time(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.transport()?;
    let started = Instant::now();
    transport.wait(Duration::ZERO).await;
    transport.wait(SHORT).await;
    let took = started.elapsed();
    expect(took >= SHORT && took < SHORT * 20, || format!("expected {SHORT:?}, took {took:?}"))
}
