//! Verified, always.

use std::io;

use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};
use sts_client::transport::{Progress, TransportErrorKind};
use time::{Duration, OffsetDateTime};

use crate::server::{Authority, Certificate, Connection, OK, Server};
use crate::stop::{Stop, expect, expect_eq};
use crate::subject::Subject;
use crate::trial::{SHORT, Trial, get, post, within};

fn answering(config: ServerConfig) -> io::Result<Server> {
    Server::start_tls(config, |connection| {
        loop {
            connection.request()?;
            connection.write(OK)?;
        }
    })
}

/// The handshake fails, and no request arrives.
async fn is_refused(transport: &Subject, server: Server) -> Result<(), Stop> {
    let ending = transport.exchange(post(&server.https_url("/"))?).await?;
    server.finish(0)?;
    ending.fails(&[TransportErrorKind::Tls], Progress::NotSent)
}

pub(crate) async fn an_authority_that_is_trusted_vouches_for_a_server(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    let server = answering(authority.issue("localhost")?.config()?)?;
    transport.exchange(post(&server.url_by_name("/v5?a=b"))?).await?.says("ok")?;
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
        let server = answering(authority.issue("localhost")?.config()?)?;
        transport.exchange(get(&server.url_by_name("/"))?).await?.says("ok")?;
        server.finish(1)?;
    }
    Ok(())
}

pub(crate) async fn a_certificate_for_an_address_is_good_for_it(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    let server = answering(authority.issue("127.0.0.1")?.config()?)?;
    transport.exchange(get(&server.url("/"))?).await?.says("ok")?;
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn tls_1_2_and_1_3_are_spoken(trial: &Trial<'_>) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    for version in [&TLS12, &TLS13] as [&'static SupportedProtocolVersion; 2] {
        let server = answering(authority.issue("localhost")?.config_for(&[version])?)?;
        transport.exchange(post(&server.url_by_name("/"))?).await?.says("ok")?;
        server.finish(1)?;
    }
    Ok(())
}

pub(crate) async fn connections_over_tls_are_used_again(trial: &Trial<'_>) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    let server = answering(authority.issue("localhost")?.config()?)?;
    for _ in 0..10 {
        transport.exchange(post(&server.url_by_name("/"))?).await?.says("ok")?;
    }
    let connections = server.connections();
    server.finish(10)?;
    if connections == 10 {
        return Err(Stop::skipped("it keeps no connections"));
    }
    expect(connections <= 5, || format!("{connections} connections for 10 requests"))
}

pub(crate) async fn a_body_of_a_megabyte_comes_over_tls(trial: &Trial<'_>) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    let body = "x".repeat(1 << 20);
    let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let server = Server::start_tls(authority.issue("localhost")?.config()?, move |connection| {
        connection.request()?;
        connection.write(&answer)
    })?;
    transport.exchange(post(&server.url_by_name("/"))?).await?.says(&body)?;
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn an_unknown_authority_is_refused(trial: &Trial<'_>) -> Result<(), Stop> {
    let config = Authority::new()?.issue("localhost")?.config()?;
    is_refused(&trial.transport()?, answering(config)?).await
}

pub(crate) async fn another_authority_than_the_trusted_is_refused(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let transport = trial.trusting(Authority::new()?.pem())?;
    is_refused(&transport, answering(Authority::new()?.issue("localhost")?.config()?)?).await
}

pub(crate) async fn a_self_signed_certificate_is_refused(trial: &Trial<'_>) -> Result<(), Stop> {
    is_refused(&trial.transport()?, answering(Certificate::self_signed()?.config()?)?).await
}

pub(crate) async fn another_name_is_refused(trial: &Trial<'_>) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    for name in ["elsewhere.example", "127.0.0.1", "sub.localhost", "*.localhost"] {
        is_refused(&transport, answering(authority.issue(name)?.config()?)?).await?;
    }
    Ok(())
}

pub(crate) async fn another_address_is_refused(trial: &Trial<'_>) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    for name in ["localhost", "127.0.0.2"] {
        let server = answering(authority.issue(name)?.config()?)?;
        let ending = transport.exchange(post(&server.url("/"))?).await?;
        server.finish(0)?;
        ending.fails(&[TransportErrorKind::Tls], Progress::NotSent)?;
    }
    Ok(())
}

pub(crate) async fn an_expired_certificate_is_refused(trial: &Trial<'_>) -> Result<(), Stop> {
    let now = OffsetDateTime::now_utc();
    is_refused_with_days(trial, now - Duration::days(9), now - Duration::days(2)).await
}

pub(crate) async fn a_certificate_of_the_future_is_refused(trial: &Trial<'_>) -> Result<(), Stop> {
    let now = OffsetDateTime::now_utc();
    is_refused_with_days(trial, now + Duration::days(2), now + Duration::days(9)).await
}

async fn is_refused_with_days(
    trial: &Trial<'_>,
    from: OffsetDateTime,
    to: OffsetDateTime,
) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    let config = authority.issue_for_days("localhost", from, to)?.config()?;
    is_refused(&transport, answering(config)?).await
}

/// One that answers with TLS 1.1, and one that only says that it knows no newer.
pub(crate) async fn an_old_protocol_is_refused(trial: &Trial<'_>) -> Result<(), Stop> {
    // Record: handshake, TLS 1.1, 42 bytes. In it: hello of 38 bytes, TLS 1.1, random bytes, no
    // session, ECDHE-RSA with AES-128, no compression.
    let mut hello = vec![0x16, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
    hello.extend([0x5a; 32]);
    hello.extend([0, 0xc0, 0x13, 0]);
    // Record: alert, two bytes. In it: fatal, protocol version.
    let alert = vec![0x15, 3, 1, 0, 2, 2, 70];
    for answer in [hello, alert] {
        let server = Server::start(move |connection| {
            connection.greeting()?;
            connection.write(&answer)?;
            connection.stall()
        })?;
        is_refused(&trial.transport()?, server).await?;
    }
    Ok(())
}

pub(crate) async fn a_close_in_the_handshake_is_a_failed_handshake(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    ends_in_the_handshake(trial, Server::start(Connection::greeting)?).await
}

pub(crate) async fn a_reset_in_the_handshake_is_a_failed_handshake(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.greeting()?;
        connection.reset()
    })?;
    ends_in_the_handshake(trial, server).await
}

async fn ends_in_the_handshake(trial: &Trial<'_>, server: Server) -> Result<(), Stop> {
    let ending = trial.transport()?.exchange(post(&server.https_url("/"))?).await?;
    // `Closed` is for stacks that cannot tell the handshake from what comes after it.
    let kinds = [TransportErrorKind::Tls, TransportErrorKind::Closed];
    server.finish(0)?;
    ending.fails(&kinds, Progress::NotSent)
}

/// Nothing but TLS is sent to it.
pub(crate) async fn a_server_without_tls_is_refused(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.greeting()?;
        connection.write("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")?;
        connection.stall()
    })?;
    let ending = trial.transport()?.exchange(post(&server.https_url("/"))?).await?;
    let first = server.first_bytes();
    expect(first.first() == Some(&0x16), || "the first byte is not that of TLS".to_owned())?;
    let shown = String::from_utf8_lossy(&first).into_owned();
    expect(!shown.contains("planted"), || "a secret was sent in clear".to_owned())?;
    ending.fails(&[TransportErrorKind::Tls], Progress::NotSent)
}

/// What runs out first, the time to connect or that of the exchange, is up to the transport.
pub(crate) async fn a_handshake_that_stalls_ends_within_the_limit(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.greeting()?;
        connection.stall()
    })?;
    let transport = trial.transport()?;
    let ending = transport.exchange(within(post(&server.https_url("/"))?, SHORT)).await?;
    let kinds = [TransportErrorKind::Timeout, TransportErrorKind::Connect];
    server.until_closed(1).await?;
    ending.fails(&kinds, Progress::NotSent)
}

/// Whoever cuts the connection could have cut the body. A stack that hears no farewell must take
/// no such body at all.
pub(crate) async fn a_body_that_ends_with_the_connection_needs_a_farewell(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    let kinds = [TransportErrorKind::Closed, TransportErrorKind::Tls];
    for has_farewell in [true, false] {
        let config = authority.issue("localhost")?.config()?;
        let server = Server::start_tls(config, move |connection| {
            connection.request()?;
            connection.write("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nthis")?;
            if !has_farewell {
                connection.leave_without_farewell();
            }
            Ok(())
        })?;
        let ending = transport.exchange(post(&server.url_by_name("/"))?).await?;
        if has_farewell && ending.is_answer() {
            ending.says("this")?;
        } else {
            ending.fails(&kinds, Progress::MaybeSent)?;
        }
        server.finish(1)?;
    }
    Ok(())
}

/// Its length says that it is whole, so a stack may take it; or not, since the end was rude.
pub(crate) async fn a_whole_body_without_a_farewell_is_taken_or_closed(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    let server = Server::start_tls(authority.issue("localhost")?.config()?, |connection| {
        connection.request()?;
        connection.write(OK)?;
        connection.leave_without_farewell();
        Ok(())
    })?;
    let ending = transport.exchange(post(&server.url_by_name("/"))?).await?;
    if ending.is_answer() {
        ending.says("ok")?;
    } else {
        ending.fails(&[TransportErrorKind::Closed], Progress::MaybeSent)?;
    }
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn a_body_cut_short_over_tls_is_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    let authority = Authority::new()?;
    let transport = trial.trusting(authority.pem())?;
    for is_polite in [true, false] {
        let config = authority.issue("localhost")?.config()?;
        let server = Server::start_tls(config, move |connection| {
            connection.request()?;
            connection.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nplanted")?;
            if !is_polite {
                connection.leave_without_farewell();
            }
            Ok(())
        })?;
        let ending = transport.exchange(post(&server.url_by_name("/"))?).await?;
        ending.fails(&[TransportErrorKind::Closed], Progress::MaybeSent)?;
        server.finish(1)?;
    }
    Ok(())
}
