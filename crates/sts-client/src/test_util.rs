//! Clock and environment for tests in virtual time, with the feature `test-util`.
//!
//! Tests with them need neither sleeps nor a runtime: the test advances the time, and
//! [`poll_until_idle`] runs a future until it waits for the time to advance.
//!
//! ```
//! use std::future::ready;
//! use std::pin::pin;
//! use std::time::Duration;
//! use http::Response;
//! use sts_client::proto::{AssumeAgency, Body, Credentials};
//! use sts_client::session::CredentialState;
//! use sts_client::test_util::{TestClock, poll_until_idle};
//! use sts_client::transport::transport_fn;
//! use sts_client::{Client, Exchange, TransportError};
//! use time::macros::datetime;
//!
//! let clock = TestClock::new(datetime!(2026-03-05 07:00 UTC));
//! let timer = clock.clone();
//! let transport = transport_fn(
//!     // A service that is out of order. `sts-emulator` is one that works.
//!     |_: Exchange| {
//!         let response = Response::builder().status(503).body(Body::empty());
//!         ready(Ok::<_, TransportError>(response.expect("a response")))
//!     },
//!     move |duration| timer.sleep(duration),
//! );
//! let client = Client::builder(transport).clock(clock.clone())
//!     .region("cn-north-4")
//!     .credentials(Credentials::permanent("EXAMPLEAK00000000001", "secret"))
//!     .build()?;
//! let session = client.session(AssumeAgency::new("iam::0a1b:agency:a", "test"))?;
//!
//! let mut refreshing = pin!(session.keep_fresh());
//! for _ in 0..600 {
//!     assert!(poll_until_idle(refreshing.as_mut()).is_pending());
//!     clock.advance(Duration::from_secs(1));
//! }
//! let status = session.status();
//! assert_eq!(status.state, CredentialState::Expired);
//! assert!((5..20).contains(&status.counters.failures), "ten minutes with a backoff");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod clock;
mod environment;
mod poll;

pub use self::clock::{TestClock, TestSleep};
pub use self::environment::TestEnvironment;
pub use self::poll::poll_until_idle;
