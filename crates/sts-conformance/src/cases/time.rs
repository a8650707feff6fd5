//! All of it ends within the limit.

use std::time::{Duration, Instant};

use sts_client::transport::{Progress, TransportErrorKind};

use crate::server::{Connection, OK, Server};
use crate::stop::{Stop, expect};
use crate::trial::{SHORT, Trial, get, post, within};

pub(crate) async fn silence_is_a_timeout(trial: &Trial<'_>) -> Result<(), Stop> {
    times_out_after(trial, "").await
}

pub(crate) async fn a_stall_in_the_status_line_is_a_timeout(trial: &Trial<'_>) -> Result<(), Stop> {
    times_out_after(trial, "HTTP/1.1 20").await
}

pub(crate) async fn a_stall_in_the_headers_is_a_timeout(trial: &Trial<'_>) -> Result<(), Stop> {
    times_out_after(trial, "HTTP/1.1 200 OK\r\nx-request-id: r\r\ncontent-le").await
}

pub(crate) async fn a_stall_before_the_body_is_a_timeout(trial: &Trial<'_>) -> Result<(), Stop> {
    times_out_after(trial, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n").await
}

pub(crate) async fn a_stall_in_the_body_is_a_timeout(trial: &Trial<'_>) -> Result<(), Stop> {
    times_out_after(trial, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nplanted").await
}

pub(crate) async fn a_stall_in_a_chunk_is_a_timeout(trial: &Trial<'_>) -> Result<(), Stop> {
    let answer = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\nplanted";
    times_out_after(trial, answer).await
}

pub(crate) async fn a_stall_before_the_last_chunk_is_a_timeout(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let answer = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n";
    times_out_after(trial, answer).await
}

pub(crate) async fn a_stall_after_an_informational_answer_is_a_timeout(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    times_out_after(trial, "HTTP/1.1 100 Continue\r\n\r\n").await
}

/// The server says this much and then nothing; the connection is closed in the end.
async fn times_out_after(trial: &Trial<'_>, start: &'static str) -> Result<(), Stop> {
    let server = Server::start(move |connection| {
        connection.request()?;
        connection.write(start)?;
        connection.stall()
    })?;
    let transport = trial.transport()?;
    let ending = transport.exchange(within(post(&server.url("/"))?, SHORT)).await?;
    expect(ending.took >= SHORT, || format!("it took only {:?}", ending.took))?;
    ending.fails(&[TransportErrorKind::Timeout], Progress::MaybeSent)?;
    server.until_closed(1).await?;
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn a_head_that_trickles_does_not_extend_the_limit(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    times_out_in(trial, |connection| {
        connection.write("HTTP/1.1 200 OK\r\n")?;
        connection.drip("x: y\r\n".repeat(1000), Duration::from_millis(20))
    })
    .await
}

pub(crate) async fn a_body_that_trickles_does_not_extend_the_limit(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    times_out_in(trial, |connection| {
        connection.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")?;
        connection.drip(".".repeat(1000), Duration::from_millis(20))
    })
    .await
}

pub(crate) async fn informational_answers_do_not_extend_the_limit(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    times_out_in(trial, |connection| {
        loop {
            connection.write("HTTP/1.1 102 Processing\r\n\r\n")?;
            std::thread::sleep(Duration::from_millis(20));
        }
    })
    .await
}

async fn times_out_in(
    trial: &Trial<'_>,
    answer: fn(&mut Connection) -> std::io::Result<()>,
) -> Result<(), Stop> {
    let server = Server::start(move |connection| {
        connection.request()?;
        answer(connection)
    })?;
    let transport = trial.transport()?;
    let ending = transport.exchange(within(post(&server.url("/"))?, SHORT)).await?;
    ending.fails(&[TransportErrorKind::Timeout], Progress::MaybeSent)?;
    server.finish(1)?;
    Ok(())
}

/// The body fills all buffers on the way, and there it stays.
pub(crate) async fn a_request_that_nobody_reads_is_a_timeout(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let server = Server::start(|connection| connection.wait_for_gate())?;
    let transport = trial.transport()?;
    let body = vec![b'x'; 32 << 20];
    let exchange = within(crate::trial::post_body(&server.url("/"), body)?, SHORT);
    let ending = transport.exchange(exchange).await?;
    ending.fails(&[TransportErrorKind::Timeout], Progress::MaybeSent)
}

pub(crate) async fn a_slow_answer_within_the_limit_is_taken(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.request()?;
        connection.drip(OK, Duration::from_millis(10))
    })?;
    trial.transport()?.exchange(post(&server.url("/"))?).await?.says("ok")?;
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn each_exchange_has_a_limit_of_its_own(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        loop {
            connection.request()?;
            std::thread::sleep(Duration::from_millis(400));
            connection.write(OK)?;
        }
    })?;
    let transport = trial.transport()?;
    for _ in 0..3 {
        let exchange = within(post(&server.url("/"))?, Duration::from_secs(1));
        transport.exchange(exchange).await?.says("ok")?;
    }
    server.finish(3)?;
    Ok(())
}

/// The late answer is nobody's.
pub(crate) async fn the_next_exchange_after_a_timeout_has_its_own_answer(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.request()?;
        if connection.number() > 0 {
            return connection.write(OK);
        }
        connection.wait_for_gate()?;
        connection.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlate")?;
        connection.stall()
    })?;
    let transport = trial.transport()?;
    let ending = transport.exchange(within(post(&server.url("/"))?, SHORT)).await?;
    ending.fails(&[TransportErrorKind::Timeout], Progress::MaybeSent)?;
    server.open_gate();
    transport.exchange(post(&server.url("/"))?).await?.says("ok")?;
    server.finish(2)?;
    Ok(())
}

pub(crate) async fn no_time_at_all_is_a_timeout(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.request()?;
        connection.stall()
    })?;
    let exchange = within(get(&server.url("/"))?, Duration::ZERO);
    let error = trial.transport()?.exchange(exchange).await?.error()?;
    let kind = error.kind();
    expect(kind == TransportErrorKind::Timeout, || format!("{kind:?} in place of Timeout"))
}

pub(crate) async fn all_the_time_there_is_is_taken(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::answering(OK)?;
    let exchange = within(get(&server.url("/"))?, Duration::MAX);
    trial.transport()?.exchange(exchange).await?.says("ok")?;
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn sleep_waits_as_long_as_it_is_told(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.transport()?;
    let started = Instant::now();
    transport.wait(Duration::ZERO).await;
    transport.wait(SHORT).await;
    let took = started.elapsed();
    expect(took >= SHORT && took < SHORT * 6, || format!("{took:?} in place of {SHORT:?}"))
}
