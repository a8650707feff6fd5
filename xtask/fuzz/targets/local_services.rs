//! Any bytes as the token of the metadata service, as the `Date` of a response and as its body, on
//! two lines and the rest: credentials that a request can carry, or an error without them.
#![no_main]

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Response, StatusCode};
use libfuzzer_sys::fuzz_target;
use sts_client::session::{IssuedCredentials, RefreshProvider};
use sts_client::{CallContext, CallPolicy, Clock, Environment, Now, Platform, StateMachine, Step};
use sts_proto::Body;
use sts_providers::{EcsMetadata, PodIdentity};
use time::OffsetDateTime;

struct OneFile;

impl Clock for OneFile {
    fn now(&self) -> Now {
        Now::new(OffsetDateTime::UNIX_EPOCH, Duration::ZERO)
    }

    fn seed(&self) -> u64 {
        0
    }
}

impl Environment for OneFile {
    fn read_file(&self, _: &Path) -> io::Result<Body> {
        Ok(Body::from(b"token".to_vec()))
    }
}

fn drive(
    mut refresh: impl StateMachine<Output = IssuedCredentials>,
    token: &[u8],
    date: &[u8],
    body: &[u8],
) {
    let mut now = OneFile.now();
    // The token is requested twice at most, and the credentials as well.
    for _ in 0..5 {
        match refresh.step(now) {
            Step::Send(exchange) => {
                now = now.after(Duration::from_secs(1));
                let is_token = exchange.request.uri().path().ends_with("/token");
                let body = if is_token { token } else { body };
                let mut response = Response::new(Body::from(body.to_vec()));
                if let Ok(date) = HeaderValue::from_bytes(date) {
                    response.headers_mut().insert("date", date);
                }
                if body.starts_with(b"401") {
                    *response.status_mut() = StatusCode::UNAUTHORIZED;
                }
                refresh.receive(Ok(response), now);
            }
            Step::Wait(_) => unreachable!("every request has got a response"),
            Step::Credentials(_) => unreachable!("no refresh here is signed"),
            Step::Done(outcome) => {
                if let Ok(issued) = outcome {
                    let credentials = issued.credentials();
                    let token = credentials.security_token.as_ref().expect("a token");
                    let secret_key = credentials.secret_access_key.expose_secret();
                    for part in [&*credentials.access_key_id, secret_key, token.expose_secret()] {
                        assert!(!part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic()));
                    }
                    let before = issued.issuer_time(now);
                    assert!(issued.issuer_time(now.after(Duration::MAX)) >= before);
                }
                return;
            }
        }
    }
    unreachable!("a refresh ends");
}

fuzz_target!(|content: &[u8]| {
    let mut lines = content.splitn(3, |&byte| byte == b'\n');
    let [token, date, body] = std::array::from_fn(|_| lines.next().unwrap_or_default());
    let context: Arc<CallContext> = CallContext::new([], CallPolicy::default());
    let metadata = EcsMetadata::default()
        .begin(&Platform::new(OneFile, OneFile), &context)
        .expect("it reads nothing");
    drive(metadata, token, date, body);
    let pod = PodIdentity::new("http://127.0.0.1:1", "/token").expect("a local URL");
    drive(
        pod.begin(&Platform::new(OneFile, OneFile), &context).expect("a token"),
        token,
        date,
        body,
    );
});
