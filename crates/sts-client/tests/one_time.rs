//! Sessions reject operations that can be called only once.
#![expect(clippy::panic, reason = "a test that goes wrong panics")]

use std::sync::Arc;
use std::time::Duration;

use http::Response;
use sts_client::{
    BlockingTransport, Client, ClientBuilder, Clock, Exchange, Now, Transport, TransportError,
};
use sts_proto::{AssumeAgency, Body, Credentials};
use time::OffsetDateTime;

struct Epoch;

impl Clock for Epoch {
    fn now(&self) -> Now {
        Now::new(OffsetDateTime::UNIX_EPOCH, Duration::ZERO)
    }

    fn seed(&self) -> u64 {
        0
    }
}

/// Fails if a request is sent.
struct Cut;

impl Transport for Cut {
    async fn send(&self, _: Exchange) -> Result<Response<Body>, TransportError> {
        panic!("the code is spent")
    }

    async fn sleep(&self, _: Duration) {}
}

impl BlockingTransport for Cut {
    fn send(&self, _: Exchange) -> Result<Response<Body>, TransportError> {
        panic!("the code is spent")
    }

    fn sleep(&self, _: Duration) {}
}

fn builder() -> ClientBuilder<Cut, Arc<Credentials>> {
    let keys = Credentials::permanent("EXAMPLEAK00000000001", "secret");
    Client::builder(Cut, Epoch).region("cn-north-4").credentials(keys)
}

fn with_code() -> AssumeAgency {
    AssumeAgency::new("iam::0a1b:agency:a", "name").mfa("iam::0a1b:mfa:dev", "123456")
}

#[test]
fn a_session_of_a_call_with_an_mfa_code_fails_at_once() {
    let session = builder().build().unwrap().session(with_code());
    let error = futures_lite::future::block_on(session.credentials()).unwrap_err();
    assert!(error.to_string().contains("an MFA code is good for one call"), "{error}");
    assert!(!format!("{error:?}").contains("123456"));

    let session = builder().build_blocking().unwrap().session(with_code());
    let error = session.credentials().unwrap_err();
    assert!(error.to_string().contains("an MFA code is good for one call"), "{error}");
}
