//! The state machine of a call, in addition to the messages: it signs a request, is throttled once,
//! waits, and gets a response.
//!
//! See `messages.rs` on why it is a program.
#![forbid(unsafe_code)]

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use http::{Response, StatusCode};
use sts_client::transport::TransportErrorKind as Kind;
use sts_client::{
    Call, CallContext, CallPolicy, Completed, Now, StateMachine, Step, TransportError,
};
use sts_proto::{AssumeAgency, Body, Credentials, Endpoint, Region};
use time::OffsetDateTime;

/// 2026-03-05 07:08:09 UTC.
const NOW: i64 = 1_772_694_489;
const BUSY: &[u8] = br#"{"error_code":"APIGW.0308","error_msg":"throttled"}"#;
const ANSWER: &[u8] = br#"{"assumed_agency":{"urn":"sts::0a1b:assumed-agency:reader/build-42","id":"9f:build-42"},
"credentials":{"access_key_id":"HSTEXAMPLE0000000001","secret_access_key":"d4E5f6","security_token":"hQpjbi1ub3J0aC00",
"expiration":"2026-03-05T08:08:09.000Z"}}"#;

fn main() -> ExitCode {
    if assume() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Returns whether the second attempt returned credentials after a wait.
fn assume() -> bool {
    let Ok(start) = OffsetDateTime::from_unix_timestamp(black_box(NOW)) else { return false };
    let keys =
        Arc::new(Credentials::permanent("EXAMPLEAK00000000001", black_box("the-secret-key")));
    let context = CallContext::new([Endpoint::from(Region::CN_NORTH_4)], CallPolicy::default());
    let operation = AssumeAgency::new(black_box("iam::0a1b:agency:reader"), "build-42");
    let mut call = Call::new(operation, &context, black_box(7));
    let mut answers = [(StatusCode::TOO_MANY_REQUESTS, BUSY), (StatusCode::OK, ANSWER)].into_iter();
    let mut waited = Duration::ZERO;
    loop {
        let now = Now::new(start + waited, waited);
        match call.step(now) {
            Step::Credentials(_) => call.provide(Ok(Arc::clone(&keys))),
            Step::Send(_) => call.receive(answer(answers.next()), now),
            Step::Wait(duration) => waited += duration,
            Step::Done(Ok(Completed { output, stats, .. })) => {
                let is_new = output.credentials.access_key_id == black_box("HSTEXAMPLE0000000001");
                return is_new && stats.attempts == 2 && waited > Duration::ZERO;
            }
            Step::Done(Err(_)) => return false,
        }
    }
}

fn answer(next: Option<(StatusCode, &[u8])>) -> Result<Response<Body>, TransportError> {
    let (status, body) = next.ok_or(TransportError::not_sent(Kind::Closed))?;
    let mut answer = Response::new(Body::from(black_box(body).to_vec()));
    *answer.status_mut() = status;
    Ok(answer)
}
