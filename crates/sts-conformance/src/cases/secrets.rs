//! Errors contain no secret. Every case checks this; these cases provoke errors near secrets.

use std::time::Duration;

use crate::server::Server;
use crate::stop::Stop;
use crate::timed_out::{Polled, TimedOut};
use crate::trial::{NO_NAME, Trial, post, with_body_limit, with_timeout};

pub(crate) async fn errors_contain_no_secret_of_the_request(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.transport()?;
    let unknown = format!("http://{NO_NAME}/");
    for url in ["http://127.0.0.1:1/", &unknown, "/relative", "ftp://127.0.0.1/"] {
        transport.exchange(post(url)?).await?.error()?;
    }
    let server = Server::start(|connection| {
        // Echoes the body as a response head, as some gateways do.
        let request = connection.request()?;
        connection.write(&request.body)?;
        connection.write("\r\n\r\n")
    })?;
    transport.exchange(post(&server.url("/"))?).await?.error()?;
    Ok(())
}

pub(crate) async fn errors_contain_no_secret_of_the_response(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let transport = trial.transport()?;
    for response in [
        "planted-garbage\r\n\r\n",
        "HTTP/1.1 planted\r\n\r\n",
        "HTTP/1.1 200 planted\r\nplanted-header planted\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: planted\r\n\r\nplanted",
        "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nplanted",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nplanted\r\nplanted",
        "HTTP/1.1 200 OK\r\nx-planted: planted\r\ncontent-length: 99\r\n\r\n",
    ] {
        let server = Server::responding_once(response)?;
        transport.exchange(post(&server.url("/"))?).await?.error()?;
        server.finish(1)?;
    }
    Ok(())
}

pub(crate) async fn limit_errors_contain_no_secret(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.transport()?;
    let server = Server::responding_once("HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nplanted")?;
    transport.exchange(with_body_limit(post(&server.url("/"))?, 6)).await?.error()?;
    let stalled = TimedOut::after(
        Polled::Here,
        |connection| {
            connection.request()?;
            connection
                .write("HTTP/1.1 200 OK\r\nx-a: planted\r\ncontent-length: 99\r\n\r\nplanted")?;
            connection.stall()
        },
        |_| trial.transport(),
        |server| post(&server.url("/")),
    );
    let TimedOut { server, transport, ending, .. } = stalled.await?;
    ending.error()?;
    transport.exchange(with_timeout(post(&server.url("/"))?, Duration::ZERO)).await?.error()?;
    Ok(())
}
