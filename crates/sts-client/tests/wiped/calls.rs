//! Calls, over async and blocking transports.

use std::sync::Mutex;
use std::time::Duration;

use futures_lite::future::block_on;
use http::{HeaderValue, Response};
use sts_client::proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, Body, DecodeAuthorizationMessage,
    GetCallerIdentity, Operation, ProvidedContext,
};
use sts_client::transport::{TransportErrorKind, transport_fn};
use sts_client::{Client, Exchange, TransportError, blocking};
use xtask_secrets::mark;

use crate::{ALLOCATOR, Advancing, credentials, show, show_error};

/// A status with a body, or none if the connection fails.
pub(crate) type Reply = Option<(u16, &'static str)>;

pub(crate) const ISSUED: Reply = Some((
    200,
    concat!(
        r#"{"assumed_agency":{"urn":"u","id":"i"},"audience":"a","provider":"p",
        "subject_from_id_token":"s","credentials":{"access_key_id":"HST","secret_access_key":""#,
        mark!(),
        r#"","security_token":""#,
        mark!(),
        r#"","expiration":"2026-03-05T08:08:09Z"}}"#
    ),
));
/// A rejection that echoes the token of the request, as the gateway does.
pub(crate) const REJECTED: Reply = Some((
    401,
    concat!(
        r#"{"error_code":"APIGW.0301","error_msg":"verify aksk signature fail,canonicalRequest:POST|/|x-security-token:"#,
        mark!(),
        r#"|a:"#,
        mark!(),
        r#"|"}"#
    ),
));
const DENIED: Reply = Some((
    403,
    concat!(
        r#"{"error_code":"STS5.0001","error_msg":"token "#,
        mark!(),
        r#"","encoded_authorization_message":"hQpjbi1leGFtcGxl"}"#
    ),
));
const UNREADABLE: Reply = Some((200, concat!(r#"{"credentials":[""#, mark!(), r#""]}"#)));
const PAGE: Reply = Some((502, concat!("<html>", mark!(), "</html>")));
const REPLIES: [&[Reply]; 9] = [
    &[ISSUED],
    &[REJECTED],
    &[REJECTED, ISSUED],
    &[DENIED],
    &[UNREADABLE],
    &[PAGE],
    &[PAGE, ISSUED],
    &[None],
    &[None, ISSUED],
];

/// Transport that returns these replies, the last one again and again.
pub(crate) struct Script(Mutex<&'static [Reply]>);

impl Script {
    pub(crate) fn new(replies: &'static [Reply]) -> Self {
        Self(Mutex::new(replies))
    }

    pub(crate) fn reply(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        show(&exchange);
        drop(exchange);
        let mut replies = self.0.lock().unwrap();
        let (reply, rest) = replies.split_first().unwrap();
        if !rest.is_empty() {
            *replies = rest;
        }
        let Some((status, body)) = reply else {
            return Err(TransportError::not_sent(TransportErrorKind::Connect));
        };
        let mut response = Response::new(Body::from(body.as_bytes().to_vec()));
        *response.status_mut() = (*status).try_into().unwrap();
        let token = HeaderValue::from_static(concat!("x-security-token: ", mark!()));
        response.headers_mut().insert("x-request-id", token);
        Ok(response)
    }
}

impl blocking::Transport for Script {
    fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        self.reply(exchange)
    }

    fn sleep(&self, _: Duration) {}
}

/// Makes the call with each list of replies, over both kinds of transports.
fn call<O: Operation + Clone>(operation: &O) {
    for replies in REPLIES {
        let name = format!("{}: {replies:?}", O::NAME);
        ALLOCATOR.assert_wiped(&name, || {
            let script = Script::new(replies);
            let transport = transport_fn(
                move |exchange| std::future::ready(script.reply(exchange)),
                |_| std::future::ready(()),
            );
            let client =
                Client::builder(transport).clock(Advancing::default()).region("cn-north-4");
            let client = client.credentials(credentials()).build().unwrap();
            match block_on(client.call(operation.clone())) {
                Ok(completed) => show(&completed.stats),
                Err(error) => {
                    let error = block_on(client.explain_denial(error));
                    show(&(error.message(), error.denial(), error.request_id()));
                    show_error(&error);
                }
            }
            show(&client);
        });
        ALLOCATOR.assert_wiped(&name, || {
            let client = Client::builder(Script::new(replies))
                .clock(Advancing::default())
                .region("cn-north-4");
            let client = client.credentials(credentials()).build_blocking().unwrap();
            if let Err(error) = client.call(operation.clone()) {
                show_error(&client.explain_denial(error));
            }
        });
    }
}

pub(crate) fn wipe_requests_and_responses() {
    let agency = AssumeAgency::new("iam::0a1b:agency:a", "name").mfa("iam::0a1b:mfa:d", mark!());
    let context = ProvidedContext::new("iam::0a1b:oidcProvider:c", mark!());
    call(&agency.provided_contexts(vec![context; 3]));
    let (provider, agency) = ("iam::0a1b:oidcProvider:p", "iam::0a1b:agency:a");
    call(&AssumeAgencyWithOidc::new(provider, agency, "name", mark!()));
    let provider = "iam::0a1b:samlProvider:p";
    call(&AssumeAgencyWithSaml::new(provider, agency, mark!()));
    call(&DecodeAuthorizationMessage::new("hQpjbi1leGFtcGxl"));
    call(&GetCallerIdentity::new());
}
