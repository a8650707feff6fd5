//! Exchanges that are dropped before they end.

use std::collections::HashMap;
use std::time::Duration;

use sts_client::transport::{Exchange, Limits};

use crate::server::{OK, Server};
use crate::stop::{Stop, expect};
use crate::subject::Subject;
use crate::trial::{SHORT, Trial, post, post_body, with_timeout};

/// The late response must not be returned for another exchange.
pub(crate) async fn response_of_a_dropped_exchange_is_discarded(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let transport = cancellable(trial)?;
    let server = Server::start(|connection| {
        connection.request()?;
        if connection.number() > 0 {
            return connection.write(OK);
        }
        connection.wait_for_gate()?;
        connection.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlate")?;
        connection.stall()
    })?;
    let url = server.url("/");
    transport.abandon(post(&url)?, server.until_requests(1)).await?;
    server.open_gate();
    for _ in 0..3 {
        transport.exchange(post(&url)?).await?.has_body("ok")?;
        async_io::Timer::after(Duration::from_millis(1200)).await;
    }
    server.finish(4)?;
    Ok(())
}

/// Immediately where the stack can, at its timeout at the latest.
pub(crate) async fn dropped_exchange_closes_its_connection(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = cancellable(trial)?;
    let server = Server::start(|connection| {
        connection.request()?;
        connection.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")?;
        connection.stall()
    })?;
    let exchange = with_timeout(post(&server.url("/"))?, Duration::from_secs(2));
    transport.abandon(exchange, server.until_requests(1)).await?;
    server.until_closed(1).await?;
    server.finish(1)?;
    Ok(())
}

/// The exchange and its transport are dropped together.
pub(crate) async fn dropped_transport_closes_its_connections(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let transport = cancellable(trial)?;
    let server = Server::start(|connection| {
        connection.request()?;
        connection.stall()
    })?;
    let exchange = with_timeout(post(&server.url("/"))?, Duration::from_secs(2));
    transport.abandon(exchange, server.until_requests(1)).await?;
    drop(transport);
    server.until_closed(1).await?;
    server.finish(1)?;
    Ok(())
}

/// The future is dropped after its first poll.
pub(crate) async fn transport_is_usable_after_an_immediate_drop(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let transport = cancellable(trial)?;
    let server = Server::responding(OK)?;
    for _ in 0..20 {
        transport.abandon_after(post(&server.url("/"))?, Duration::ZERO).await;
    }
    transport.exchange(post(&server.url("/"))?).await?.has_body("ok")?;
    Ok(())
}

/// Drops at 60 pseudo-random times (fixed seed), each followed by an exchange that must succeed.
pub(crate) async fn transport_is_usable_after_a_drop_at_any_time(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let transport = cancellable(trial)?;
    let mut server = Server::start(|connection| {
        loop {
            let request = connection.request()?;
            let length = request.body.len();
            std::thread::sleep(Duration::from_micros(500));
            connection.write("HTTP/1.1 200 OK\r\n")?;
            std::thread::sleep(Duration::from_micros(500));
            connection.write(format!("content-length: {length}\r\n\r\n"))?;
            std::thread::sleep(Duration::from_micros(500));
            connection.write(request.body)?;
        }
    })?;
    let mut random = fastrand::Rng::with_seed(7);
    let url = server.url("/");
    let short = |body: &str| -> Result<Exchange, Stop> {
        Ok(Exchange::new(post_body(&url, body)?.request, Limits::default().timeout(SHORT * 10)))
    };
    for round in 0..60 {
        let moment = Duration::from_micros(random.u64(0..4000));
        transport.abandon_after(short(&format!("dropped {round}"))?, moment).await;
        let body = format!("works {round}");
        transport.exchange(short(&body)?).await?.has_body(&body)?;
    }
    let mut times = HashMap::<Vec<u8>, usize>::new();
    for request in server.stop() {
        *times.entry(request.body).or_default() += 1;
    }
    let repeated = times.iter().find(|(_, times)| **times > 1);
    expect(repeated.is_none(), || format!("a request was repeated: {repeated:?}"))?;
    let worked = times.keys().filter(|body| body.starts_with(b"works")).count();
    expect(worked == 60, || format!("{worked} of 60 requests arrived"))
}

fn cancellable(trial: &Trial<'_>) -> Result<Subject, Stop> {
    let transport = trial.transport()?;
    transport.require_cancellable()?;
    Ok(transport)
}
