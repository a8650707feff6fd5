//! Incomplete and malformed responses.

use std::io;

use sts_client::transport::{Exchange, Progress, TransportErrorKind};

use crate::server::{Connection, OK, Server};
use crate::stop::{Stop, expect_eq};
use crate::trial::{Trial, get, post, post_body};

/// Closes after a part of the response, to a GET and to a POST.
async fn is_closed_after(trial: &Trial<'_>, start: &'static str) -> Result<(), Stop> {
    fails_with(trial, &[TransportErrorKind::Closed], start).await
}

async fn fails_with(
    trial: &Trial<'_>,
    kinds: &[TransportErrorKind],
    response: &'static str,
) -> Result<(), Stop> {
    for request in [get as fn(&str) -> Result<Exchange, Stop>, post] {
        let server = Server::responding_once(response)?;
        let ending = trial.transport()?.exchange(request(&server.url("/"))?).await?;
        ending.fails(kinds, Progress::MaybeSent)?;
        server.finish(1)?;
    }
    Ok(())
}

pub(crate) async fn close_before_the_response_is_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    is_closed_after(trial, "").await
}

pub(crate) async fn truncated_status_line_is_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    // Truncated within "HTTP", the protocol is not known yet.
    let kinds = [TransportErrorKind::Closed, TransportErrorKind::Protocol];
    fails_with(trial, &kinds, "HTT").await?;
    is_closed_after(trial, "HTTP/1.1 200 OK\r\n").await
}

pub(crate) async fn truncated_headers_are_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    is_closed_after(trial, "HTTP/1.1 200 OK\r\nx-request-id: r\r\ncontent-le").await?;
    is_closed_after(trial, "HTTP/1.1 503 Busy\r\ncontent-length: 10\r\n").await
}

/// A stack may treat such a head as complete and return an empty body, which the client reports as
/// an invalid response.
pub(crate) async fn head_truncated_after_encoding_is_closed_or_empty(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let server = Server::responding_once("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n")?;
    let ending = trial.transport()?.exchange(post(&server.url("/"))?).await?;
    if ending.is_response() {
        ending.has_body("")?;
    } else {
        ending.fails(&[TransportErrorKind::Closed], Progress::MaybeSent)?;
    }
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn truncated_body_is_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    is_closed_after(trial, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n").await?;
    is_closed_after(trial, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nplanted").await
}

pub(crate) async fn truncated_chunk_is_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    let response = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\nplanted";
    is_closed_after(trial, response).await
}

pub(crate) async fn missing_last_chunk_is_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    let response = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n";
    is_closed_after(trial, response).await
}

/// Resets the connection after a part of the response.
async fn is_reset_after(trial: &Trial<'_>, start: &'static str) -> Result<(), Stop> {
    for request in [get as fn(&str) -> Result<Exchange, Stop>, post] {
        let server = Server::start(move |connection| {
            connection.request()?;
            connection.write(start)?;
            connection.reset()
        })?;
        let ending = trial.transport()?.exchange(request(&server.url("/"))?).await?;
        ending.fails(&[TransportErrorKind::Closed], Progress::MaybeSent)?;
        server.finish(1)?;
    }
    Ok(())
}

pub(crate) async fn reset_before_the_response_is_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    is_reset_after(trial, "").await
}

pub(crate) async fn reset_in_the_head_is_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    is_reset_after(trial, "HTTP/1.1 200 OK\r\nx-request-id: r\r\n").await
}

pub(crate) async fn reset_before_the_body_is_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    is_reset_after(trial, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n").await
}

pub(crate) async fn reset_in_the_body_is_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    is_reset_after(trial, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nplanted").await
}

/// The server resets the connection before it has read the request completely.
pub(crate) async fn reset_while_sending_may_have_been_sent(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.request_head()?;
        connection.reset()
    })?;
    let exchange = post_body(&server.url("/"), vec![b'x'; 8 << 20])?;
    let ending = trial.transport()?.exchange(exchange).await?;
    ending.fails(&[TransportErrorKind::Closed], Progress::MaybeSent)?;
    server.finish(1)?;
    Ok(())
}

/// Bytes after the response belong neither to it nor to the next response.
pub(crate) async fn bytes_after_the_body_are_discarded(trial: &Trial<'_>) -> Result<(), Stop> {
    next_response_is_separate(trial, |connection| {
        connection.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nthis and more")
    })
    .await
}

pub(crate) async fn unsolicited_response_is_discarded(trial: &Trial<'_>) -> Result<(), Stop> {
    next_response_is_separate(trial, |connection| {
        connection.write(
            "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nthis\
             HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nunasked",
        )
    })
    .await
}

/// The next exchange on any connection returns its own response or an error.
async fn next_response_is_separate(
    trial: &Trial<'_>,
    first: fn(&mut Connection) -> io::Result<()>,
) -> Result<(), Stop> {
    let mut server = Server::start(move |connection| {
        connection.request()?;
        if connection.number() > 0 {
            return connection.write(OK);
        }
        first(connection)?;
        connection.request()?;
        connection.write(OK)
    })?;
    let transport = trial.transport()?;
    transport.exchange(post(&server.url("/"))?).await?.has_body("this")?;
    let ending = transport.exchange(post(&server.url("/"))?).await?;
    if ending.is_response() {
        ending.has_body("ok")?;
    } else {
        let kinds = [TransportErrorKind::Closed, TransportErrorKind::Protocol];
        ending.fails(&kinds, Progress::MaybeSent)?;
    }
    let arrived = server.stop().len();
    crate::stop::expect(arrived <= 2, || format!("{arrived} requests arrived"))
}

pub(crate) async fn other_protocol_is_a_protocol_error(trial: &Trial<'_>) -> Result<(), Stop> {
    for response in [
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "<html><body>planted</body></html>\r\n\r\n",
        "{\"planted\":true}\r\n\r\n",
    ] {
        fails_with(trial, &[TransportErrorKind::Protocol], response).await?;
    }
    Ok(())
}

pub(crate) async fn invalid_status_is_a_protocol_error(trial: &Trial<'_>) -> Result<(), Stop> {
    for response in ["HTTP/1.1 two hundred\r\n\r\n", "HTTP/1.1 planted\r\n\r\n"] {
        fails_with(trial, &[TransportErrorKind::Protocol], response).await?;
    }
    Ok(())
}

pub(crate) async fn invalid_header_is_a_protocol_error(trial: &Trial<'_>) -> Result<(), Stop> {
    let response = "HTTP/1.1 200 OK\r\nplanted without a colon\r\n\r\n";
    fails_with(trial, &[TransportErrorKind::Protocol], response).await
}

pub(crate) async fn invalid_content_length_is_a_protocol_error(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    for response in [
        "HTTP/1.1 200 OK\r\ncontent-length: planted\r\n\r\nplanted",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nplanted",
    ] {
        fails_with(trial, &[TransportErrorKind::Protocol], response).await?;
    }
    Ok(())
}

/// Request smuggling: two parties may use different ones of them.
pub(crate) async fn conflicting_content_lengths_are_an_error(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let response = "HTTP/1.1 200 OK\r\ncontent-length: 7\r\ncontent-length: 3\r\n\r\nplanted";
    let kinds = [TransportErrorKind::Protocol, TransportErrorKind::Closed];
    fails_with(trial, &kinds, response).await
}

pub(crate) async fn invalid_chunk_is_an_error(trial: &Trial<'_>) -> Result<(), Stop> {
    // A stack may have one error for all failures within a body.
    let kinds = [TransportErrorKind::Protocol, TransportErrorKind::Closed];
    for response in [
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nplanted\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7\r\nplanted!!\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
         fffffffffffffffff\r\nplanted\r\n0\r\n\r\n",
    ] {
        fails_with(trial, &kinds, response).await?;
    }
    Ok(())
}

/// A complete response before the request was read completely.
pub(crate) async fn early_response_is_accepted_or_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.request_head()?;
        connection.write(
            "HTTP/1.1 413 Too Large\r\nconnection: close\r\ncontent-length: 4\r\n\r\nmuch",
        )?;
        connection.stall()
    })?;
    let exchange = post_body(&server.url("/"), vec![b'x'; 4 << 20])?;
    let ending = trial.transport()?.exchange(exchange).await?;
    if ending.is_response() {
        let response = ending.has_body("much")?;
        expect_eq("the status", response.status().as_u16(), 413_u16)?;
    } else {
        ending.fails(&[TransportErrorKind::Closed], Progress::MaybeSent)?;
    }
    server.finish(1)?;
    Ok(())
}
