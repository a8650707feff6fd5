//! What a driver needs from the place it runs on.

use std::time::Duration;

use crate::Now;

/// Clocks, randomness and settings of the place a client runs on.
///
/// Machines are told all of this; the [`Client`](crate::Client) asks a host for it. With the
/// feature `system` there is `SystemHost`, the operating system's. Simulators, tests and odd
/// platforms bring their own.
pub trait Host: Send + Sync {
    /// Both clocks, read now.
    fn now(&self) -> Now;

    /// The monotonic clock alone, for where nothing else is needed and every nanosecond counts.
    fn ticks(&self) -> Duration {
        self.now().ticks
    }

    /// A random number, the seed of one call's jitter. It need not be secret, but two clients
    /// that start at the same moment must not get the same ones.
    fn seed(&self) -> u64;

    /// An environment variable. None by default.
    fn variable(&self, name: &str) -> Option<String> {
        let _ = name;
        None
    }
}

#[cfg(feature = "system")]
pub use self::system::SystemHost;

#[cfg(feature = "system")]
#[expect(clippy::disallowed_methods, reason = "this is the host that the others are told of")]
#[expect(clippy::disallowed_types, reason = "this is the host that the others are told of")]
mod system {
    use std::hash::{BuildHasher, RandomState};
    use std::sync::LazyLock;
    use std::time::{Duration, Instant, SystemTime};

    use super::Host;
    use crate::Now;

    /// The operating system: its clocks, its randomness and the process's environment.
    ///
    /// ```
    /// use sts_client::{Host, SystemHost};
    ///
    /// assert!(SystemHost.now().ticks <= SystemHost.now().ticks);
    /// ```
    #[derive(Clone, Copy, Debug, Default)]
    #[expect(clippy::exhaustive_structs, reason = "it is a name, and holds nothing")]
    pub struct SystemHost;

    impl Host for SystemHost {
        fn now(&self) -> Now {
            Now::new(SystemTime::now().into(), self.ticks())
        }

        fn ticks(&self) -> Duration {
            static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
            ORIGIN.elapsed()
        }

        fn seed(&self) -> u64 {
            // Keyed by the operating system's randomness once a thread, and anew each time.
            RandomState::new().hash_one(())
        }

        fn variable(&self, name: &str) -> Option<String> {
            std::env::var(name).ok()
        }
    }
}
