//! Sessions reject operations that can be called only once, and invalid ones.
#![expect(clippy::panic, reason = "a test that goes wrong panics")]

use std::sync::Arc;
use std::time::Duration;

use http::Response;
use sts_client::blocking;
use sts_client::{
    CallPolicy, Client, ClientBuilder, Clock, Exchange, Now, Transport, TransportError,
};
use sts_proto::{AssumeAgency, Body, Credentials, ErrorKind};
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

impl blocking::Transport for Cut {
    fn send(&self, _: Exchange) -> Result<Response<Body>, TransportError> {
        panic!("the code is spent")
    }

    fn sleep(&self, _: Duration) {}
}

fn builder() -> ClientBuilder<Cut, Arc<Credentials>> {
    let keys = Credentials::permanent("EXAMPLEAK00000000001", "secret");
    Client::builder(Cut).clock(Epoch).region("cn-north-4").credentials(keys)
}

fn with_code() -> AssumeAgency {
    AssumeAgency::new("iam::0a1b:agency:a", "name").mfa("iam::0a1b:mfa:dev", "123456")
}

#[test]
fn a_session_of_an_operation_with_an_mfa_code_is_not_made() {
    let error = builder().build().unwrap().session(with_code()).unwrap_err();
    assert!(error.to_string().contains("an MFA code is valid for one call"), "{error}");
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(!format!("{error:?}").contains("123456"));

    let error = builder().build_blocking().unwrap().session(with_code()).unwrap_err();
    assert!(error.to_string().contains("an MFA code is valid for one call"), "{error}");
}

#[test]
fn a_session_of_an_invalid_operation_is_not_made() {
    let invalid = || AssumeAgency::new("iam::0a1b:agency:a", "?");
    let client = builder().build().unwrap();
    let error = client.session(invalid()).unwrap_err();
    assert!(error.to_string().contains("agency_session_name"), "{error}");
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(builder().build_blocking().unwrap().session(invalid()).is_err());

    let policy = CallPolicy::default().validate(false);
    let client = builder().policy(policy).build().unwrap();
    assert!(client.session(invalid()).is_ok(), "validation is disabled");
}
