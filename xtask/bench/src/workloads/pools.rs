//! Pools of sessions: the cost of a call, and the memory of an idle session.

use std::hint::black_box;
use std::sync::Arc;

use futures_lite::future::block_on;
use sts_client::pool::{ObsPolicy, SessionPool};
use sts_proto::{AssumeAgency, Credentials};

use super::calls::client;
use super::messages::URN;
use crate::allocations;
use crate::comparison::{Comparison, Rival};
use crate::row::{Goal, Row, Unit};
use crate::statistics::Samples;
use crate::work::{Work, repeated};

/// Calls go to this many sessions of a pool: a pool is flat if the others cost nothing. That memory
/// which is used seldom is not in a cache would be measured otherwise.
const USED: usize = 16;

pub const MEMORY: &str = "an idle session in a pool";

pub fn all() -> Vec<Comparison> {
    let comparison = |name, work: fn() -> Work| Comparison {
        name,
        ours: Box::new(work),
        rivals: vec![Rival {
            name: "a pool of one session",
            work: Box::new(|| calls(1)),
            goal: Some(Goal::RatioAtMost(1.1)),
        }],
        most_allocations: None,
    };
    vec![
        comparison("a call with a pool of 100 sessions", || calls(100)),
        comparison("a call with a pool of 10,000 sessions", || calls(10_000)),
        comparison("a call with a pool of 100,000 sessions", || calls(100_000)),
    ]
}

fn request(tenant: usize) -> AssumeAgency {
    let prefix = format!("tables/tenant-{tenant}/");
    let policy = ObsPolicy::new().read("lake", &prefix).to_json().expect("a policy");
    AssumeAgency::new(URN, format!("tenant-{tenant}")).policy(policy)
}

fn pool(sessions: usize) -> SessionPool {
    SessionPool::builder(&client()).capacity(sessions).build()
}

fn fill(pool: &SessionPool, sessions: usize) {
    for tenant in 0..sessions {
        block_on(pool.credentials(request(tenant))).expect("credentials");
    }
}

fn calls(sessions: usize) -> Work {
    let pool = pool(sessions);
    fill(&pool, sessions);
    // As many requests for any size, so that they are cached alike.
    let requests: Vec<_> =
        (0..USED).map(|used| request(used * sessions / USED % sessions)).collect();
    let mut next = 0;
    repeated(move || {
        next = (next + 1) % USED;
        let credentials = pool.credentials(black_box(&requests[next]).clone());
        black_box(block_on(credentials).expect("credentials"));
    })
}

/// Bytes of a session with a token as long as those of the service, and of its credentials alone.
pub fn memory() -> Row {
    const SESSIONS: usize = 1000;
    let pool = pool(SESSIONS);
    let ((), session_bytes) = allocations::kept_by(|| fill(&pool, SESSIONS));
    let credentials = block_on(pool.credentials(request(0))).expect("credentials");
    let copy = || -> Vec<Arc<Credentials>> {
        (0..SESSIONS).map(|_| Arc::new(Credentials::clone(&credentials))).collect()
    };
    let (_copies, credentials_bytes) = allocations::kept_by(copy);
    let each = |bytes: usize| Samples::exactly((bytes / SESSIONS) as f64);
    Row::new(
        (MEMORY, &each(session_bytes)),
        ("its credentials alone", &each(credentials_bytes)),
        Unit::Bytes,
        Some(Goal::AtMost(2048.0)),
    )
}
