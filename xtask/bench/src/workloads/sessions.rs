//! Keys that are warm: what every call pays.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use futures_lite::future::block_on;
use sts_proto::Credentials;

use super::calls::client;
use super::messages::operation;
use crate::comparison::{Comparison, Rival};
use crate::row::Goal;
use crate::work::{Work, beside_another_thread, repeated};

pub fn all() -> Vec<Comparison> {
    let comparison = |name, ours: Work, theirs: Work, nanoseconds| Comparison {
        name,
        ours,
        rivals: vec![Rival {
            name: "reading the clock and cloning an Arc",
            work: theirs,
            goal: Some(Goal::AtMost(nanoseconds)),
        }],
        most_allocations: Some(0.0),
    };
    vec![
        comparison("warm credentials", repeated(warm()), repeated(clock_and_pointer()), 25.0),
        comparison(
            "warm credentials, a second thread at them",
            beside_another_thread(warm()),
            beside_another_thread(clock_and_pointer()),
            40.0,
        ),
        comparison("borrowed credentials", repeated(with()), repeated(clock_and_pointer()), 20.0),
        comparison(
            "borrowed credentials, a second thread at them",
            beside_another_thread(with()),
            beside_another_thread(clock_and_pointer()),
            20.0,
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
