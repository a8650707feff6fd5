//! The list of cases.

use std::fmt;
use std::time::Instant;

use futures_util::future::BoxFuture;
use sts_client::transport::{BlockingTransport, Transport};

use crate::cases;
use crate::report::{CaseReport, Outcome};
use crate::setup::{Setup, Unsupported};
use crate::stop::Stop;
use crate::subject::Maker;
use crate::trial::Trial;

/// One promise of the contract, put to the test.
#[derive(Clone, Copy)]
pub struct Case {
    name: &'static str,
    script: for<'a> fn(&'a Trial<'a>) -> BoxFuture<'a, Result<(), Stop>>,
}

impl Case {
    /// Every case.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        CASES
    }

    /// The case of this name, if there is one.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        CASES.iter().find(|case| case.name == name)
    }

    /// Its group and its promise, as in `targets::a_refused_connection_is_not_sent`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Runs it, as [`conformance`](crate::conformance) runs all of them.
    pub async fn run<T, M>(&self, make: M) -> CaseReport
    where
        T: Transport + Send + Sync + 'static,
        M: Fn(&Setup) -> Result<T, Unsupported> + Send + Sync,
    {
        self.examine(&Maker::awaiting(&make)).await
    }

    /// As [`run`](Self::run), for a transport that blocks.
    pub fn run_blocking<T, M>(&self, make: M) -> CaseReport
    where
        T: BlockingTransport + Send + Sync + 'static,
        M: Fn(&Setup) -> Result<T, Unsupported> + Send + Sync,
    {
        async_io::block_on(self.examine(&Maker::blocking(&make)))
    }

    pub(crate) async fn examine(&self, maker: &Maker<'_>) -> CaseReport {
        let started = Instant::now();
        let trial = Trial::new(maker);
        let outcome = match (self.script)(&trial).await {
            Ok(()) if trial.is_in_doubt() => {
                Outcome::Skipped("held, but it cannot tell that nothing was sent".to_owned())
            }
            Ok(()) => Outcome::Passed,
            Err(Stop::Failed(reason)) => Outcome::Failed(reason),
            Err(Stop::Skipped(reason)) => Outcome::Skipped(reason),
        };
        CaseReport { name: self.name, outcome, took: started.elapsed() }
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Case").field(&self.name).finish()
    }
}

macro_rules! table {
    ($($group:ident { $($case:ident)* })*) => {
        const CASES: &[Case] = &[$($(
            Case {
                name: concat!(stringify!($group), "::", stringify!($case)),
                script: |trial| Box::pin(cases::$group::$case(trial)),
            },
        )*)*];
    };
}

crate::__cases!(table);
