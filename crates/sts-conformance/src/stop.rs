//! Why a case ends early.

use std::error::Error as StdError;

/// A case ends here.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The promise is broken, or the case could not be set up.
    Failed(String),
    /// It does not apply to this transport or cannot be had on this machine.
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

/// What the suite itself could not do.
impl<E: StdError> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(format!("the case could not be set up: {error}"))
    }
}

/// The promise is broken unless `holds`.
pub(crate) fn expect(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), Stop> {
    if holds { Ok(()) } else { Err(Stop::Failed(otherwise())) }
}

/// The promise is broken unless both are the same.
#[expect(clippy::needless_pass_by_value, reason = "what is found is often made for the purpose")]
pub(crate) fn expect_eq<T: PartialEq<U> + std::fmt::Debug, U: std::fmt::Debug>(
    what: &str,
    found: T,
    expected: U,
) -> Result<(), Stop> {
    expect(found == expected, || format!("{what}: {found:?} in place of {expected:?}"))
}
