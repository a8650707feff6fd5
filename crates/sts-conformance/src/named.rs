//! Cases as tests of their own.

use std::fmt;
use std::io::Write;

use sts_client::transport::{BlockingTransport, Transport};

use crate::case::Case;
use crate::report::{CaseReport, Outcome};
use crate::setup::{Setup, Unsupported};

/// Makes one `#[test]` of each case, so that one that fails has a name in `cargo test`.
///
/// `tests!(make)` takes what [`conformance`](crate::conformance) takes. A transport that needs a
/// runtime brings it along: `tests!(make, |case| RUNTIME.block_on(case))`. Write it once in a
/// module.
///
/// `cargo test` has no word for a case that is skipped: its test says so on standard error, and
/// counts as `ok` there. The [`Report`](crate::Report) tells them apart.
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

/// As [`tests!`](crate::tests), for what [`conformance_blocking`](crate::conformance_blocking)
/// takes.
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
    ($($group:ident { $($case:ident)* })*) => {
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

/// Runs the case of this name, for harnesses of your own; [`tests!`](crate::tests) uses it.
/// A skipped case is told on standard error.
pub async fn check<T, M>(name: &str, make: M) -> Result<(), Failure>
where
    T: Transport + Send + Sync + 'static,
    M: Fn(&Setup) -> Result<T, Unsupported> + Send + Sync,
{
    judge(Case::named(name).ok_or_else(|| Failure::unknown(name))?.run(make).await)
}

/// As [`check`], for a transport that blocks.
pub fn check_blocking<T, M>(name: &str, make: M) -> Result<(), Failure>
where
    T: BlockingTransport + Send + Sync + 'static,
    M: Fn(&Setup) -> Result<T, Unsupported> + Send + Sync,
{
    judge(Case::named(name).ok_or_else(|| Failure::unknown(name))?.run_blocking(make))
}

fn judge(report: CaseReport) -> Result<(), Failure> {
    match report.outcome {
        Outcome::Passed => Ok(()),
        Outcome::Skipped(reason) => {
            // Not `eprintln`, which harnesses keep to themselves when a test is well.
            let _ = writeln!(std::io::stderr(), "skipped {}: {reason}", report.name);
            Ok(())
        }
        Outcome::Failed(reason) => Err(Failure { name: report.name.to_owned(), reason }),
    }
}

/// A case that failed. `Debug` is the same text as `Display`, for it is what a harness shows.
pub struct Failure {
    name: String,
    reason: String,
}

impl Failure {
    fn unknown(name: &str) -> Self {
        Self { name: name.to_owned(), reason: "there is no case of this name".to_owned() }
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
