//! The clocks of a platform.

use std::sync::Arc;
use std::time::Duration;

use super::now::Now;

/// Wall clock and monotonic clock.
///
/// State machines take the time as an argument; a [`Client`](crate::Client) reads it from a clock.
/// `SystemClock`, with the feature `system`, reads the clocks of the operating system. Simulators,
/// tests and other platforms implement their own.
pub trait Clock: Send + Sync {
    /// Returns the current readings of both clocks.
    fn now(&self) -> Now;

    /// Returns the current reading of the monotonic clock, for the fast path of sessions, and to notice
    /// a credential provider that blocks the thread of a call. It may be up to 100 milliseconds older
    /// than that of [`now`](Self::now), so that a platform can use a clock that is faster to read.
    fn monotonic(&self) -> Duration {
        self.now().monotonic
    }

    /// Returns the seed for the jitter of one call. It need not be secret, but clients that start
    /// at the same time should get different seeds.
    ///
    /// By default it is derived from the nanoseconds of [`now`](Self::now). Implement it where the
    /// platform has randomness or its clock is coarse.
    fn seed(&self) -> u64 {
        let Now { wall, monotonic } = self.now();
        let wall = nanos(wall.unix_timestamp().unsigned_abs(), wall.nanosecond());
        wall.rotate_left(32) ^ nanos(monotonic.as_secs(), monotonic.subsec_nanos())
    }
}

fn nanos(seconds: u64, nanoseconds: u32) -> u64 {
    seconds.wrapping_mul(1_000_000_000).wrapping_add(nanoseconds.into())
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> Now {
        (**self).now()
    }

    fn monotonic(&self) -> Duration {
        (**self).monotonic()
    }

    fn seed(&self) -> u64 {
        (**self).seed()
    }
}
