//! Work to measure, and its cost.

use std::hint::spin_loop;
use std::ops::AddAssign;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::{allocations, cores};

/// Repeats an action the given number of times and returns the cost.
pub type Work = Box<dyn FnMut(u32) -> Cost>;

#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    pub time: Duration,
    /// Allocations of the measured thread.
    pub allocations: u64,
}

impl Cost {
    fn of(work: impl FnOnce()) -> Self {
        let (before, start) = (allocations::so_far(), Instant::now());
        work();
        let time = start.elapsed();
        Self { time, allocations: allocations::so_far() - before }
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.time += other.time;
        self.allocations += other.allocations;
    }
}

/// The same again and again.
pub fn repeated(mut once: impl FnMut() + 'static) -> Work {
    Box::new(move |times| {
        Cost::of(|| {
            for _ in 0..times {
                once();
            }
        })
    })
}

/// Each time on something new, made and dropped while the clock stands still.
pub fn on_fresh<T>(
    mut make: impl FnMut() -> T + 'static,
    mut once: impl FnMut(&mut T) + 'static,
) -> Work {
    // Enough that reading the clock costs little; with 32, the requests evict each other from the
    // first-level cache in some address layouts, and the time doubles.
    const BATCH: u32 = 4;
    Box::new(move |times| {
        let mut cost = Cost::default();
        let mut left = times;
        while left > 0 {
            let batch = left.min(BATCH);
            let mut things: Vec<T> = (0..batch).map(|_| make()).collect();
            cost += Cost::of(|| things.iter_mut().for_each(&mut once));
            left -= batch;
        }
        cost
    })
}

/// The same again and again, while a second thread on another core does it too. The cost is that of
/// one thread.
pub fn beside_another_thread(once: impl Fn() + Sync + 'static) -> Work {
    // A turn in which the other thread was interrupted is repeated, but not for ever.
    const ATTEMPTS: u32 = 10;
    Box::new(move |times| {
        let mut attempts = (0..ATTEMPTS).map(|_| both(times, &once));
        let mut last = attempts.next().expect("an attempt");
        while !last.1
            && let Some(next) = attempts.next()
        {
            last = next;
        }
        last.0
    })
}

/// Returns the cost of one thread, and whether the other did at least half as much meanwhile.
fn both(times: u32, once: &(impl Fn() + Sync)) -> (Cost, bool) {
    let (is_going, is_over) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            cores::serve_here();
            once();
            is_going.store(true, Ordering::Relaxed);
            let mut times = 0;
            while !is_over.load(Ordering::Relaxed) {
                once();
                times += 1;
            }
            times
        });
        while !is_going.load(Ordering::Relaxed) {
            spin_loop();
        }
        let cost = Cost::of(|| {
            for _ in 0..times {
                once();
            }
        });
        is_over.store(true, Ordering::Relaxed);
        (cost, other.join().expect("the other thread") >= times / 2)
    })
}
