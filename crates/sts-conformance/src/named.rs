//! Macros and functions that run each case as a test.

use std::fmt;
use std::io::Write;

use sts_client::blocking;
use sts_client::transport::Transport;

use crate::case::Case;
use crate::report::{CaseReport, Outcome};
use crate::setup::{Setup, Unsupported};

/// Generates one `#[test]` for each case.
///
/// `tests!(make)` takes the same argument as [`conformance`](crate::conformance). For a transport
/// that needs a runtime, pass it as well: `tests!(make, |case| RUNTIME.block_on(case))`. Invoke the
/// macro once per module.
///
/// `cargo test` reports skipped cases as `ok`; their tests print the reason on standard error. A
/// [`Report`](crate::Report) lists them separately.
#[macro_export]
macro_rules! tests {
    ($make:expr) => {
        $crate::tests!($make, |case| $crate::block_on(case));
    };
    ($make:expr, $block_on:expr) => {
        fn __check(name: &str) -> ::core::result::Result<(), $crate::Failure> {
            ($block_on)($crate::check(name, $make))
        }
        $crate::__cases!($crate::__tests);
    };
}

/// Generates one `#[test]` for each case, for a blocking transport.
///
/// Takes the same argument as [`conformance_blocking`](crate::conformance_blocking).
#[macro_export]
macro_rules! blocking_tests {
    ($make:expr) => {
        fn __check(name: &str) -> ::core::result::Result<(), $crate::Failure> {
            $crate::check_blocking(name, $make)
        }
        $crate::__cases!($crate::__tests);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __tests {
    ($($group:ident { $($case:ident $(($requirement:ident))?)* })*) => {
        $(
            mod $group {
                $(
                    #[test]
                    fn $case() -> ::core::result::Result<(), $crate::Failure> {
                        super::__check(concat!(stringify!($group), "::", stringify!($case)))
                    }
                )*
            }
        )*
    };
}

/// Runs the case with this name, for custom test harnesses; see [`tests!`](crate::tests).
///
/// Prints the reason of a skipped case on standard error.
///
/// # Errors
///
/// Returns an error if the case fails or does not exist.
pub async fn check<T, M>(name: &str, make: M) -> Result<(), Failure>
where
    T: Transport + Send + Sync + 'static,
    M: Fn(&Setup) -> Result<T, Unsupported> + Send + Sync,
{
    into_result(Case::named(name).ok_or_else(|| Failure::unknown(name))?.run(make).await)
}

/// Blocking counterpart of [`check`].
///
/// # Errors
///
/// Returns an error if the case fails or does not exist.
pub fn check_blocking<T, M>(name: &str, make: M) -> Result<(), Failure>
where
    T: blocking::Transport + Send + Sync + 'static,
    M: Fn(&Setup) -> Result<T, Unsupported> + Send + Sync,
{
    into_result(Case::named(name).ok_or_else(|| Failure::unknown(name))?.run_blocking(make))
}

fn into_result(report: CaseReport) -> Result<(), Failure> {
    match report.outcome {
        Outcome::Passed => Ok(()),
        Outcome::Skipped(reason) => {
            // Not `eprintln`, which test harnesses capture.
            let _ = writeln!(std::io::stderr(), "skipped {}: {reason}", report.name);
            Ok(())
        }
        Outcome::Failed(reason) => Err(Failure { name: report.name.to_owned(), reason }),
    }
}

/// Error of a failed case. `Debug` prints the same text as `Display`, because test harnesses use
/// it.
pub struct Failure {
    name: String,
    reason: String,
}

impl Failure {
    fn unknown(name: &str) -> Self {
        Self { name: name.to_owned(), reason: "unknown case".to_owned() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.reason)
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Failure {}
