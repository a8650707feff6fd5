//! Responses of a proxy to `CONNECT`.

use std::io;
use std::time::Duration;

use sts_client::transport::{Progress, TransportErrorKind};

use crate::server::{Authority, Connection, OK, Server};
use crate::stop::{Stop, expect_eq};
use crate::subject::Ending;
use crate::timed_out::{Polled, TimedOut};
use crate::trial::{Trial, post};

/// `planted user` and `planted:pass`, percent-encoded for a URL.
pub(super) const USER_INFO: &str = "planted%20user:planted%3Apass@";

/// A target without a server.
const UNREACHABLE: &str = "https://localhost:1/";

pub(super) fn with_user_info(proxy: &Server) -> String {
    proxy.url("").replace("://", &format!("://{USER_INFO}"))
}

/// A TLS server that a transport could reach without the proxy.
struct Target {
    server: Server,
    authority: Authority,
}

impl Target {
    fn new() -> Result<Self, Stop> {
        let authority = Authority::new()?;
        let server = Server::start_tls(authority.issue("localhost")?.config()?, |connection| {
            connection.request()?;
            connection.write(OK)
        })?;
        Ok(Self { server, authority })
    }

    /// Sends a request to this server through `proxy`.
    async fn exchange(&self, trial: &Trial<'_>, proxy: &Server) -> Result<Ending, Stop> {
        let transport = trial.via_proxy_trusting(with_user_info(proxy), self.authority.pem())?;
        transport.exchange(post(&self.server.url_by_name("/"))?).await
    }
}

/// Opens `count` tunnels to a TLS server; `reply` responds to each `CONNECT`.
async fn reaches<R>(trial: &Trial<'_>, count: usize, reply: R) -> Result<(), Stop>
where
    R: Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
{
    if opens_or_rejects(trial, count, reply).await? {
        return Ok(());
    }
    Err(Stop::failed("the transport did not use the tunnel"))
}

/// As [`reaches`], for a rare `reply` that a transport may reject. The case is then skipped.
async fn should_open<R>(trial: &Trial<'_>, count: usize, reply: R) -> Result<(), Stop>
where
    R: Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
{
    if opens_or_rejects(trial, count, reply).await? {
        return Ok(());
    }
    Err(Stop::skipped("the transport rejects such a response to CONNECT, which is allowed"))
}

async fn opens_or_rejects<R>(trial: &Trial<'_>, count: usize, reply: R) -> Result<bool, Stop>
where
    R: Fn(&mut Connection) -> io::Result<()> + Send + Sync + 'static,
{
    let authority = Authority::new()?;
    let server = Server::start_tls(authority.issue("localhost")?.config()?, |connection| {
        connection.request()?;
        // Closes, so that every exchange opens a new tunnel.
        connection.write("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok")
    })?;
    let target = server.address();
    let mut proxy = Server::start(move |connection| {
        connection.request()?;
        reply(connection)?;
        connection.tunnel_to(target)
    })?;
    let transport = trial.via_proxy_trusting(with_user_info(&proxy), authority.pem())?;
    for _ in 0..count {
        let ending = transport.exchange(post(&server.url_by_name("/"))?).await?;
        if !ending.is_response() {
            let kinds = [TransportErrorKind::Proxy, TransportErrorKind::Connect];
            ending.fails(&kinds, Progress::NotSent)?;
            return Ok(false);
        }
        ending.has_body("ok")?;
    }
    server.finish(count)?;
    expect_eq("the number of tunnels", proxy.stop().len(), count)?;
    Ok(true)
}

/// RFC 9110, 9.3.6: any 2xx.
pub(crate) async fn any_2xx_opens_a_tunnel(trial: &Trial<'_>) -> Result<(), Stop> {
    const HEADS: [&str; 9] = [
        "HTTP/1.1 200 Connection established",
        "HTTP/1.1 200 ",
        "HTTP/1.1 201 Created",
        "HTTP/1.1 202 Accepted",
        "HTTP/1.1 204 No Content",
        "HTTP/1.1 206 Partial Content",
        "HTTP/1.1 299 Other",
        "HTTP/1.0 200 OK",
        "HTTP/1.0 204 No Content",
    ];
    should_open(trial, HEADS.len(), |connection| {
        let head = HEADS.get(connection.number()).copied().unwrap_or(HEADS[0]);
        connection.write(format!("{head}\r\n\r\n"))
    })
    .await
}

pub(crate) async fn response_in_single_bytes_opens_a_tunnel(trial: &Trial<'_>) -> Result<(), Stop> {
    let head = "HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n";
    reaches(trial, 1, move |connection| connection.drip(head, Duration::from_millis(1))).await
}

pub(crate) async fn response_in_two_segments_opens_a_tunnel(trial: &Trial<'_>) -> Result<(), Stop> {
    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\na: b\r\n\r\n";
    reaches(trial, HEAD.len() - 1, |connection| {
        let (first, second) = HEAD.split_at((connection.number() + 1).min(HEAD.len()));
        connection.write(first)?;
        // Without effect if the segments are merged.
        std::thread::sleep(Duration::from_millis(3));
        connection.write(second)
    })
    .await
}

pub(crate) async fn response_head_of_60_kb_opens_a_tunnel(trial: &Trial<'_>) -> Result<(), Stop> {
    let lines = format!("x-padding: {}\r\n", "x".repeat(6000)).repeat(10);
    let head = format!("HTTP/1.1 200 OK\r\n{lines}\r\n");
    should_open(trial, 1, move |connection| connection.write(&head)).await
}

/// RFC 9110, 9.3.6: these headers are ignored in a 2xx, which has no body.
pub(crate) async fn body_headers_of_the_response_are_ignored(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    const HEADERS: [&str; 3] =
        ["content-length: 0", "Content-Length: 4096", "Transfer-Encoding: chunked"];
    reaches(trial, HEADERS.len(), |connection| {
        let header = HEADERS.get(connection.number()).copied().unwrap_or(HEADERS[0]);
        connection.write(format!("HTTP/1.1 200 OK\r\n{header}\r\n\r\n"))
    })
    .await
}

pub(crate) async fn informational_response_is_skipped(trial: &Trial<'_>) -> Result<(), Stop> {
    let heads = "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n";
    should_open(trial, 1, move |connection| connection.write(heads)).await
}

/// Repeated wrong credentials may lock an account.
pub(crate) async fn rejected_credentials_are_sent_once(trial: &Trial<'_>) -> Result<(), Stop> {
    for (version, headers, body) in [
        ("1.1", "proxy-authenticate: Basic realm=\"x\"\r\ncontent-length: 7\r\n", "planted"),
        ("1.1", "Proxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n", ""),
        ("1.1", "proxy-authenticate: Digest realm=\"x\", nonce=\"y\"\r\nconnection: close\r\n", ""),
        ("1.1", "transfer-encoding: chunked\r\n", "7\r\nplanted\r\n0\r\n\r\n"),
        ("1.0", "", "planted"),
    ] {
        let response =
            format!("HTTP/{version} 407 Proxy Authentication Required\r\n{headers}\r\n{body}");
        let keeps = body.is_empty() || headers.contains("encoding") || headers.contains("length");
        for has_credentials in [true, false] {
            let response = response.clone();
            let proxy = Server::start(move |connection| {
                connection.request()?;
                connection.write(&response)?;
                if keeps { connection.request().map(drop) } else { Ok(()) }
            })?;
            let url = if has_credentials { with_user_info(&proxy) } else { proxy.url("") };
            let ending = trial.https_via_proxy(url)?.exchange(post(UNREACHABLE)?).await?;
            proxy.finish(1)?;
            ending.fails(&[TransportErrorKind::Proxy], Progress::NotSent)?;
        }
    }
    Ok(())
}

/// The response of the proxy is not returned as that of the server, and `CONNECT` is not repeated.
pub(crate) async fn rejection_is_not_a_response(trial: &Trial<'_>) -> Result<(), Stop> {
    let target = Target::new()?;
    for status in [
        "301 Moved Permanently",
        "400 Bad Request",
        "401 Unauthorized",
        "403 Forbidden",
        "404 Not Found",
        "405 Method Not Allowed",
        "429 Too Many Requests",
        "500 Internal Server Error",
        "502 Bad Gateway",
        "503 Service Unavailable",
        "504 Gateway Timeout",
    ] {
        let proxy = Server::responding_once(format!(
            "HTTP/1.1 {status}\r\nlocation: https://localhost:2/\r\nwww-authenticate: Basic\r\n\
             connection: close\r\ncontent-length: 7\r\n\r\nplanted"
        ))?;
        let ending = target.exchange(trial, &proxy).await?;
        proxy.finish(1)?;
        // Not every stack distinguishes them.
        let kinds = [TransportErrorKind::Proxy, TransportErrorKind::Connect];
        ending.fails(&kinds, Progress::NotSent)?;
    }
    target.server.finish(0)?;
    Ok(())
}

pub(crate) async fn closing_proxy_is_a_connect_error(trial: &Trial<'_>) -> Result<(), Stop> {
    let target = Target::new()?;
    for response in ["", "HTTP/1.1 200 Conn", "HTTP/1.1 200 OK\r\nVia: 1.1", "planted\r\n\r\n"] {
        let proxy = Server::responding_once(response)?;
        let ending = target.exchange(trial, &proxy).await?;
        proxy.finish(1)?;
        ending.fails(&[TransportErrorKind::Connect], Progress::NotSent)?;
    }
    target.server.finish(0)?;
    Ok(())
}

pub(crate) async fn stalled_proxy_times_out(trial: &Trial<'_>) -> Result<(), Stop> {
    for response in ["", "HTTP/1.1 200 OK\r\n"] {
        let stalled = TimedOut::after(
            Polled::Here,
            move |connection| {
                connection.request()?;
                connection.write(response)?;
                connection.stall()
            },
            |proxy| trial.https_via_proxy(with_user_info(proxy)),
            |_| post(UNREACHABLE),
        );
        let TimedOut { server: proxy, ending, .. } = stalled.await?;
        let kinds = [TransportErrorKind::Timeout, TransportErrorKind::Connect];
        proxy.finish(1)?;
        ending.fails(&kinds, Progress::NotSent)?;
    }
    Ok(())
}
