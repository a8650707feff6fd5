//! An answer that is too large is an error, never a shorter answer.

use sts_client::transport::{Limits, Progress, TransportErrorKind};

use crate::server::{OK, Server};
use crate::stop::Stop;
use crate::trial::{Trial, at_most, get, post};

/// The ways to say where the body ends.
fn framings(body: &str) -> [String; 3] {
    let length = body.len();
    let (first, rest) = body.split_at(length / 2);
    [
        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}"),
        format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
             {:x}\r\n{first}\r\n{:x}\r\n{rest}\r\n0\r\n\r\n",
            first.len(),
            rest.len(),
        ),
        format!("HTTP/1.0 200 OK\r\n\r\n{body}"),
    ]
}

pub(crate) async fn a_body_at_the_limit_is_whole(trial: &Trial<'_>) -> Result<(), Stop> {
    let body = "0123456789".repeat(1000);
    let transport = trial.transport()?;
    for answer in framings(&body) {
        let server = Server::answering_once(answer)?;
        let exchange = at_most(get(&server.url("/"))?, body.len());
        transport.exchange(exchange).await?.says(&body)?;
        server.finish(1)?;
    }
    Ok(())
}

pub(crate) async fn one_byte_more_is_too_large(trial: &Trial<'_>) -> Result<(), Stop> {
    let body = "0123456789".repeat(1000);
    let transport = trial.transport()?;
    for answer in framings(&body) {
        let server = Server::answering_once(answer)?;
        let exchange = at_most(get(&server.url("/"))?, body.len() - 1);
        let ending = transport.exchange(exchange).await?;
        ending.fails(&[TransportErrorKind::TooLarge], Progress::MaybeSent)?;
        server.finish(1)?;
    }
    Ok(())
}

pub(crate) async fn the_limit_is_one_mib_by_default(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.transport()?;
    let limit = Limits::default().body;
    let body = "x".repeat(limit);
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {limit}\r\n\r\n{body}");
    let server = Server::answering(answer)?;
    transport.exchange(get(&server.url("/"))?).await?.says(&body)?;
    server.finish(1)?;

    let length = limit + 1;
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}x");
    let server = Server::answering(answer)?;
    let ending = transport.exchange(get(&server.url("/"))?).await?;
    ending.fails(&[TransportErrorKind::TooLarge], Progress::MaybeSent)?;
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn no_byte_allowed_takes_an_empty_body(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
    let transport = trial.transport()?;
    transport.exchange(at_most(get(&server.url("/"))?, 0)).await?.says("")?;
    server.finish(1)?;
    let server = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx")?;
    let ending = transport.exchange(at_most(get(&server.url("/"))?, 0)).await?;
    ending.fails(&[TransportErrorKind::TooLarge], Progress::MaybeSent)?;
    server.finish(1)?;
    Ok(())
}

/// It need not come to be too large.
pub(crate) async fn a_length_over_the_limit_is_not_waited_for(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    for length in ["1000000000000", "18446744073709551615"] {
        let server = Server::start(move |connection| {
            connection.request()?;
            connection.write(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\nabc"))?;
            connection.stall()
        })?;
        let ending = trial.transport()?.exchange(get(&server.url("/"))?).await?;
        // A number that no file is as long as may be no number at all.
        let kinds: &[_] = if length.len() < 20 {
            &[TransportErrorKind::TooLarge]
        } else {
            &[TransportErrorKind::TooLarge, TransportErrorKind::Protocol]
        };
        ending.fails(kinds, Progress::MaybeSent)?;
        server.finish(1)?;
    }
    Ok(())
}

pub(crate) async fn an_endless_body_is_stopped_at_the_limit(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.request()?;
        connection.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
        let chunk = format!("400\r\n{}\r\n", "x".repeat(0x400));
        loop {
            connection.write(&chunk)?;
        }
    })?;
    let ending = trial.transport()?.exchange(get(&server.url("/"))?).await?;
    ending.fails(&[TransportErrorKind::TooLarge], Progress::MaybeSent)?;
    server.finish(1)?;
    Ok(())
}

/// How long it may get is up to the HTTP stack; that it has an end is not.
pub(crate) async fn a_head_without_end_is_an_error(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.request()?;
        connection.write("HTTP/1.1 200 OK\r\n")?;
        let header = format!("x: {}\r\n", "y".repeat(60_000));
        loop {
            connection.write(&header)?;
        }
    })?;
    let ending = trial.transport()?.exchange(get(&server.url("/"))?).await?;
    // A stack may not tell a head that it takes no more of from one that broke off.
    let kinds = [TransportErrorKind::TooLarge, TransportErrorKind::Closed];
    ending.fails(&kinds, Progress::MaybeSent)?;
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn the_rest_of_a_large_answer_is_no_answer_to_the_next_request(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.request()?;
        if connection.number() > 0 {
            return connection.write(OK);
        }
        connection.write(format!("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{OK}{OK}"))?;
        connection.stall()
    })?;
    let transport = trial.transport()?;
    let ending = transport.exchange(at_most(post(&server.url("/"))?, 2)).await?;
    ending.fails(&[TransportErrorKind::TooLarge], Progress::MaybeSent)?;
    transport.exchange(at_most(post(&server.url("/"))?, 2)).await?.says("ok")?;
    server.finish(2)?;
    Ok(())
}
