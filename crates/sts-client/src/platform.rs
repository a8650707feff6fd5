//! Platform services: clocks, environment variables and small files.

mod clock;
mod environment;
mod now;
#[cfg(feature = "system")]
mod system;

pub use self::clock::Clock;
pub(crate) use self::environment::NoEnvironment;
pub use self::environment::{Environment, InvalidVariable};
pub use self::now::Now;
#[cfg(feature = "system")]
pub use self::system::{SystemClock, SystemEnvironment};

/// Clock and environment that a client passes to the refreshes of a provider.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Platform<'a> {
    /// The clock.
    pub clock: &'a dyn Clock,
    /// Variables and files.
    pub environment: &'a dyn Environment,
}

impl<'a> Platform<'a> {
    /// Creates a platform from its parts.
    #[must_use]
    pub fn new(clock: &'a dyn Clock, environment: &'a dyn Environment) -> Self {
        Self { clock, environment }
    }
}
