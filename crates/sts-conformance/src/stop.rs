//! Early end of a case.

use std::error::Error as StdError;

/// Reason why a case ends early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The requirement is violated, or the case could not be set up.
    Failed(String),
    /// The case does not apply to this transport or cannot run on this machine.
    Skipped(String),
}

impl Stop {
    pub(crate) fn failed(why: impl Into<String>) -> Self {
        Self::Failed(why.into())
    }

    pub(crate) fn skipped(why: impl Into<String>) -> Self {
        Self::Skipped(why.into())
    }
}

/// Errors of the suite itself.
impl<E: StdError> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(format!("cannot set up the case: {error}"))
    }
}

/// Fails the case unless `holds`.
pub(crate) fn expect(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Stop> {
    if holds { Ok(()) } else { Err(Stop::Failed(otherwise())) }
}

/// Fails the case unless both values are equal.
#[expect(clippy::needless_pass_by_value, reason = "the value is often a temporary")]
pub(crate) fn expect_eq<T: PartialEq<U> + std::fmt::Debug, U: std::fmt::Debug>(
    what: &str,
    found: T,
    expected: U,
) -> Result<(), Stop> {
    expect(found == expected, || format!("{what}: expected {expected:?}, got {found:?}"))
}
