//! Where there is no server, or not where one looks first.

use std::net::{Ipv6Addr, SocketAddr, ToSocketAddrs};

use sts_client::transport::{Progress, TransportErrorKind};

use crate::server::{BlackHole, OK, Server};
use crate::stop::{Stop, expect_eq};
use crate::trial::{NO_NAME, SHORT, Trial, get, post, within};

/// Nobody listens at the lowest of the ports.
const NOBODY: &str = "127.0.0.1:1";

pub(crate) async fn a_refused_connection_is_not_sent(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.transport()?;
    for scheme in ["http", "https"] {
        let url = format!("{scheme}://{NOBODY}/");
        for exchange in [get(&url)?, post(&url)?] {
            let ending = transport.exchange(exchange).await?;
            ending.fails(&[TransportErrorKind::Connect], Progress::NotSent)?;
        }
    }
    Ok(())
}

pub(crate) async fn a_name_without_an_address_is_not_sent(trial: &Trial<'_>) -> Result<(), Stop> {
    // With https a stack may find fault with the name itself first.
    let ending = trial.transport()?.exchange(post(&format!("http://{NO_NAME}/"))?).await?;
    ending.fails(&[TransportErrorKind::Resolve], Progress::NotSent)
}

/// Its backlog is full: nobody answers, and nobody refuses. What runs out first, the time to
/// connect or that of the exchange, is up to the transport.
pub(crate) async fn a_target_that_swallows_connections_is_not_sent(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let hole = BlackHole::new()?;
    let transport = trial.transport()?;
    let kinds = [TransportErrorKind::Timeout, TransportErrorKind::Connect];
    for scheme in ["http", "https"] {
        let exchange = within(post(&hole.url(scheme))?, SHORT);
        transport.exchange(exchange).await?.fails(&kinds, Progress::NotSent)?;
    }
    Ok(())
}

pub(crate) async fn a_uri_without_a_host_is_not_sent(trial: &Trial<'_>) -> Result<(), Stop> {
    let error = trial.transport()?.exchange(get("/v5/caller-identity")?).await?.error()?;
    expect_eq("the progress", error.progress(), Progress::NotSent)
}

pub(crate) async fn a_scheme_that_is_not_http_is_not_sent(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::answering(OK)?;
    let url = server.url("/").replace("http:", "ftp:");
    let error = trial.transport()?.exchange(get(&url)?).await?.error()?;
    expect_eq("the progress", error.progress(), Progress::NotSent)?;
    server.finish(0)?;
    Ok(())
}

pub(crate) async fn an_ipv6_address_is_reached(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::start_at(Ipv6Addr::LOCALHOST.into(), |connection| {
        connection.request()?;
        connection.write(OK)
    })
    .map_err(|_| Stop::skipped("this machine has no IPv6"))?;
    trial.transport()?.exchange(post(&server.url("/"))?).await?.says("ok")?;
    let authority = server.address().to_string();
    expect_eq("Host", server.finish_one()?.value("host"), Some(&*authority))
}

/// `localhost` is two addresses on most machines, and servers are often at one of them.
pub(crate) async fn every_address_of_a_name_is_tried(trial: &Trial<'_>) -> Result<(), Stop> {
    let addresses: Vec<_> = ("localhost", 0).to_socket_addrs()?.collect();
    let transport = trial.transport()?;
    for address in addresses.iter().map(SocketAddr::ip) {
        let server = Server::start_at(address, |connection| {
            connection.request()?;
            connection.write(OK)
        })
        .map_err(|_| Stop::skipped("this machine cannot listen at all of its addresses"))?;
        transport.exchange(post(&server.url_by_name("/"))?).await?.says("ok")?;
        server.finish(1)?;
    }
    Ok(())
}
