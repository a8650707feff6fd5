//! Requests are sent once and unchanged.

use http::header::HOST;
use http::{HeaderValue, Method};
use sts_client::transport::Progress;

use crate::server::{OK, Received, Server};
use crate::stop::{Stop, expect, expect_eq};
use crate::trial::{Trial, get, post, post_body};

pub(crate) async fn target_is_sent_unchanged(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.transport()?;
    for target in [
        "/",
        "/a//b/",
        "/%7Euser/%2F%C3%A9",
        "/a;b=1,2/~x'?y=%2F+*()&z",
        "/a?b=c?d=e//",
        "/v5/agencies/assume?",
        "/?a=&b&b=1",
    ] {
        let server = Server::responding(OK)?;
        transport.exchange(get(&server.url(target))?).await?.has_body("ok")?;
        expect_eq("the target", server.finish_one()?.target(), target)?;
    }
    Ok(())
}

/// URL libraries may normalize these targets. The signature covers them as written.
pub(crate) async fn unnormalized_target_is_sent_unchanged_or_rejected(
    trial: &Trial<'_>,
) -> Result<(), Stop> {
    let transport = trial.transport()?;
    for target in ["/a/../b", "/a/./b", "/a/%2e%2E/b", "/%c3%A9", "/?x=%2f", "/?x='", "/%zz"] {
        let server = Server::responding(OK)?;
        let ending = transport.exchange(get(&server.url(target))?).await?;
        if ending.is_response() {
            expect_eq("the target", server.finish_one()?.target(), target)?;
        } else {
            expect_eq("the progress", ending.error()?.progress(), Progress::NotSent)?;
            server.finish(0)?;
        }
    }
    Ok(())
}

pub(crate) async fn method_is_sent_unchanged(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.transport()?;
    for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
        let server = Server::responding(OK)?;
        let mut exchange = get(&server.url("/"))?;
        *exchange.request.method_mut() = method.clone();
        transport.exchange(exchange).await?.has_body("ok")?;
        let line = format!("{method} / HTTP/1.1");
        expect_eq("the request", server.finish_one()?.request_line(), line.as_str())?;
    }
    Ok(())
}

pub(crate) async fn host_is_the_authority_of_the_uri(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(OK)?;
    trial.transport()?.exchange(post(&server.url("/"))?).await?.has_body("ok")?;
    let authority = server.address().to_string();
    expect_eq("Host", server.finish_one()?.values("host"), vec![authority.as_str()])
}

/// Including a default port.
pub(crate) async fn explicit_host_is_kept(trial: &Trial<'_>) -> Result<(), Stop> {
    let transport = trial.transport()?;
    for host in ["sts.cn-north-4.example:443", "sts.example:80", "STS.example"] {
        let server = Server::responding(OK)?;
        let mut exchange = post(&server.url("/"))?;
        exchange.request.headers_mut().insert(HOST, HeaderValue::from_static(host));
        transport.exchange(exchange).await?.has_body("ok")?;
        expect_eq("Host", server.finish_one()?.values("host"), vec![host])?;
    }
    Ok(())
}

/// The case of names may change. Values must not change.
pub(crate) async fn headers_are_sent_once_and_unchanged(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(OK)?;
    let mut exchange = post(&server.url("/"))?;
    for (name, value) in [
        ("content-type", "application/json;charset=utf-8"),
        ("x-project-id", "0a1b"),
        ("x-inner-spaces", "a  b\tc"),
        ("x-quotes", "\"a\", 'b'; c=\\\"d\\\""),
        ("accept", "application/json"),
        ("date", "Thu, 05 Mar 2026 07:08:09 GMT"),
    ] {
        exchange.request.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    let sent = exchange.request.headers().clone();
    trial.transport()?.exchange(exchange).await?.has_body("ok")?;
    let request = server.finish_one()?;
    for (name, value) in &sent {
        expect_eq(name.as_str(), request.values(name.as_str()), vec![value.to_str()?])?;
    }
    Ok(())
}

pub(crate) async fn repeated_header_is_sent_in_order(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(OK)?;
    let mut exchange = post(&server.url("/"))?;
    for value in ["one", "two"] {
        exchange.request.headers_mut().append("x-twice", HeaderValue::from_static(value));
    }
    trial.transport()?.exchange(exchange).await?.has_body("ok")?;
    expect_eq("x-twice", server.finish_one()?.values("x-twice"), vec!["one", "two"])
}

/// The service does not document a maximum length.
pub(crate) async fn security_token_of_16_kb_is_sent(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(OK)?;
    let token = "planted/+=".repeat(1638);
    let mut exchange = post(&server.url("/"))?;
    let mut value = HeaderValue::from_str(&token)?;
    value.set_sensitive(true);
    exchange.request.headers_mut().insert("x-security-token", value);
    trial.transport()?.exchange(exchange).await?.has_body("ok")?;
    let request = server.finish_one()?;
    expect(request.value("x-security-token") == Some(&*token), || {
        "the token was changed".to_owned()
    })
}

pub(crate) async fn binary_body_is_sent_unchanged(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(OK)?;
    let body: Vec<u8> = (0..=u8::MAX).chain(*b"\r\n0\r\n\r\n--\r\n").collect();
    trial.transport()?.exchange(post_body(&server.url("/"), &body)?).await?.has_body("ok")?;
    expect_eq("the body", server.finish_one()?.body, body)
}

/// With `Content-Length` and without `Expect`.
pub(crate) async fn body_of_2_mib_is_sent_without_expect(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(OK)?;
    let body = "x".repeat(2 << 20);
    trial.transport()?.exchange(post_body(&server.url("/"), &body)?).await?.has_body("ok")?;
    let request = server.finish_one()?;
    expect_absent(&request, &["expect", "transfer-encoding"])?;
    expect(request.body == body.as_bytes(), || format!("{} bytes arrived", request.body.len()))
}

pub(crate) async fn empty_post_has_a_content_length(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(OK)?;
    trial.transport()?.exchange(post_body(&server.url("/"), "")?).await?.has_body("ok")?;
    expect_eq("Content-Length", server.finish_one()?.value("content-length"), Some("0"))
}

pub(crate) async fn get_has_no_body(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(OK)?;
    trial.transport()?.exchange(get(&server.url("/"))?).await?.has_body("ok")?;
    let request = server.finish_one()?;
    expect_absent(&request, &["transfer-encoding"])?;
    let length = request.values("content-length");
    expect(matches!(length.as_slice(), [] | ["0"]), || format!("Content-Length: {length:?}"))
}

pub(crate) async fn explicit_user_agent_is_kept(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(OK)?;
    let mut exchange = get(&server.url("/"))?;
    exchange.request.headers_mut().insert("user-agent", HeaderValue::from_static("mine/1"));
    trial.transport()?.exchange(exchange).await?.has_body("ok")?;
    expect_eq("User-Agent", server.finish_one()?.values("user-agent"), vec!["mine/1"])
}

pub(crate) async fn no_negotiation_headers_are_added(trial: &Trial<'_>) -> Result<(), Stop> {
    let server = Server::responding(OK)?;
    let transport = trial.transport()?;
    transport.exchange(get(&server.url("/"))?).await?.has_body("ok")?;
    transport.exchange(post(&server.url("/"))?).await?.has_body("ok")?;
    for request in server.finish(2)? {
        expect_absent(
            &request,
            &["accept-encoding", "cookie", "expect", "te", "upgrade", "range", "if-none-match"],
        )?;
    }
    Ok(())
}

fn expect_absent(request: &Received, names: &[&str]) -> Result<(), Stop> {
    for name in names {
        expect_eq(name, request.values(name), Vec::<&str>::new())?;
    }
    Ok(())
}
