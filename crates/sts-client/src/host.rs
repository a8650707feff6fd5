//! What a driver needs from the platform.

use std::io;
use std::path::Path;
use std::time::Duration;

use sts_proto::Body;
use thiserror::Error;

use crate::now::Now;

/// Clocks, randomness, environment variables and small files of a platform.
///
/// State machines take all of this as arguments; the [`Client`](crate::Client) reads it from a host.
/// `SystemHost`, with the feature `system`, is the operating system. Simulators, tests and other
/// platforms implement their own.
pub trait Host: Send + Sync {
    /// The current readings of both clocks.
    fn now(&self) -> Now;

    /// The current reading of the monotonic clock, for the fast path.
    fn ticks(&self) -> Duration {
        self.now().ticks
    }

    /// A random number, the seed of one call's jitter. It need not be secret, but two clients that
    /// start at the same time must get different ones.
    fn seed(&self) -> u64;

    /// The value of an environment variable; `None` if it is not set. By default no variable is
    /// set.
    ///
    /// # Errors
    ///
    /// The variable is set, but is not valid UTF-8. It does not count as unset: then credentials
    /// of somebody else could be used in its place.
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        let _ = name;
        Ok(None)
    }

    /// The content of a small file. It holds credentials or a token, so it is wiped on drop.
    ///
    /// It is read while a caller waits, so `path` should be on a local disk or in memory.
    ///
    /// # Errors
    ///
    /// The file cannot be read. By default no file can: the error is of the kind
    /// [`Unsupported`](io::ErrorKind::Unsupported).
    fn read_file(&self, path: &Path) -> io::Result<Body> {
        let _ = path;
        Err(io::Error::new(io::ErrorKind::Unsupported, "file access is not available"))
    }
}

/// An environment variable that is set, but is not valid UTF-8.
///
/// It names the variable. The value is not part of it, for it may be a secret.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[error("environment variable {name} is not valid UTF-8")]
pub struct InvalidVariable {
    name: String,
}

impl InvalidVariable {
    /// The variable `name` is not valid UTF-8.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }

    /// The name of the variable.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

#[cfg(feature = "system")]
pub use self::system::SystemHost;

#[cfg(feature = "system")]
#[expect(clippy::disallowed_methods, reason = "the only code that reads the OS")]
#[expect(clippy::disallowed_types, reason = "the only code that reads the OS")]
mod system {
    use std::ffi::OsString;
    use std::fs::File;
    use std::hash::{BuildHasher, RandomState};
    use std::io::{self, Read};
    use std::path::Path;
    use std::sync::LazyLock;
    use std::time::{Duration, Instant, SystemTime};

    use sts_proto::Body;

    use super::{Host, InvalidVariable};
    use crate::now::Now;

    /// Limit of a file, in bytes. A token has 20000 at most.
    const LARGEST_FILE: u16 = u16::MAX;

    /// The operating system: its clocks, its randomness, the environment of the process and files
    /// of less than 64 KiB.
    ///
    /// ```
    /// use sts_client::{Host, SystemHost};
    ///
    /// assert!(SystemHost.now().ticks <= SystemHost.now().ticks);
    /// ```
    #[derive(Clone, Copy, Debug, Default)]
    #[expect(clippy::exhaustive_structs, reason = "a unit type")]
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
            // The operating system's randomness once a thread, and a new key each time.
            RandomState::new().hash_one(())
        }

        fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
            // It may be a secret: what is text is not copied, and what is not is wiped.
            std::env::var_os(name).map(OsString::into_string).transpose().map_err(|value| {
                drop(Body::from(value.into_encoded_bytes()));
                InvalidVariable::new(name)
            })
        }

        fn read_file(&self, path: &Path) -> io::Result<Body> {
            let file = File::open(path)?;
            // Large enough from the start: a block that grows leaves an unwiped one behind.
            let mut content = Vec::with_capacity(usize::from(LARGEST_FILE) + 1);
            let read = file.take(u64::from(LARGEST_FILE) + 1).read_to_end(&mut content);
            let is_whole = content.len() <= usize::from(LARGEST_FILE);
            // Before the error is returned, so that what was read until then is wiped.
            let content = Body::from(content);
            read?;
            if is_whole { Ok(content) } else { Err(io::Error::other("file exceeds 64 KiB")) }
        }
    }
}
