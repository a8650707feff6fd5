//! Keys that are warm: what every call pays.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use futures_lite::future::block_on;
use sts_proto::Credentials;

use super::calls::client;
use super::messages::operation;
use crate::comparison::{Comparison, Create, Rival};
use crate::row::Goal;
use crate::work::{Work, beside_another_thread, repeated};

pub fn all() -> Vec<Comparison> {
    let comparison = |name, ours: Create, theirs: Create, goal| Comparison {
        name,
        ours,
        rivals: vec![Rival { name: "reading the clock and cloning an Arc", work: theirs, goal }],
        most_allocations: Some(0.0),
    };
    let alone: fn() -> Work = || repeated(clock_and_pointer());
    let with_another: fn() -> Work = || beside_another_thread(clock_and_pointer());
    let at_most = |nanoseconds| Some(Goal::AtMost(nanoseconds));
    vec![
        comparison(
            "warm credentials",
            Box::new(|| repeated(warm())),
            Box::new(alone),
            at_most(42.0),
        ),
        // Both contend for the reference count, and have no goal.
        comparison(
            "warm credentials, 2 threads",
            Box::new(|| beside_another_thread(warm())),
            Box::new(with_another),
            None,
        ),
        comparison(
            "borrowed credentials",
            Box::new(|| repeated(with())),
            Box::new(alone),
            at_most(20.0),
        ),
        comparison(
            "borrowed credentials, 2 threads",
            Box::new(|| beside_another_thread(with())),
            Box::new(with_another),
            at_most(20.0),
        ),
    ]
}

/// `Session::with`: no shared reference count.
fn with() -> impl Fn() + Sync + 'static {
    let session = client().session(operation()).unwrap();
    move || {
        let length = session.with(|credentials| black_box(credentials).access_key_id.len());
        black_box(block_on(length).expect("keys"));
    }
}

fn warm() -> impl Fn() + Sync + 'static {
    let session = client().session(operation()).unwrap();
    move || {
        black_box(block_on(session.credentials()).expect("keys"));
    }
}

/// What a caller pays at least: the clock, and a pointer to keys that are shared.
fn clock_and_pointer() -> impl Fn() + Sync + 'static {
    let keys = Arc::new(Credentials::permanent("HSTEXAMPLE0000000001", "secret"));
    let start = Instant::now();
    move || {
        black_box(start.elapsed());
        black_box(Arc::clone(black_box(&keys)));
    }
}
