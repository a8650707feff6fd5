//! Through a proxy, with and without credentials.

use std::net::SocketAddr;

use sts_client::transport::{Progress, TransportErrorKind};

use crate::server::{Authority, OK, Received, Server};
use crate::stop::{Stop, expect_eq};
use crate::trial::{NO_NAME, SHORT, Trial, get, post, within};

/// `planted user` and `planted:pass`, as they stand in a URL and in a header.
const USER_INFO: &str = "planted%20user:planted%3Apass@";
const BASIC: &str = "Basic cGxhbnRlZCB1c2VyOnBsYW50ZWQ6cGFzcw==";

/// Where nobody listens, but for the proxy.
const NOBODY: &str = "https://localhost:1/";

fn with_user_info(proxy: &Server) -> String {
    proxy.url("").replace("://", &format!("://{USER_INFO}"))
}

/// A proxy that makes one tunnel on each connection, to `target` whatever it is asked for.
fn tunnelling(target: SocketAddr) -> std::io::Result<Server> {
    Server::start(move |connection| {
        connection.request()?;
        connection.write("HTTP/1.1 200 Connection established\r\n\r\n")?;
        connection.tunnel_to(target)
    })
}

fn expect_connect(request: &Received, port: u16, credentials: Option<&str>) -> Result<(), Stop> {
    let line = format!("CONNECT localhost:{port} HTTP/1.1");
    expect_eq("the request to the proxy", request.request_line(), line.as_str())?;
    expect_eq("Proxy-Authorization", request.value("proxy-authorization"), credentials)?;
    for name in ["authorization", "x-security-token"] {
        expect_eq(name, request.values(name), Vec::<&str>::new())?;
    }
    Ok(())
}

pub(crate) async fn https_goes_through_a_tunnel(trial: &Trial<'_>) -> Result<(), Stop> {
    goes_through_a_tunnel(trial, "", None).await
}

pub(crate) async fn https_goes_through_a_tunnel_with_credentials(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    goes_through_a_tunnel(trial, USER_INFO, Some(BASIC)).await
}

async fn goes_through_a_tunnel(
    trial: &Trial<'_>,
    user_info: &str,
    credentials: Option<&str>,
) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let server = Server::start_tls(authority.issue("localhost")?.config()?, |connection| {
        loop {
            connection.request()?;
            connection.write(OK)?;
        }
    })?;
    let port = server.address().port();
    let mut proxy = tunnelling(server.address())?;
    let url = proxy.url("").replace("://", &format!("://{user_info}"));
    let transport = trial.through_trusting(url, authority.pem())?;
    for _ in 0..2 {
        transport.exchange(post(&server.url_by_name("/v5?a=b"))?).await?.says("ok")?;
    }
    for request in server.finish(2)? {
        expect_eq("the request", request.request_line(), "POST /v5?a=b HTTP/1.1")?;
        let host = format!("localhost:{port}");
        expect_eq("Host", request.value("host"), Some(&*host))?;
        // These are for the proxy alone.
        let shown = request.values("proxy-authorization");
        expect_eq("Proxy-Authorization at the server", shown, Vec::<&str>::new())?;
    }
    for request in proxy.stop() {
        expect_connect(&request, port, credentials)?;
    }
    Ok(())
}

pub(crate) async fn http_is_handed_to_the_proxy(trial: &Trial<'_>) -> Result<(), Stop> {
    is_handed_to_the_proxy(trial, "", None).await
}

pub(crate) async fn http_is_handed_to_the_proxy_with_credentials(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    is_handed_to_the_proxy(trial, USER_INFO, Some(BASIC)).await
}

/// With the whole URI as its target, and nothing else changed.
async fn is_handed_to_the_proxy(
    trial: &Trial<'_>,
    user_info: &str,
    credentials: Option<&str>,
) -> Result<(), Stop> {
    let proxy = Server::answering(OK)?;
    let url = proxy.url("").replace("://", &format!("://{user_info}"));
    let transport = trial.through(url)?;
    let host = format!("{NO_NAME}:8080");
    let target = format!("http://{host}/v5?a=%2F");
    for exchange in [get(&target)?, post(&target)?] {
        transport.exchange(exchange).await?.says("ok")?;
    }
    for request in proxy.finish(2)? {
        expect_eq("the target", request.target(), target.as_str())?;
        expect_eq("Host", request.values("host"), vec![host.as_str()])?;
        expect_eq("Proxy-Authorization", request.value("proxy-authorization"), credentials)?;
        expect_eq("x-security-token", request.value("x-security-token"), Some("planted-token"))?;
    }
    Ok(())
}

/// Its answer to CONNECT is no answer of the server.
pub(crate) async fn a_tunnel_that_is_refused_is_no_connection(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    for status in ["403 Forbidden", "407 Proxy Authentication Required", "502 Bad Gateway"] {
        let proxy = Server::answering_once(format!(
            "HTTP/1.1 {status}\r\nproxy-authenticate: Basic realm=\"x\"\r\n\
             connection: close\r\ncontent-length: 7\r\n\r\nplanted"
        ))?;
        let transport = trial.through(with_user_info(&proxy))?;
        let ending = transport.exchange(post(NOBODY)?).await?;
        proxy.finish(1)?;
        ending.fails(&[TransportErrorKind::Connect], Progress::NotSent)?;
    }
    Ok(())
}

pub(crate) async fn a_proxy_that_closes_is_no_connection(trial: &Trial<'_>) -> Result<(), Stop> {
    for answer in ["", "HTTP/1.1 200 Conn", "planted\r\n\r\n"] {
        let proxy = Server::answering_once(answer)?;
        let transport = trial.through(with_user_info(&proxy))?;
        let ending = transport.exchange(post(NOBODY)?).await?;
        proxy.finish(1)?;
        ending.fails(&[TransportErrorKind::Connect], Progress::NotSent)?;
    }
    Ok(())
}

pub(crate) async fn a_proxy_that_is_not_there_is_no_connection(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let transport = trial.through(format!("http://{USER_INFO}127.0.0.1:1"))?;
    for url in [&format!("http://{NO_NAME}/"), NOBODY] {
        let ending = transport.exchange(post(url)?).await?;
        ending.fails(&[TransportErrorKind::Connect], Progress::NotSent)?;
    }
    Ok(())
}

pub(crate) async fn a_proxy_without_an_address_is_not_resolved(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let transport = trial.through(format!("http://{USER_INFO}{NO_NAME}:3128"))?;
    for url in ["http://127.0.0.1:1/", "https://127.0.0.1:1/"] {
        let ending = transport.exchange(post(url)?).await?;
        ending.fails(&[TransportErrorKind::Resolve], Progress::NotSent)?;
    }
    Ok(())
}

pub(crate) async fn a_proxy_that_stalls_is_waited_for_within_the_limit(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let proxy = Server::start(|connection| {
        connection.request()?;
        connection.stall()
    })?;
    let transport = trial.through(with_user_info(&proxy))?;
    let exchange = within(post(NOBODY)?, SHORT);
    let kinds = [TransportErrorKind::Timeout, TransportErrorKind::Connect];
    let ending = transport.exchange(exchange).await?;
    proxy.finish(1)?;
    ending.fails(&kinds, Progress::NotSent)
}

/// The tunnel changes nothing of what is verified.
pub(crate) async fn a_server_behind_a_proxy_is_verified(trial: &Trial<'_>) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let config = authority.issue("elsewhere.example")?.config()?;
    let server = Server::start_tls(config, |connection| connection.request().map(drop))?;
    let mut proxy = tunnelling(server.address())?;
    let transport = trial.through_trusting(with_user_info(&proxy), authority.pem())?;
    let ending = transport.exchange(post(&server.url_by_name("/"))?).await?;
    server.finish(0)?;
    proxy.stop();
    ending.fails(&[TransportErrorKind::Tls], Progress::NotSent)
}
