//! Clock and environment of the operating system.
#![expect(clippy::disallowed_methods, reason = "the only code that reads the OS")]
#![expect(clippy::disallowed_types, reason = "the only code that reads the OS")]

mod files;
mod process;
mod read;

use std::ffi::OsString;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use sts_proto::Body;

use self::read::read_file;
use super::clock::Clock;
use super::command::{Command, CommandOutput};
use super::environment::{Environment, InvalidVariable};
use super::file_lock::FileLock;
use super::now::Now;

/// Clocks and randomness of the operating system.
///
/// On Linux, [`monotonic`](Clock::monotonic) reads `CLOCK_MONOTONIC_COARSE`: the time of the last
/// timer interrupt, up to 10 milliseconds ago (4 with the usual 250 interrupts per second). Sessions
/// use it to compare the time with the next refresh, which is minutes away, and it takes about a
/// quarter of the time of the precise clock. [`now`](Clock::now) is always precise, as are both
/// methods on other systems.
///
/// ```
/// use sts_client::{Clock, SystemClock};
///
/// assert!(SystemClock.monotonic() <= SystemClock.now().monotonic);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a unit type")]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Now {
        Now::new(SystemTime::now().into(), monotonic::precise())
    }

    fn monotonic(&self) -> Duration {
        monotonic::coarse()
    }

    fn seed(&self) -> u64 {
        // Seeded by the operating system once per thread, with a new key for each call.
        RandomState::new().hash_one(())
    }
}

/// Two readings of the same monotonic clock.
#[cfg(target_os = "linux")]
mod monotonic {
    use std::time::Duration;

    use rustix::time::{ClockId, clock_gettime};

    pub(super) fn precise() -> Duration {
        read(ClockId::Monotonic)
    }

    pub(super) fn coarse() -> Duration {
        read(ClockId::MonotonicCoarse)
    }

    fn read(clock: ClockId) -> Duration {
        // Never negative: the clock starts at zero.
        clock_gettime(clock).try_into().unwrap_or_default()
    }
}

/// Two readings of the same monotonic clock.
#[cfg(not(target_os = "linux"))]
mod monotonic {
    use std::sync::LazyLock;
    use std::time::{Duration, Instant};

    pub(super) fn precise() -> Duration {
        static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
        ORIGIN.elapsed()
    }

    pub(super) use self::precise as coarse;
}

/// Environment variables of the process, regular files of up to 1 MiB, and commands that print less than
/// 64 KiB. FIFOs and devices, which may have no end, are not read.
///
/// A command that exceeds its timeout is killed; programs that it has started itself are not. Of its
/// standard error, the first 4 KiB are kept.
///
/// Private files and locks on Unix: the mode of a file is 0600, the mode of a directory that
/// is created is 0700. A file with access for group or others, or of another user, is rejected, and so is
/// a directory in which another user can rename files. Locks are those of `flock`.
///
/// On Windows, a private file and its directory inherit the access control list of the directory above,
/// **which is not checked**: choose one in the profile of the user, such as `%LOCALAPPDATA%`, which by
/// default gives access to this user, administrators and the system only. A lock is a file that no other
/// process can open, for any purpose.
///
/// On both, a link in place of a file is not followed, and a file is replaced atomically; an old version of
/// Windows fails to do so while the file is open. On other systems these methods return
/// [`Unsupported`](io::ErrorKind::Unsupported).
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a unit type")]
pub struct SystemEnvironment;

impl Environment for SystemEnvironment {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        // It may be a secret: valid text is not copied, and an invalid value is wiped.
        std::env::var_os(name).map(OsString::into_string).transpose().map_err(|value| {
            drop(Body::from(value.into_encoded_bytes()));
            InvalidVariable::new(name)
        })
    }

    fn read_file(&self, path: &Path) -> io::Result<Body> {
        read_file(files::open(path)?)
    }

    fn run_command(&self, command: &Command) -> io::Result<CommandOutput> {
        process::run(command)
    }

    fn read_private_file(&self, path: &Path) -> io::Result<Body> {
        read_file(files::open_private(path)?)
    }

    fn write_private_file(&self, path: &Path, content: &Body) -> io::Result<()> {
        files::write_private(path, content.as_ref())
    }

    fn try_lock_file(&self, path: &Path) -> io::Result<Option<FileLock>> {
        files::try_lock(path)
    }
}
