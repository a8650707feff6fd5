//! Exchanges that are polled elsewhere than they began.

use std::time::{Duration, Instant};

use sts_client::transport::{Progress, TransportErrorKind};

use crate::server::{OK, Server};
use crate::stop::{Stop, expect};
use crate::trial::{SHORT, Trial, get, post, within};

pub(crate) async fn an_exchange_ends_where_there_is_no_runtime(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let transport = trial.moving_exchanges()?;
    let server = Server::answering(OK)?;
    let url = server.url("/");
    // Exchanges that move and those that stay take turns, so that they share connections.
    for _ in 0..3 {
        transport.exchange_elsewhere(post(&url)?).await?.says("ok")?;
        transport.exchange(post(&url)?).await?.says("ok")?;
        transport.exchange_elsewhere(get(&url)?).await?.says("ok")?;
    }
    server.finish(9)?;
    Ok(())
}

pub(crate) async fn its_limit_holds_where_there_is_no_runtime(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let transport = trial.moving_exchanges()?;
    let server = Server::start(|connection| {
        connection.request()?;
        connection.stall()
    })?;
    let exchange = within(post(&server.url("/"))?, SHORT);
    let ending = transport.exchange_elsewhere(exchange).await?;
    ending.fails(&[TransportErrorKind::Timeout], Progress::MaybeSent)?;
    server.until_closed(1).await?;
    Ok(())
}

pub(crate) async fn sleep_ends_where_there_is_no_runtime(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.moving_exchanges()?;
    let (time, started) = (Duration::from_millis(50), Instant::now());
    transport.wait_elsewhere(time).await;
    let took = started.elapsed();
    expect(took >= time, || format!("it took {took:?} in place of {time:?}"))
}
