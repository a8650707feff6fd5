//! What a driver needs from the place it runs on.

use std::io;
use std::path::Path;
use std::time::Duration;

use sts_proto::Body;
use thiserror::Error;

use crate::now::Now;

/// Clocks, randomness, settings and small files of the place a client runs on.
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

    /// The content of a small file: keys or a token, so it is wiped when it is let go. By default
    /// this host has no files, and says so.
    ///
    /// It is read while a caller waits, so `path` should be on a local disk or in memory, as the
    /// files that hold keys are.
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
#[expect(clippy::disallowed_methods, reason = "this is the host that the others are told of")]
#[expect(clippy::disallowed_types, reason = "this is the host that the others are told of")]
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

    /// Bytes of the largest file that is read: a token has 20000 at most.
    const LARGEST_FILE: u16 = u16::MAX;

    /// The operating system: its clocks, its randomness, the process's environment and files of
    /// up to 64 KiB.
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
            // Before the error is looked at, so that what was read until then is wiped.
            let content = Body::from(content);
            read?;
            if is_whole { Ok(content) } else { Err(io::Error::other("file exceeds 64 KiB")) }
        }
    }
}
