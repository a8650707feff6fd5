//! Exchanges that are polled outside of the runtime on which they started.

use std::time::{Duration, Instant};

use sts_client::transport::{Progress, TransportErrorKind};

use crate::server::{OK, Server};
use crate::stop::{Stop, expect};
use crate::timed_out::{Polled, TimedOut};
use crate::trial::{Trial, get, post};

pub(crate) async fn exchange_completes_outside_a_runtime(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.moving_exchanges()?;
    let server = Server::responding(OK)?;
    let url = server.url("/");
    // Both kinds alternate, so that they share connections.
    for _ in 0..3 {
        transport.exchange_on_other_thread(post(&url)?).await?.has_body("ok")?;
        transport.exchange(post(&url)?).await?.has_body("ok")?;
        transport.exchange_on_other_thread(get(&url)?).await?.has_body("ok")?;
    }
    server.finish(9)?;
    Ok(())
}

pub(crate) async fn timeout_applies_outside_a_runtime(trial: &Trial<'_>) -> Result<(), Stop> {
    let stalled = TimedOut::after(
        Polled::OnOtherThread,
        |connection| {
            connection.request()?;
            connection.stall()
        },
        |_| trial.moving_exchanges(),
        |server| post(&server.url("/")),
    );
    let TimedOut { server, transport: _transport, ending, .. } = stalled.await?;
    ending.fails(&[TransportErrorKind::Timeout], Progress::MaybeSent)?;
    server.until_closed(1).await?;
    Ok(())
}

pub(crate) async fn sleep_completes_outside_a_runtime(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.moving_exchanges()?;
    let (time, started) = (Duration::from_millis(50), Instant::now());
    transport.wait_on_other_thread(time).await;
    let took = started.elapsed();
    expect(took >= time, || format!("expected at least {time:?}, took {took:?}"))
}
