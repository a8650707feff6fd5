//! Whether the core of this thread is quiet. Another virtual machine on the same physical core makes
//! code up to half as fast, for milliseconds or seconds, and the kernel here does not notice it.

use std::array;
use std::hint::black_box;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// By how much the gauge may exceed its shortest time. With a neighbour it takes 1.4 times as long.
const TOLERANCE: f64 = 1.1;
/// How often a turn is taken until it is undisturbed, and how often all turns are on average: a measurement
/// on a machine that is never quiet must end too.
const MOST_ATTEMPTS: u32 = 16;
const MOST_ATTEMPTS_ON_AVERAGE: u64 = 4;

/// The shortest time of the gauge so far, in nanoseconds.
static SHORTEST: AtomicU64 = AtomicU64::new(u64::MAX);
static TURNS: AtomicU64 = AtomicU64::new(0);
static ATTEMPTS: AtomicU64 = AtomicU64::new(0);
static DISTURBED: AtomicU64 = AtomicU64::new(0);

/// Takes a turn again until the core was quiet before and after it.
pub fn undisturbed<T>(mut turn: impl FnMut() -> T) -> T {
    let turns = TURNS.fetch_add(1, Ordering::Relaxed) + 1;
    let mut attempt = 0;
    loop {
        attempt += 1;
        let attempts = ATTEMPTS.fetch_add(1, Ordering::Relaxed) + 1;
        let was_quiet = is_quiet();
        let outcome = turn();
        if was_quiet && is_quiet() {
            return outcome;
        }
        if attempt >= MOST_ATTEMPTS || attempts >= turns * MOST_ATTEMPTS_ON_AVERAGE {
            DISTURBED.fetch_add(1, Ordering::Relaxed);
            return outcome;
        }
    }
}

/// Measures a fixed piece of work that a neighbour slows like most code: it has branches, and instructions
/// that do not wait for each other.
fn is_quiet() -> bool {
    static NUMBERS: LazyLock<[u64; 256]> = LazyLock::new(|| {
        let mut random = fastrand::Rng::with_seed(7);
        array::from_fn(|_| random.u64(..))
    });
    let numbers = &*NUMBERS;
    let mut times: [u64; 5] = array::from_fn(|_| {
        let start = Instant::now();
        let mut numbers = *black_box(numbers);
        numbers.sort_unstable();
        black_box(&numbers);
        start.elapsed().as_nanos().try_into().unwrap_or(u64::MAX)
    });
    times.sort_unstable();
    let time = times[times.len() / 2];
    let shortest = SHORTEST.fetch_min(time, Ordering::Relaxed).min(time);
    time as f64 <= shortest as f64 * TOLERANCE
}

/// The part of all turns that stayed disturbed, from zero to one.
pub fn disturbed() -> f64 {
    DISTURBED.load(Ordering::Relaxed) as f64 / TURNS.load(Ordering::Relaxed).max(1) as f64
}
