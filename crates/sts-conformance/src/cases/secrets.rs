//! Nothing that is secret in any error. Every case looks for it; these make errors full of it.

use std::time::Duration;

use crate::server::Server;
use crate::stop::Stop;
use crate::trial::{NO_NAME, SHORT, Trial, at_most, post, within};

pub(crate) async fn no_secret_of_a_request_is_in_an_error(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.transport()?;
    let unknown = format!("http://{NO_NAME}/");
    for url in ["http://127.0.0.1:1/", &unknown, "/relative", "ftp://127.0.0.1/"] {
        transport.exchange(post(url)?).await?.error()?;
    }
    let server = Server::start(|connection| {
        // What came is sent back as a head, a gateway's usual mistake.
        let request = connection.request()?;
        connection.write(&request.body)?;
        connection.write("\r\n\r\n")
    })?;
    transport.exchange(post(&server.url("/"))?).await?.error()?;
    Ok(())
}

pub(crate) async fn no_secret_of_an_answer_is_in_an_error(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.transport()?;
    for answer in [
        "planted-garbage\r\n\r\n",
        "HTTP/1.1 planted\r\n\r\n",
        "HTTP/1.1 200 planted\r\nplanted-header planted\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: planted\r\n\r\nplanted",
        "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nplanted",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nplanted\r\nplanted",
        "HTTP/1.1 200 OK\r\nx-planted: planted\r\ncontent-length: 99\r\n\r\n",
    ] {
        let server = Server::answering_once(answer)?;
        transport.exchange(post(&server.url("/"))?).await?.error()?;
        server.finish(1)?;
    }
    Ok(())
}

pub(crate) async fn no_secret_is_in_the_error_of_a_limit(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.transport()?;
    let server = Server::answering_once("HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nplanted")?;
    transport.exchange(at_most(post(&server.url("/"))?, 6)).await?.error()?;
    let server = Server::start(|connection| {
        connection.request()?;
        connection.write("HTTP/1.1 200 OK\r\nx-a: planted\r\ncontent-length: 99\r\n\r\nplanted")?;
        connection.stall()
    })?;
    transport.exchange(within(post(&server.url("/"))?, SHORT)).await?.error()?;
    transport.exchange(within(post(&server.url("/"))?, Duration::ZERO)).await?.error()?;
    Ok(())
}
