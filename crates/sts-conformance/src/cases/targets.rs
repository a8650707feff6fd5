//! Unreachable targets and unusual addresses.

use std::net::{Ipv6Addr, SocketAddr, ToSocketAddrs};

use sts_client::transport::{Progress, TransportErrorKind};

use crate::server::{BlackHole, OK, Server};
use crate::stop::{Stop, expect_eq};
use crate::trial::{NO_NAME, SHORT, Trial, get, post, with_timeout};

/// Port 1, on which no server listens.
const UNREACHABLE: &str = "127.0.0.1:1";

pub(crate) async fn refused_connection_is_not_sent(trial: &Trial<'_>) -> Result<(), Stop> {
    for (scheme, transport) in trial.for_each_scheme(None)? {
        let url = format!("{scheme}://{UNREACHABLE}/");
        for exchange in [get(&url)?, post(&url)?] {
            let ending = transport.exchange(exchange).await?;
            ending.fails(&[TransportErrorKind::Connect], Progress::NotSent)?;
        }
    }
    Ok(())
}

pub(crate) async fn unresolvable_name_is_not_sent(trial: &Trial<'_>) -> Result<(), Stop> {
    // With https a stack may reject the name before it resolves it.
    let ending = trial.transport()?.exchange(post(&format!("http://{NO_NAME}/"))?).await?;
    ending.fails(&[TransportErrorKind::Resolve], Progress::NotSent)
}

/// The backlog of the listener is full, so connections are neither accepted nor refused. Either the
/// connect timeout or the timeout of the exchange expires first.
pub(crate) async fn unresponsive_target_is_not_sent(trial: &Trial<'_>) -> Result<(), Stop> {
    let hole = BlackHole::new()?;
    let kinds = [TransportErrorKind::Timeout, TransportErrorKind::Connect];
    for (scheme, transport) in trial.for_each_scheme(None)? {
        let exchange = with_timeout(post(&hole.url(scheme))?, SHORT);
        transport.exchange(exchange).await?.fails(&kinds, Progress::NotSent)?;
    }
    Ok(())
}

pub(crate) async fn uri_without_a_host_is_not_sent(trial: &Trial<'_>) -> Result<(), Stop> {
    let error = trial.transport()?.exchange(get("/v5/caller-identity")?).await?.error()?;
    expect_eq("the progress", error.progress(), Progress::NotSent)
}

pub(crate) async fn unsupported_scheme_is_not_sent(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(OK)?;
    let url = server.url("/").replace("http:", "ftp:");
    let error = trial.transport()?.exchange(get(&url)?).await?.error()?;
    expect_eq("the progress", error.progress(), Progress::NotSent)?;
    server.finish(0)?;
    Ok(())
}

pub(crate) async fn ipv6_address_is_reached(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::start_at(Ipv6Addr::LOCALHOST.into(), |connection| {
        connection.request()?;
        connection.write(OK)
    })
    .map_err(|_| Stop::skipped("this machine has no IPv6"))?;
    trial.transport()?.exchange(post(&server.url("/"))?).await?.has_body("ok")?;
    let authority = server.address().to_string();
    expect_eq("Host", server.finish_one()?.value("host"), Some(&*authority))
}

/// `localhost` has two addresses on most machines, and servers often listen on one of them.
pub(crate) async fn every_address_of_a_name_is_tried(trial: &Trial<'_>) -> Result<(), Stop> {
    let addresses: Vec<_> = ("localhost", 0).to_socket_addrs()?.collect();
    let transport = trial.transport()?;
    for address in addresses.iter().map(SocketAddr::ip) {
        let server = Server::start_at(address, |connection| {
            connection.request()?;
            connection.write(OK)
        })
        .map_err(|_| Stop::skipped("cannot listen on all addresses of localhost"))?;
        transport.exchange(post(&server.url_by_name("/"))?).await?.has_body("ok")?;
        server.finish(1)?;
    }
    Ok(())
}
