//! A response that is too large is an error and is never truncated.

use sts_client::transport::{Limits, Progress, TransportErrorKind};

use crate::server::{OK, Server};
use crate::stop::Stop;
use crate::trial::{Trial, get, post, with_body_limit};

/// The three ways to delimit a body.
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

pub(crate) async fn body_at_the_limit_is_complete(trial: &Trial<'_>) -> Result<(), Stop> {
    let body = "0123456789".repeat(1000);
    let transport = trial.transport()?;
    for response in framings(&body) {
        let server = Server::responding_once(response)?;
        let exchange = with_body_limit(get(&server.url("/"))?, body.len());
        transport.exchange(exchange).await?.has_body(&body)?;
        server.finish(1)?;
    }
    Ok(())
}

pub(crate) async fn body_over_the_limit_is_too_large(trial: &Trial<'_>) -> Result<(), Stop> {
    let body = "0123456789".repeat(1000);
    let transport = trial.transport()?;
    for response in framings(&body) {
        let server = Server::responding_once(response)?;
        let exchange = with_body_limit(get(&server.url("/"))?, body.len() - 1);
        let ending = transport.exchange(exchange).await?;
        ending.fails(&[TransportErrorKind::TooLarge], Progress::MaybeSent)?;
        server.finish(1)?;
    }
    Ok(())
}

pub(crate) async fn default_limit_is_one_mib(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.transport()?;
    let limit = Limits::default().body;
    let body = "x".repeat(limit);
    let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {limit}\r\n\r\n{body}");
    let server = Server::responding(response)?;
    transport.exchange(get(&server.url("/"))?).await?.has_body(&body)?;
    server.finish(1)?;

    let length = limit + 1;
    let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}x");
    let server = Server::responding(response)?;
    let ending = transport.exchange(get(&server.url("/"))?).await?;
    ending.fails(&[TransportErrorKind::TooLarge], Progress::MaybeSent)?;
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn limit_of_zero_allows_an_empty_body(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
    let transport = trial.transport()?;
    transport.exchange(with_body_limit(get(&server.url("/"))?, 0)).await?.has_body("")?;
    server.finish(1)?;
    let server = Server::responding("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx")?;
    let ending = transport.exchange(with_body_limit(get(&server.url("/"))?, 0)).await?;
    ending.fails(&[TransportErrorKind::TooLarge], Progress::MaybeSent)?;
    server.finish(1)?;
    Ok(())
}

/// The transport does not wait for the body.
pub(crate) async fn content_length_over_the_limit_fails_early(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    for length in ["1000000000000", "18446744073709551615"] {
        let server = Server::start(move |connection| {
            connection.request()?;
            connection.write(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\nabc"))?;
            connection.stall()
        })?;
        let ending = trial.transport()?.exchange(get(&server.url("/"))?).await?;
        // Out of range for some stacks.
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

pub(crate) async fn endless_body_is_too_large(trial: &Trial<'_>) -> Result<(), Stop> {
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

/// The maximum size of a head is up to the HTTP stack.
pub(crate) async fn endless_head_is_an_error(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.request()?;
        connection.write("HTTP/1.1 200 OK\r\n")?;
        let header = format!("x: {}\r\n", "y".repeat(60_000));
        loop {
            connection.write(&header)?;
        }
    })?;
    let ending = trial.transport()?.exchange(get(&server.url("/"))?).await?;
    // A stack may not distinguish a head that is too large from a truncated one.
    let kinds = [TransportErrorKind::TooLarge, TransportErrorKind::Closed];
    ending.fails(&kinds, Progress::MaybeSent)?;
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn rest_of_a_large_response_is_discarded(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.request()?;
        if connection.number() > 0 {
            return connection.write(OK);
        }
        connection.write(format!("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{OK}{OK}"))?;
        connection.stall()
    })?;
    let transport = trial.transport()?;
    let ending = transport.exchange(with_body_limit(post(&server.url("/"))?, 2)).await?;
    ending.fails(&[TransportErrorKind::TooLarge], Progress::MaybeSent)?;
    transport.exchange(with_body_limit(post(&server.url("/"))?, 2)).await?.has_body("ok")?;
    server.finish(2)?;
    Ok(())
}
