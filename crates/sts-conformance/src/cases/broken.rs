//! Answers that break off or are none.

use std::io;

use sts_client::transport::{Exchange, Progress, TransportErrorKind};

use crate::server::{Connection, OK, Server};
use crate::stop::{Stop, expect_eq};
use crate::trial::{Trial, get, post, post_body};

/// Closes after this much of an answer, to a GET and to a POST.
async fn is_closed_after(trial: &Trial<'_>, start: &'static str) -> Result<(), Stop> {
    fails_with(trial, &[TransportErrorKind::Closed], start).await
}

async fn fails_with(
    trial: &Trial<'_>,
    kinds: &[TransportErrorKind],
    answer: &'static str,
) -> Result<(), Stop> {
    for request in [get as fn(&str) -> Result<Exchange, Stop>, post] {
        let server = Server::answering_once(answer)?;
        let ending = trial.transport()?.exchange(request(&server.url("/"))?).await?;
        ending.fails(kinds, Progress::MaybeSent)?;
        server.finish(1)?;
    }
    Ok(())
}

pub(crate) async fn a_close_without_an_answer_may_be_sent(trial: &Trial<'_>) -> Result<(), Stop> {
    is_closed_after(trial, "").await
}

pub(crate) async fn a_status_line_cut_short_is_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    // Cut inside the protocol's name it is not yet known to be HTTP.
    let kinds = [TransportErrorKind::Closed, TransportErrorKind::Protocol];
    fails_with(trial, &kinds, "HTT").await?;
    is_closed_after(trial, "HTTP/1.1 200 OK\r\n").await
}

pub(crate) async fn headers_cut_short_are_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    is_closed_after(trial, "HTTP/1.1 200 OK\r\nx-request-id: r\r\ncontent-le").await?;
    is_closed_after(trial, "HTTP/1.1 503 Busy\r\ncontent-length: 10\r\n").await
}

/// A stack that takes such a head for whole has an answer without a body, which the client takes
/// for unreadable. It must not be anything else.
pub(crate) async fn a_head_cut_after_its_encoding_is_closed_or_empty(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let server = Server::answering_once("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n")?;
    let ending = trial.transport()?.exchange(post(&server.url("/"))?).await?;
    if ending.is_answer() {
        ending.says("")?;
    } else {
        ending.fails(&[TransportErrorKind::Closed], Progress::MaybeSent)?;
    }
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn a_body_cut_short_is_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    is_closed_after(trial, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n").await?;
    is_closed_after(trial, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nplanted").await
}

pub(crate) async fn a_chunk_cut_short_is_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    let answer = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\nplanted";
    is_closed_after(trial, answer).await
}

pub(crate) async fn chunks_without_the_last_are_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    let answer = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n";
    is_closed_after(trial, answer).await
}

/// Resets the connection after this much of an answer.
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

pub(crate) async fn a_reset_without_an_answer_is_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    is_reset_after(trial, "").await
}

pub(crate) async fn a_reset_in_the_head_is_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    is_reset_after(trial, "HTTP/1.1 200 OK\r\nx-request-id: r\r\n").await
}

pub(crate) async fn a_reset_before_the_body_is_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    is_reset_after(trial, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n").await
}

pub(crate) async fn a_reset_in_the_body_is_closed(trial: &Trial<'_>) -> Result<(), Stop> {
    is_reset_after(trial, "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nplanted").await
}

/// Nobody reads it to its end.
pub(crate) async fn a_reset_while_the_request_is_written_may_be_sent(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
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

/// What comes after the answer is not part of it, nor of the next.
pub(crate) async fn a_body_longer_than_its_length_ends_at_its_length(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    is_followed_by_its_own_answer(trial, |connection| {
        connection.write("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nthis and more")
    })
    .await
}

pub(crate) async fn an_answer_that_nobody_asked_for_is_not_taken(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    is_followed_by_its_own_answer(trial, |connection| {
        connection.write(
            "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nthis\
             HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nunasked",
        )
    })
    .await
}

/// The next exchange is given its own answer, over whatever connection, or none.
async fn is_followed_by_its_own_answer(
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
    transport.exchange(post(&server.url("/"))?).await?.says("this")?;
    let ending = transport.exchange(post(&server.url("/"))?).await?;
    if ending.is_answer() {
        ending.says("ok")?;
    } else {
        let kinds = [TransportErrorKind::Closed, TransportErrorKind::Protocol];
        ending.fails(&kinds, Progress::MaybeSent)?;
    }
    let arrived = server.stop().len();
    crate::stop::expect(arrived <= 2, || format!("{arrived} requests arrived"))
}

pub(crate) async fn another_protocol_is_a_protocol_error(trial: &Trial<'_>) -> Result<(), Stop> {
    for answer in [
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "<html><body>planted</body></html>\r\n\r\n",
        "{\"planted\":true}\r\n\r\n",
    ] {
        fails_with(trial, &[TransportErrorKind::Protocol], answer).await?;
    }
    Ok(())
}

pub(crate) async fn a_status_that_is_none_is_a_protocol_error(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    for answer in ["HTTP/1.1 two hundred\r\n\r\n", "HTTP/1.1 planted\r\n\r\n"] {
        fails_with(trial, &[TransportErrorKind::Protocol], answer).await?;
    }
    Ok(())
}

pub(crate) async fn a_header_that_is_none_is_a_protocol_error(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let answer = "HTTP/1.1 200 OK\r\nplanted without a colon\r\n\r\n";
    fails_with(trial, &[TransportErrorKind::Protocol], answer).await
}

pub(crate) async fn a_length_that_is_none_is_a_protocol_error(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    for answer in [
        "HTTP/1.1 200 OK\r\ncontent-length: planted\r\n\r\nplanted",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\nplanted",
    ] {
        fails_with(trial, &[TransportErrorKind::Protocol], answer).await?;
    }
    Ok(())
}

/// Whoever picks one of them picks another than the machine in between.
pub(crate) async fn two_lengths_are_no_answer(trial: &Trial<'_>) -> Result<(), Stop> {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 7\r\ncontent-length: 3\r\n\r\nplanted";
    let kinds = [TransportErrorKind::Protocol, TransportErrorKind::Closed];
    fails_with(trial, &kinds, answer).await
}

pub(crate) async fn a_chunk_that_is_none_is_an_error(trial: &Trial<'_>) -> Result<(), Stop> {
    // A stack may have one word for all that goes wrong in a body.
    let kinds = [TransportErrorKind::Protocol, TransportErrorKind::Closed];
    for answer in [
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nplanted\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7\r\nplanted!!\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
         fffffffffffffffff\r\nplanted\r\n0\r\n\r\n",
    ] {
        fails_with(trial, &kinds, answer).await?;
    }
    Ok(())
}

/// With the length that a refusal has, before the request was read to its end.
pub(crate) async fn an_answer_that_comes_early_is_taken_or_closed(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.request_head()?;
        connection.write(
            "HTTP/1.1 413 Too Large\r\nconnection: close\r\ncontent-length: 4\r\n\r\nmuch",
        )?;
        connection.stall()
    })?;
    let exchange = post_body(&server.url("/"), vec![b'x'; 4 << 20])?;
    let ending = trial.transport()?.exchange(exchange).await?;
    if ending.is_answer() {
        let answer = ending.says("much")?;
        expect_eq("the status", answer.status().as_u16(), 413_u16)?;
    } else {
        ending.fails(&[TransportErrorKind::Closed], Progress::MaybeSent)?;
    }
    server.finish(1)?;
    Ok(())
}
