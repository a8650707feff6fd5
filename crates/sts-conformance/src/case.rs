//! The list of cases.

use std::fmt;
use std::time::Instant;

use futures_util::future::BoxFuture;
use sts_client::blocking;
use sts_client::transport::Transport;

use crate::cases;
use crate::report::{CaseReport, Outcome, Requirement};
use crate::setup::{Setup, Unsupported};
use crate::stop::Stop;
use crate::subject::Factory;
use crate::trial::Trial;

/// Test of one requirement of the [`Transport`] contract.
#[derive(Clone, Copy)]
pub struct Case {
    name: &'static str,
    requirement: Requirement,
    script: for<'a> fn(&'a Trial<'a>) -> BoxFuture<'a, Result<(), Stop>>,
}

impl Case {
    /// Returns all cases.
    #[must_use]
    pub const fn all() -> &'static [Self] {
        CASES
    }

    /// Returns the case with this name, or `None` if it does not exist.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        CASES.iter().find(|case| case.name == name)
    }

    /// Returns group and name, for example `targets::refused_connection_is_not_sent`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns what a violation of the requirement affects.
    #[must_use]
    pub const fn requirement(&self) -> Requirement {
        self.requirement
    }

    /// Runs this case on an async transport; see [`conformance`](crate::conformance).
    pub async fn run<T, M>(&self, make: M) -> CaseReport
    where
        T: Transport + Send + Sync + 'static,
        M: Fn(&Setup) -> Result<T, Unsupported> + Send + Sync,
    {
        self.run_with(&Factory::awaiting(&make)).await
    }

    /// Runs this case on a blocking transport.
    pub fn run_blocking<T, M>(&self, make: M) -> CaseReport
    where
        T: blocking::Transport + Send + Sync + 'static,
        M: Fn(&Setup) -> Result<T, Unsupported> + Send + Sync,
    {
        async_io::block_on(self.run_with(&Factory::blocking(&make)))
    }

    pub(crate) async fn run_with(&self, factory: &Factory<'_>) -> CaseReport {
        let started = Instant::now();
        let trial = Trial::new(factory);
        let outcome = match (self.script)(&trial).await {
            Ok(()) if trial.is_inconclusive() => Outcome::Skipped(
                "the transport reports that an unsent request may have been sent, which is allowed"
                    .to_owned(),
            ),
            Ok(()) => Outcome::Passed,
            Err(Stop::Failed(reason)) => Outcome::Failed(reason),
            Err(Stop::Skipped(reason)) => Outcome::Skipped(reason),
        };
        let Self { name, requirement, .. } = *self;
        CaseReport { name, requirement, outcome, took: started.elapsed() }
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Case").field(&self.name).finish()
    }
}

macro_rules! requirement {
    () => {
        Requirement::Safety
    };
    (precision) => {
        Requirement::Precision
    };
}

macro_rules! table {
    ($($group:ident { $($case:ident $(($requirement:ident))?)* })*) => {
        const CASES: &[Case] = &[$($(
            Case {
                name: concat!(stringify!($group), "::", stringify!($case)),
                requirement: requirement!($($requirement)?),
                script: |trial| Box::pin(cases::$group::$case(trial)),
            },
        )*)*];
    };
}

cases::for_each_case!(table);
