//! TLS is always verified.

use std::io;

use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};
use sts_client::transport::{Progress, TransportErrorKind};
use time::{Duration, OffsetDateTime};

use crate::server::{Authority, Certificate, Connection, OK, Server};
use crate::stop::{Stop, expect, expect_eq};
use crate::subject::Subject;
use crate::timed_out::{Polled, TimedOut};
use crate::trial::{Trial, get, post};

fn responding(config: ServerConfig) -> io::Result<Server> {
    Server::start_tls(config, |connection| {
        loop {
            connection.request()?;
            connection.write(OK)?;
        }
    })
}

/// The handshake fails and no request is sent.
async fn is_rejected(transport: &Subject, server: Server) -> Result<(), Stop> {
    let ending = transport.exchange(post(&server.https_url("/"))?).await?;
    server.finish(0)?;
    ending.fails(&[TransportErrorKind::Tls], Progress::NotSent)
}

pub(crate) async fn certificate_of_a_trusted_authority_is_accepted(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    let server = responding(authority.issue("localhost")?.config()?)?;
    transport.exchange(post(&server.url_by_name("/v5?a=b"))?).await?.has_body("ok")?;
    let host = format!("localhost:{}", server.address().port());
    let request = server.finish_one()?;
    expect_eq("the request", request.request_line(), "POST /v5?a=b HTTP/1.1")?;
    expect_eq("Host", request.value("host"), Some(&*host))?;
    expect_eq("the body", request.body.as_slice(), br#"{"id_token":"planted-body"}"#.as_slice())
}

pub(crate) async fn several_authorities_are_trusted(trial: &Trial<'_>) -> Result<(), Stop> {
    let authorities = [Authority::new()?, Authority::new()?];
    let pem: String = authorities.iter().map(Authority::pem).collect();
    let transport = trial.trusting(pem)?;
    for authority in &authorities {
        let server = responding(authority.issue("localhost")?.config()?)?;
        transport.exchange(get(&server.url_by_name("/"))?).await?.has_body("ok")?;
        server.finish(1)?;
    }
    Ok(())
}

pub(crate) async fn certificate_for_an_ip_address_is_accepted(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    let server = responding(authority.issue("127.0.0.1")?.config()?)?;
    transport.exchange(get(&server.url("/"))?).await?.has_body("ok")?;
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn tls_1_2_and_1_3_are_supported(trial: &Trial<'_>) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    for version in [&TLS12, &TLS13] as [&'static SupportedProtocolVersion; 2] {
        let server = responding(authority.issue("localhost")?.config_for(&[version])?)?;
        transport.exchange(post(&server.url_by_name("/"))?).await?.has_body("ok")?;
        server.finish(1)?;
    }
    Ok(())
}

pub(crate) async fn tls_connections_are_reused(trial: &Trial<'_>) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    let server = responding(authority.issue("localhost")?.config()?)?;
    for _ in 0..10 {
        transport.exchange(post(&server.url_by_name("/"))?).await?.has_body("ok")?;
    }
    let connections = server.connections();
    server.finish(10)?;
    if connections == 10 {
        return Err(Stop::skipped("it keeps no connections"));
    }
    expect(connections <= 5, || format!("{connections} connections for 10 requests"))
}

pub(crate) async fn body_of_one_mib_over_tls_is_complete(trial: &Trial<'_>) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    let body = "x".repeat(1 << 20);
    let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let server = Server::start_tls(authority.issue("localhost")?.config()?, move |connection| {
        connection.request()?;
        connection.write(&response)
    })?;
    transport.exchange(post(&server.url_by_name("/"))?).await?.has_body(&body)?;
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn unknown_authority_is_rejected(trial: &Trial<'_>) -> Result<(), Stop> {
    let config = Authority::new()?.issue("localhost")?.config()?;
    is_rejected(&trial.https()?, responding(config)?).await
}

pub(crate) async fn untrusted_authority_is_rejected(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.trusting(Authority::new()?.pem())?;
    is_rejected(&transport, responding(Authority::new()?.issue("localhost")?.config()?)?).await
}

pub(crate) async fn self_signed_certificate_is_rejected(trial: &Trial<'_>) -> Result<(), Stop> {
    is_rejected(&trial.https()?, responding(Certificate::self_signed()?.config()?)?).await
}

pub(crate) async fn other_name_is_rejected(trial: &Trial<'_>) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    for name in ["elsewhere.example", "127.0.0.1", "sub.localhost", "*.localhost"] {
        is_rejected(&transport, responding(authority.issue(name)?.config()?)?).await?;
    }
    Ok(())
}

pub(crate) async fn other_ip_address_is_rejected(trial: &Trial<'_>) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    for name in ["localhost", "127.0.0.2"] {
        let server = responding(authority.issue(name)?.config()?)?;
        let ending = transport.exchange(post(&server.url("/"))?).await?;
        server.finish(0)?;
        ending.fails(&[TransportErrorKind::Tls], Progress::NotSent)?;
    }
    Ok(())
}

pub(crate) async fn expired_certificate_is_rejected(trial: &Trial<'_>) -> Result<(), Stop> {
    let now = OffsetDateTime::now_utc();
    is_rejected_with_validity(trial, now - Duration::days(9), now - Duration::days(2)).await
}

pub(crate) async fn not_yet_valid_certificate_is_rejected(trial: &Trial<'_>) -> Result<(), Stop> {
    let now = OffsetDateTime::now_utc();
    is_rejected_with_validity(trial, now + Duration::days(2), now + Duration::days(9)).await
}

async fn is_rejected_with_validity(
    trial: &Trial<'_>,
    from: OffsetDateTime,
    to: OffsetDateTime,
) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    let config = authority.issue_with_validity("localhost", from, to)?.config()?;
    is_rejected(&transport, responding(config)?).await
}

/// One server negotiates TLS 1.1, the other sends the alert `protocol_version`.
pub(crate) async fn tls_1_1_is_rejected(trial: &Trial<'_>) -> Result<(), Stop> {
    // Handshake record, TLS 1.1, 42 bytes: server hello of 38 bytes, TLS 1.1, random, no session,
    // ECDHE-RSA with AES-128, no compression.
    let mut hello = vec![0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
    hello.extend([0x5a; 32]);
    hello.extend([0, 0xc0, 0x13, 0]);
    // Alert record of two bytes: fatal, protocol_version.
    let alert = vec![0x15, 3, 1, 0, 2, 2, 70];
    for response in [hello, alert] {
        let server = Server::start(move |connection| {
            connection.read_first_bytes()?;
            connection.write(&response)?;
            connection.stall()
        })?;
        is_rejected(&trial.https()?, server).await?;
    }
    Ok(())
}

pub(crate) async fn close_in_the_handshake_is_a_tls_error(trial: &Trial<'_>) -> Result<(), Stop> {
    fails_in_the_handshake(trial, Server::start(Connection::read_first_bytes)?).await
}

pub(crate) async fn reset_in_the_handshake_is_a_tls_error(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.read_first_bytes()?;
        connection.reset()
    })?;
    fails_in_the_handshake(trial, server).await
}

async fn fails_in_the_handshake(trial: &Trial<'_>, server: Server) -> Result<(), Stop> {
    let ending = trial.https()?.exchange(post(&server.https_url("/"))?).await?;
    // `Closed` is for stacks that cannot distinguish the handshake from later errors.
    let kinds = [TransportErrorKind::Tls, TransportErrorKind::Closed];
    server.finish(0)?;
    ending.fails(&kinds, Progress::NotSent)
}

/// The request must not be sent in clear text.
pub(crate) async fn server_without_tls_is_rejected(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.read_first_bytes()?;
        connection.write("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")?;
        connection.stall()
    })?;
    let ending = trial.https()?.exchange(post(&server.https_url("/"))?).await?;
    let first = server.first_bytes();
    expect(first.first() == Some(&0x16), || {
        "the first byte is not that of a TLS record".to_owned()
    })?;
    let shown = String::from_utf8_lossy(&first).into_owned();
    expect(!shown.contains("planted"), || "a secret was sent in clear text".to_owned())?;
    ending.fails(&[TransportErrorKind::Tls], Progress::NotSent)
}

/// Either the connect timeout or the timeout of the exchange expires first.
pub(crate) async fn stalled_handshake_times_out(trial: &Trial<'_>) -> Result<(), Stop> {
    let stalled = TimedOut::after(
        Polled::Here,
        |connection| {
            connection.read_first_bytes()?;
            connection.stall()
        },
        |_| trial.https(),
        |server| post(&server.https_url("/")),
    );
    let TimedOut { server, ending, .. } = stalled.await?;
    let kinds = [TransportErrorKind::Timeout, TransportErrorKind::Connect];
    server.until_closed(1).await?;
    ending.fails(&kinds, Progress::NotSent)
}

/// Without `close_notify` an attacker could have truncated the body. A stack that cannot see
/// `close_notify` must reject every such body.
pub(crate) async fn body_delimited_by_close_needs_close_notify(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    let kinds = [TransportErrorKind::Closed, TransportErrorKind::Tls];
    for has_close_notify in [true, false] {
        let config = authority.issue("localhost")?.config()?;
        let server = Server::start_tls(config, move |connection| {
            connection.request()?;
            connection.write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nthis")?;
            if !has_close_notify {
                connection.skip_close_notify();
            }
            Ok(())
        })?;
        let ending = transport.exchange(post(&server.url_by_name("/"))?).await?;
        if has_close_notify && ending.is_response() {
            ending.has_body("this")?;
        } else {
            ending.fails(&kinds, Progress::MaybeSent)?;
        }
        server.finish(1)?;
    }
    Ok(())
}

/// The body is complete by its length, so a stack may accept it.
pub(crate) async fn complete_body_without_close_notify_is_accepted_or_closed(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    let server = Server::start_tls(authority.issue("localhost")?.config()?, |connection| {
        connection.request()?;
        connection.write(OK)?;
        connection.skip_close_notify();
        Ok(())
    })?;
    let ending = transport.exchange(post(&server.url_by_name("/"))?).await?;
    if ending.is_response() {
        ending.has_body("ok")?;
    } else {
        ending.fails(&[TransportErrorKind::Closed], Progress::MaybeSent)?;
    }
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn truncated_body_over_tls_is_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    for has_close_notify in [true, false] {
        let config = authority.issue("localhost")?.config()?;
        let server = Server::start_tls(config, move |connection| {
            connection.request()?;
            connection.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nplanted")?;
            if !has_close_notify {
                connection.skip_close_notify();
            }
            Ok(())
        })?;
        let ending = transport.exchange(post(&server.url_by_name("/"))?).await?;
        ending.fails(&[TransportErrorKind::Closed], Progress::MaybeSent)?;
        server.finish(1)?;
    }
    Ok(())
}
