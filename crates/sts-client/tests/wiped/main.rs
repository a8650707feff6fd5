//! No freed memory block contains a secret of a call, a session, a proof, a file or a proxy.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong panics")]

mod calls;
mod identity_proofs;
mod proxies;
mod sessions;
#[cfg(all(unix, feature = "system"))]
mod system;
#[cfg(feature = "tower")]
mod tower;

use std::error::Error;
use std::fmt::Debug;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sts_client::{Clock, Credentials, Now};
use time::OffsetDateTime;
use time::macros::datetime;
use xtask_secrets::{Searching, mark};

#[global_allocator]
static ALLOCATOR: Searching = Searching::new(&[mark!()]);

const START: OffsetDateTime = datetime!(2026-03-05 07:08:09 UTC);

/// A clock that advances by a second with each reading, so that waits end.
#[derive(Default)]
struct Advancing(AtomicU64);

impl Clock for Advancing {
    fn now(&self) -> Now {
        let seconds = Duration::from_secs(self.0.fetch_add(1, Ordering::Relaxed));
        Now::new(START, Duration::ZERO).after(seconds)
    }

    fn seed(&self) -> u64 {
        7
    }
}

fn credentials() -> Credentials {
    Credentials::permanent("EXAMPLEAK00000000001", mark!()).security_token(mark!())
}

/// Prints and drops: texts are blocks too.
fn show(value: &dyn Debug) {
    black_box(format!("{value:?} {value:#?}"));
}

fn show_error(error: &dyn Error) {
    black_box(format!("{error:?} {error}"));
    if let Some(cause) = error.source() {
        show_error(cause);
    }
}

/// A single test, so that no other code frees blocks meanwhile.
#[test]
fn no_freed_block_contains_a_secret() {
    assert_eq!(ALLOCATOR.found_in(|| drop(black_box(mark!().to_owned()))), 1, "the search works");

    proxies::wipe_their_credentials();
    calls::wipe_requests_and_responses();
    sessions::wipe_credentials();
    identity_proofs::are_wiped();
    #[cfg(all(unix, feature = "system"))]
    system::wipes_files_and_output();
    #[cfg(feature = "tower")]
    tower::wipes_requests();
}
