//! The deadline of a call covers everything that the call waits for.

use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sts_client::transport::{TransportErrorKind, transport_fn};
use sts_client::{
    Client, Clock, CredentialsError, CredentialsRequest, Exchange, Now, ProvideCredentials,
    TransportError,
};
use sts_proto::{Credentials, ErrorKind};
use time::macros::datetime;

#[derive(Clone, Default)]
struct TestHost(Arc<AtomicU64>);

impl Clock for TestHost {
    fn now(&self) -> Now {
        let monotonic = Duration::from_millis(self.0.load(Ordering::Relaxed));
        Now::new(datetime!(2026-03-05 07:08:09 UTC), monotonic)
    }

    fn seed(&self) -> u64 {
        7
    }
}

/// A provider that never returns.
struct Silent;

impl ProvideCredentials for Silent {
    async fn credentials(
        &self,
        _: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        pending().await
    }
}

/// A provider that blocks the thread for longer than the deadline.
struct Blocking(TestHost);

impl ProvideCredentials for Blocking {
    async fn credentials(
        &self,
        _: CredentialsRequest,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        self.0.0.fetch_add(31_000, Ordering::Relaxed);
        Ok(Arc::new(Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3")))
    }
}

#[test]
fn nothing_is_sent_after_a_provider_that_blocks_the_thread_beyond_the_deadline() {
    let host = TestHost::default();
    let transport = transport_fn(
        |_: Exchange| ready(Err(TransportError::not_sent(TransportErrorKind::Other))),
        |_| ready(()),
    );
    let client = Client::builder(transport)
        .clock(host.clone())
        .region("cn-north-4")
        .credentials_provider(Blocking(host))
        .build()
        .unwrap();
    let error = futures_lite::future::block_on(client.caller_identity()).unwrap_err();
    assert_eq!((error.kind(), error.stats().attempts), (ErrorKind::Timeout, 0));
    assert_eq!(error.stats().elapsed, Duration::from_secs(31));
}

#[test]
fn a_provider_that_never_returns_ends_the_call_at_its_deadline() {
    let host = TestHost::default();
    let clock = host.clone();
    let transport = transport_fn(
        |_: Exchange| ready(Err(TransportError::not_sent(TransportErrorKind::Other))),
        move |duration: Duration| {
            let passed = u64::try_from(duration.as_millis()).unwrap();
            clock.0.fetch_add(passed, Ordering::Relaxed);
            ready(())
        },
    );
    let client = Client::builder(transport)
        .clock(host)
        .region("cn-north-4")
        .credentials_provider(Silent)
        .build()
        .unwrap();
    let error = futures_lite::future::block_on(client.caller_identity()).unwrap_err();
    assert_eq!((error.kind(), error.stats().attempts), (ErrorKind::Timeout, 0));
    assert_eq!(error.stats().elapsed, Duration::from_secs(30));
}
