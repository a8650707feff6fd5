//! Proxies, with and without credentials.

use std::net::SocketAddr;

use sts_client::transport::{Progress, TransportErrorKind};

use crate::server::{Authority, OK, Received, Server};
use crate::stop::{Stop, expect, expect_eq};
use crate::trial::{NO_NAME, SHORT, Trial, get, post, with_timeout};

use super::tunnels::{USER_INFO, with_user_info};

/// Response of the proxy instead of the server.
const THROUGH: &str = "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nthrough";

const BASIC: &str = "Basic cGxhbnRlZCB1c2VyOnBsYW50ZWQ6cGFzcw==";

/// A proxy that opens one tunnel on each connection, always to `target`.
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

pub(crate) async fn https_uses_a_tunnel(trial: &Trial<'_>) -> Result<(), Stop> {
    uses_a_tunnel(trial, "", None).await
}

pub(crate) async fn https_uses_a_tunnel_with_credentials(trial: &Trial<'_>) -> Result<(), Stop> {
    uses_a_tunnel(trial, USER_INFO, Some(BASIC)).await
}

async fn uses_a_tunnel(
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
    let transport = trial.via_proxy_trusting(url, authority.pem())?;
    for _ in 0..2 {
        transport.exchange(post(&server.url_by_name("/v5?a=b"))?).await?.has_body("ok")?;
    }
    for request in server.finish(2)? {
        expect_eq("the request", request.request_line(), "POST /v5?a=b HTTP/1.1")?;
        let host = format!("localhost:{port}");
        expect_eq("Host", request.value("host"), Some(&*host))?;
        // For the proxy only.
        let shown = request.values("proxy-authorization");
        expect_eq("Proxy-Authorization at the server", shown, Vec::<&str>::new())?;
    }
    let connects = proxy.stop();
    expect(!connects.is_empty(), || "the transport did not use the proxy".to_owned())?;
    connects.iter().try_for_each(|request| expect_connect(request, port, credentials))
}

pub(crate) async fn http_is_forwarded(trial: &Trial<'_>) -> Result<(), Stop> {
    is_forwarded(trial, "", None).await
}

pub(crate) async fn http_is_forwarded_with_credentials(trial: &Trial<'_>) -> Result<(), Stop> {
    is_forwarded(trial, USER_INFO, Some(BASIC)).await
}

/// In absolute form, otherwise unchanged.
async fn is_forwarded(
    trial: &Trial<'_>,
    user_info: &str,
    credentials: Option<&str>,
) -> Result<(), Stop> {
    let proxy = Server::responding(OK)?;
    let url = proxy.url("").replace("://", &format!("://{user_info}"));
    let transport = trial.via_proxy(url)?;
    let host = format!("{NO_NAME}:8080");
    let target = format!("http://{host}/v5?a=%2F");
    for exchange in [get(&target)?, post(&target)?] {
        transport.exchange(exchange).await?.has_body("ok")?;
    }
    for request in proxy.finish(2)? {
        expect_eq("the target", request.target(), target.as_str())?;
        expect_eq("Host", request.values("host"), vec![host.as_str()])?;
        expect_eq("Proxy-Authorization", request.value("proxy-authorization"), credentials)?;
        expect_eq("x-security-token", request.value("x-security-token"), Some("planted-token"))?;
    }
    Ok(())
}

/// Status 407 comes from the proxy, not from the service.
pub(crate) async fn status_407_of_a_forward_proxy_is_a_proxy_error(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    for has_credentials in [true, false] {
        let proxy = Server::responding(
            "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"x\"\r\n\
             content-length: 7\r\n\r\nplanted",
        )?;
        let url = if has_credentials { with_user_info(&proxy) } else { proxy.url("") };
        let target = format!("http://{NO_NAME}/");
        let ending = trial.via_proxy(url)?.exchange(post(&target)?).await?;
        proxy.finish(1)?;
        ending.fails(&[TransportErrorKind::Proxy], Progress::MaybeSent)?;
    }
    Ok(())
}

/// Also while other exchanges with the same host use the proxy.
pub(crate) async fn direct_exchange_bypasses_the_proxy(trial: &Trial<'_>) -> Result<(), Stop> {
    let proxy = Server::responding(THROUGH)?;
    let server = Server::responding(OK)?;
    let transport = trial.via_proxy(with_user_info(&proxy))?;
    for _ in 0..2 {
        for exchange in [get(&server.url("/token"))?, post(&server.url("/token"))?] {
            transport.exchange(exchange).await?.has_body("through")?;
        }
        for exchange in [get(&server.url("/token"))?, post(&server.url("/token"))?] {
            transport.exchange(exchange.direct()).await?.has_body("ok")?;
        }
    }
    for request in server.finish(4)? {
        expect_eq("the target", request.target(), "/token")?;
        let shown = request.values("proxy-authorization");
        expect_eq("Proxy-Authorization at the server", shown, Vec::<&str>::new())?;
    }
    proxy.finish(4)?;
    Ok(())
}

/// Metadata services have link-local addresses. This one needs a zone, so no packet leaves the
/// machine.
pub(crate) async fn link_local_target_bypasses_the_proxy(trial: &Trial<'_>) -> Result<(), Stop> {
    let proxy = Server::responding(THROUGH)?;
    for (scheme, transport) in trial.for_each_scheme(Some(with_user_info(&proxy)))? {
        let exchange = with_timeout(get(&format!("{scheme}://[fe80::1]:1/"))?, SHORT);
        transport.exchange(exchange).await?.error()?;
    }
    expect_eq("connections to the proxy", proxy.connections(), 0)?;
    proxy.finish(0)?;
    Ok(())
}

pub(crate) async fn unreachable_proxy_is_a_connect_error(trial: &Trial<'_>) -> Result<(), Stop> {
    let proxy = format!("http://{USER_INFO}127.0.0.1:1");
    for (scheme, transport) in trial.for_each_scheme(Some(proxy))? {
        // A stack may reject the name itself with https.
        let host = if scheme == "https" { "localhost:1" } else { NO_NAME };
        let ending = transport.exchange(post(&format!("{scheme}://{host}/"))?).await?;
        ending.fails(&[TransportErrorKind::Connect], Progress::NotSent)?;
    }
    Ok(())
}

pub(crate) async fn unresolvable_proxy_is_a_resolve_error(trial: &Trial<'_>) -> Result<(), Stop> {
    let proxy = format!("http://{USER_INFO}{NO_NAME}:3128");
    for (scheme, transport) in trial.for_each_scheme(Some(proxy))? {
        let ending = transport.exchange(post(&format!("{scheme}://127.0.0.1:1/"))?).await?;
        ending.fails(&[TransportErrorKind::Resolve], Progress::NotSent)?;
    }
    Ok(())
}

/// The certificate is verified as without a proxy.
pub(crate) async fn server_behind_a_proxy_is_verified(trial: &Trial<'_>) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let config = authority.issue("elsewhere.example")?.config()?;
    let server = Server::start_tls(config, |connection| connection.request().map(drop))?;
    let mut proxy = tunnelling(server.address())?;
    let transport = trial.via_proxy_trusting(with_user_info(&proxy), authority.pem())?;
    let ending = transport.exchange(post(&server.url_by_name("/"))?).await?;
    server.finish(0)?;
    proxy.stop();
    ending.fails(&[TransportErrorKind::Tls], Progress::NotSent)
}
