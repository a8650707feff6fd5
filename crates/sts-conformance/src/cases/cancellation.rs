//! Exchanges that are dropped before they end.

use std::collections::HashMap;
use std::time::Duration;

use sts_client::transport::{Exchange, Limits};

use crate::server::{OK, Server};
use crate::stop::{Stop, expect};
use crate::subject::Subject;
use crate::trial::{SHORT, Trial, post, post_body, within};

/// Its answer comes late, and nobody may take it for another's.
pub(crate) async fn the_answer_to_a_dropped_exchange_is_nobodys(
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
        transport.exchange(post(&url)?).await?.says("ok")?;
        async_io::Timer::after(Duration::from_millis(1200)).await;
    }
    server.finish(4)?;
    Ok(())
}

/// At once where the stack can, and at the end of its time at the latest.
pub(crate) async fn a_dropped_exchange_closes_its_connection_within_its_limit(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let transport = cancellable(trial)?;
    let server = Server::start(|connection| {
        connection.request()?;
        connection.write("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf")?;
        connection.stall()
    })?;
    let exchange = within(post(&server.url("/"))?, Duration::from_secs(2));
    transport.abandon(exchange, server.until_requests(1)).await?;
    server.until_closed(1).await?;
    server.finish(1)?;
    Ok(())
}

/// Also when the transport is dropped with it.
pub(crate) async fn nothing_goes_on_after_transport_and_exchange_are_dropped(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let transport = cancellable(trial)?;
    let server = Server::start(|connection| {
        connection.request()?;
        connection.stall()
    })?;
    let exchange = within(post(&server.url("/"))?, Duration::from_secs(2));
    transport.abandon(exchange, server.until_requests(1)).await?;
    drop(transport);
    server.until_closed(1).await?;
    server.finish(1)?;
    Ok(())
}

/// A future that nobody polls does nothing.
pub(crate) async fn an_exchange_dropped_at_once_leaves_the_transport_usable(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let transport = cancellable(trial)?;
    let server = Server::answering(OK)?;
    for _ in 0..20 {
        transport.abandon_after(post(&server.url("/"))?, Duration::ZERO).await;
    }
    transport.exchange(post(&server.url("/"))?).await?.says("ok")?;
    Ok(())
}

/// At 60 moments, the same in every run, and each followed by a call that works.
pub(crate) async fn a_call_works_after_one_dropped_at_any_moment(
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
        Ok(Exchange::new(
            post_body(&url, body)?.request,
            Limits::default().with_timeout(SHORT * 10),
        ))
    };
    for round in 0..60 {
        let moment = Duration::from_micros(random.u64(0..4000));
        transport.abandon_after(short(&format!("dropped {round}"))?, moment).await;
        let body = format!("works {round}");
        transport.exchange(short(&body)?).await?.says(&body)?;
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
    transport.must_be_cancellable()?;
    Ok(transport)
}
