//! Responses are returned completely and unchanged.

use std::time::Duration;

use sts_client::transport::{Progress, TransportErrorKind};

use crate::server::{OK, Server};
use crate::stop::{Stop, expect, expect_eq};
use crate::trial::{Trial, get, post};

pub(crate) async fn body_with_content_length_is_complete(trial: &Trial<'_>) -> Result<(), Stop> {
    let body = "0123456789".repeat(10_000);
    let response = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    is_whole(trial, response, &body).await
}

/// With chunk extensions and trailers.
pub(crate) async fn chunked_body_is_complete(trial: &Trial<'_>) -> Result<(), Stop> {
    let response = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
                  4\r\none \r\nA;x=y\r\nand ten mo\r\n02\r\nre\r\n0\r\nx-trailer: t\r\n\r\n";
    is_whole(trial, response.into(), "one and ten more").await
}

pub(crate) async fn body_delimited_by_close_is_complete(trial: &Trial<'_>) -> Result<(), Stop> {
    for version in ["1.0", "1.1"] {
        let response = format!("HTTP/{version} 200 OK\r\nconnection: close\r\n\r\nto the end");
        is_whole(trial, response, "to the end").await?;
    }
    Ok(())
}

async fn is_whole(trial: &Trial<'_>, response: String, body: &str) -> Result<(), Stop> {
    let server = Server::responding_once(response)?;
    trial.transport()?.exchange(get(&server.url("/"))?).await?.has_body(body)?;
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn response_in_single_bytes_is_complete(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::start(|connection| {
        connection.request()?;
        connection.drip(
            "HTTP/1.1 200 OK\r\nx-request-id: r\r\ntransfer-encoding: chunked\r\n\r\n\
             4\r\nthis\r\n5\r\n that\r\n0\r\n\r\n",
            Duration::from_micros(200),
        )
    })?;
    let response =
        trial.transport()?.exchange(post(&server.url("/"))?).await?.has_body("this that")?;
    expect(response.headers().contains_key("x-request-id"), || {
        "header x-request-id is missing".to_owned()
    })?;
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn empty_response_is_complete(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.transport()?;
    for response in [
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\ncontent-length: 7\r\n\r\n",
        "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n",
    ] {
        let server = Server::responding(response)?;
        transport.exchange(get(&server.url("/"))?).await?.has_body("")?;
        server.finish(1)?;
    }
    Ok(())
}

pub(crate) async fn any_status_is_a_response(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.transport()?;
    for status in [
        200_u16, 201, 202, 203, 299, 300, 400, 401, 403, 404, 407, 408, 409, 413, 417, 421, 425,
        426, 429, 431, 500, 501, 502, 503, 504, 599,
    ] {
        let server = Server::responding(format!(
            "HTTP/1.1 {status} So\r\nx-request-id: r\r\ncontent-length: 4\r\n\r\nthis"
        ))?;
        let response = transport.exchange(post(&server.url("/"))?).await?.has_body("this")?;
        expect_eq("the status", response.status().as_u16(), status)?;
        server.finish(1)?;
    }
    Ok(())
}

pub(crate) async fn headers_are_returned_unchanged(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(
        "HTTP/1.1 401 Unauthorized\r\nDATE: Thu, 05 Mar 2026 07:08:09 GMT\r\n\
         X-Request-Id:  3f2a \r\nwww-authenticate: SDK-HMAC-SHA256\r\nvia: 1.1 a\r\n\
         Via: 1.1 b\r\nx-empty:\r\nserver: api-gateway\r\ncontent-length: 2\r\n\r\nno",
    )?;
    let response = trial.transport()?.exchange(post(&server.url("/"))?).await?.has_body("no")?;
    for (name, values) in [
        ("date", vec!["Thu, 05 Mar 2026 07:08:09 GMT"]),
        ("x-request-id", vec!["3f2a"]),
        ("www-authenticate", vec!["SDK-HMAC-SHA256"]),
        ("via", vec!["1.1 a", "1.1 b"]),
        ("x-empty", vec![""]),
        ("server", vec!["api-gateway"]),
    ] {
        let found = response.headers().get_all(name).iter().map(|value| value.to_str());
        expect_eq(name, found.collect::<Result<Vec<_>, _>>()?, values)?;
    }
    server.finish(1)?;
    Ok(())
}

/// The client decides when to retry, not the transport.
pub(crate) async fn retry_after_is_returned_in_both_formats(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.transport()?;
    for value in ["120", "0", "Thu, 05 Mar 2026 07:08:09 GMT"] {
        for status in [429, 503] {
            let server = Server::responding(format!(
                "HTTP/1.1 {status} Later\r\nretry-after: {value}\r\ncontent-length: 0\r\n\r\n"
            ))?;
            let ending = transport.exchange(post(&server.url("/"))?).await?;
            expect(ending.took < Duration::from_secs(2), || {
                "the transport waited instead of returning".to_owned()
            })?;
            let response = ending.has_body("")?;
            let found = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
            expect_eq("Retry-After", found, Some(value))?;
            server.finish(1)?;
        }
    }
    Ok(())
}

pub(crate) async fn head_of_60_kb_is_accepted(trial: &Trial<'_>) -> Result<(), Stop> {
    let value = "v".repeat(2_000);
    let headers = (0..30).map(|number| format!("x-header-{number}: {value}\r\n"));
    let headers: String = headers.collect();
    let server =
        Server::responding(format!("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n{headers}\r\nok"))?;
    let response = trial.transport()?.exchange(get(&server.url("/"))?).await?.has_body("ok")?;
    let last = response.headers().get("x-header-29").map_or(0, http::HeaderValue::len);
    expect_eq("the length of the last header", last, 2_000)?;
    server.finish(1)?;
    Ok(())
}

pub(crate) async fn informational_responses_are_skipped(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(format!(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n{OK}"
    ))?;
    let transport = trial.transport()?;
    // Twice: an unread rest would be taken for the second response.
    for _ in 0..2 {
        let response = transport.exchange(post(&server.url("/"))?).await?.has_body("ok")?;
        expect_eq("the status", response.status().as_u16(), 200_u16)?;
        expect(!response.headers().contains_key("link"), || {
            "a header of an informational response is in the final response".to_owned()
        })?;
    }
    server.finish(2)?;
    Ok(())
}

/// 101 without an `Upgrade` request is not a final response.
pub(crate) async fn switching_protocols_is_an_error(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding_once(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    )?;
    let kinds = [TransportErrorKind::Protocol, TransportErrorKind::Closed];
    let ending = trial.transport()?.exchange(get(&server.url("/"))?).await?;
    ending.fails(&kinds, Progress::MaybeSent)?;
    server.finish(1)?;
    Ok(())
}

/// A signed request is valid for one host. Its credentials must not be sent to another one.
pub(crate) async fn redirects_are_not_followed(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.transport()?;
    for status in [301_u16, 302, 303, 307, 308] {
        let elsewhere = Server::responding(OK)?;
        let location = elsewhere.url("/elsewhere");
        let server = Server::responding(format!(
            "HTTP/1.1 {status} Go\r\nlocation: {location}\r\ncontent-length: 4\r\n\r\nthis"
        ))?;
        for exchange in [get(&server.url("/"))?, post(&server.url("/"))?] {
            let response = transport.exchange(exchange).await?.has_body("this")?;
            expect_eq("the status", response.status().as_u16(), status)?;
            let found = response.headers().get("location").and_then(|value| value.to_str().ok());
            expect_eq("Location", found, Some(&*location))?;
        }
        server.finish(2)?;
        expect_eq("connections to the redirect target", elsewhere.connections(), 0)?;
        elsewhere.finish(0)?;
    }
    Ok(())
}

/// The request did not offer any encoding.
pub(crate) async fn compressed_body_is_not_decoded(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.transport()?;
    for encoding in ["gzip", "deflate", "br", "zstd"] {
        let server = Server::responding(format!(
            "HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\ncontent-length: 3\r\n\r\n\x1f\x0bz"
        ))?;
        let response = transport.exchange(get(&server.url("/"))?).await?.has_body("\x1f\x0bz")?;
        let found =
            response.headers().get("content-encoding").and_then(|value| value.to_str().ok());
        expect_eq("Content-Encoding", found, Some(encoding))?;
        server.finish(1)?;
    }
    Ok(())
}

pub(crate) async fn cookies_are_not_stored(trial: &Trial<'_>) -> Result<(), Stop> {
    let response = "HTTP/1.1 200 OK\r\nset-cookie: a=b; path=/\r\ncontent-length: 2\r\n\r\nok";
    let server = Server::responding(response)?;
    let transport = trial.transport()?;
    for _ in 0..3 {
        transport.exchange(post(&server.url("/"))?).await?.has_body("ok")?;
    }
    for request in server.finish(3)? {
        expect_eq("Cookie", request.values("cookie"), Vec::<&str>::new())?;
    }
    Ok(())
}
