//! Platform services: clocks, environment variables, small files and commands.

mod clock;
mod command;
mod environment;
mod file_lock;
mod now;
#[cfg(feature = "system")]
mod system;

use std::fmt;
use std::sync::Arc;

pub use self::clock::Clock;
pub use self::command::{Command, CommandOutput};
pub use self::environment::{Environment, InvalidVariable};
pub use self::file_lock::FileLock;
pub use self::now::Now;
#[cfg(feature = "system")]
pub use self::system::{SystemClock, SystemEnvironment};

/// Clock and environment that a client passes to the refreshes of a provider. Clones are cheap.
#[derive(Clone)]
#[non_exhaustive]
pub struct Platform {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Variables, files and commands.
    pub environment: Arc<dyn Environment>,
}

impl Platform {
    /// Creates a platform from its parts.
    pub fn new(clock: impl Clock + 'static, environment: impl Environment + 'static) -> Self {
        Self { clock: Arc::new(clock), environment: Arc::new(environment) }
    }
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platform").finish_non_exhaustive()
    }
}

/// Returns the clock of the operating system, with the feature `system`.
#[cfg_attr(
    feature = "system",
    expect(clippy::unnecessary_wraps, reason = "there is none without the feature")
)]
pub(crate) fn default_clock() -> Option<Arc<dyn Clock>> {
    #[cfg(feature = "system")]
    return Some(Arc::new(SystemClock));
    #[cfg(not(feature = "system"))]
    None
}

/// Returns the environment of the process with the feature `system`, otherwise an empty one.
pub(crate) fn default_environment() -> Arc<dyn Environment> {
    #[cfg(feature = "system")]
    return Arc::new(SystemEnvironment);
    #[cfg(not(feature = "system"))]
    Arc::new(self::environment::NoEnvironment)
}
