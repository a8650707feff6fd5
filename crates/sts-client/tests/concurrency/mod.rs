//! Sessions and pools under a scheduler that explores interleavings: `cargo xtask concurrency`.
//!
//! They use the public API, but are part of the library's own tests, where `crate::sync` has models
//! of the synchronization primitives. A caller that is never woken is a deadlock here, and fails
//! the test. `docs/testing.md` describes how to read and repeat a failure.
#![expect(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that goes wrong panics, and reads its settings"
)]

mod blocking_session;
mod cancellation;
mod pool;
mod rejection;
mod session;
mod world;

use std::env;

use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::{Config, MaxSteps, Runner};

/// The schedules of each kind for a test, unless `STS_SCHEDULES` is set.
const SCHEDULES: usize = 2000;

/// The preemptions that a schedule of the second kind places: enough for a bug that needs three
/// moments in a certain order.
const DEPTH: usize = 3;

/// Runs a test under random schedules, and under schedules that run one task for long and place a
/// few preemptions. Both are the same in each run with the same `STS_SEED`.
fn explore(test: fn()) {
    let schedules = setting("STS_SCHEDULES").unwrap_or(SCHEDULES);
    let seed = setting("STS_SEED").unwrap_or(7) as u64;
    let mut config = Config::new();
    config.stack_size = 256 * 1024;
    config.silence_warnings = true;
    // A test takes some hundred steps. More are a loop.
    config.max_steps = MaxSteps::FailAfter(100_000);
    Runner::new(RandomScheduler::new_from_seed(seed, schedules), config.clone()).run(test);
    Runner::new(PctScheduler::new_from_seed(seed, DEPTH, schedules), config).run(test);
}

fn setting(name: &str) -> Option<usize> {
    let value = env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} is not a number: {value}")))
}
