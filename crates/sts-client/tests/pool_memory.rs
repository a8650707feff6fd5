//! The memory of an idle session in a pool, by an allocator that counts bytes.
// Sizes of the primitives of the standard library differ between systems.
#![cfg(all(feature = "test-util", target_os = "linux"))]
#![expect(unsafe_code, reason = "an allocator cannot be written without")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::future::ready;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_lite::future::block_on;
use http::Response;
use sts_client::pool::{ObsPolicy, SessionPool};
use sts_client::test_util::TestClock;
use sts_client::transport::transport_fn;
use sts_client::{Client, Exchange, TransportError};
use sts_proto::{AssumeAgency, Body, Credentials};
use time::macros::datetime;

/// Bytes that are allocated now.
static LIVE: AtomicUsize = AtomicUsize::new(0);

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes on to `System` unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::SeqCst);
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::SeqCst);
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}

const SESSIONS: usize = 1024;

/// The documented limit in bytes, including the security token.
const LARGEST: usize = 2048;

/// Bytes of the security token.
const TOKEN: usize = 1000;

/// A single test, so that no other code allocates meanwhile.
#[test]
fn an_idle_session_takes_at_most_2_kb_including_a_token_of_1000_bytes() {
    let clock = TestClock::new(datetime!(2026-03-05 07:00 UTC));
    let timer = clock.clone();
    let token = "t".repeat(TOKEN);
    let json = format!(
        r#"{{"credentials":{{"access_key_id":"HSTAEXAMPLE000000001",
        "secret_access_key":"0123456789012345678901234567890123456789",
        "security_token":"{token}","expiration":"2026-03-05T08:00:00Z"}},
        "assumed_agency":{{"urn":"sts::0a1b:assumed-agency:lake/tenant","id":"i:tenant"}}}}"#,
    );
    let send = move |_: Exchange| {
        ready(Ok::<_, TransportError>(Response::new(Body::from(json.clone().into_bytes()))))
    };
    let client = Client::builder(transport_fn(send, move |wait| timer.sleep(wait)))
        .clock(clock)
        .region("cn-north-4")
        .credentials(Credentials::permanent("EXAMPLEAK00000000001", "secret"))
        .build()
        .unwrap();
    let pool = SessionPool::builder(&client).capacity(SESSIONS).build();
    let fill = |from: usize, to: usize| {
        for number in from..to {
            let prefix = format!("tables/tenant-{number}/");
            let policy = ObsPolicy::new().read("lake", &prefix).to_json().unwrap();
            let request = AssumeAgency::new(
                "iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:agency:lake",
                format!("tenant-{number}"),
            );
            block_on(pool.credentials(request.policy(policy))).unwrap();
        }
    };
    // Caches of the client.
    fill(0, 1);
    let before = LIVE.load(Ordering::SeqCst);
    fill(1, SESSIONS);
    let bytes = (LIVE.load(Ordering::SeqCst) - before) / (SESSIONS - 1);
    assert!(bytes > TOKEN, "{bytes}: the allocator counts");
    assert!(bytes <= LARGEST, "{bytes} bytes per idle session");
}
