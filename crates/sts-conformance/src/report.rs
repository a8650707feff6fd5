//! What came of the cases.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

/// What came of every case: a table to read (`Display`), or JSON ([`to_json`](Self::to_json),
/// `Serialize`).
#[derive(Clone, Debug)]
#[must_use]
pub struct Report {
    cases: Vec<CaseReport>,
}

impl Report {
    pub(crate) const fn new(cases: Vec<CaseReport>) -> Self {
        Self { cases }
    }

    /// All cases, in the order of [`Case::all`](crate::Case::all).
    #[must_use]
    pub fn cases(&self) -> &[CaseReport] {
        &self.cases
    }

    /// Whether no case failed. Skipped ones tell nothing.
    #[must_use]
    pub fn is_conformant(&self) -> bool {
        self.failed() == 0
    }

    /// How many cases passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Passed))
    }

    /// How many cases failed.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Failed(_)))
    }

    /// How many cases were skipped.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Skipped(_)))
    }

    fn count(&self, is_counted: impl Fn(&Outcome) -> bool) -> usize {
        self.cases.iter().filter(|case| is_counted(&case.outcome)).count()
    }

    /// The counts, and for each case its `name`, `outcome` (`passed`, `failed` or `skipped`),
    /// `reason` (text or null) and `milliseconds`.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Strings and numbers: there is nothing in it that JSON cannot hold.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for case in &self.cases {
            writeln!(f, "{case}")?;
        }
        let (passed, failed, skipped) = (self.passed(), self.failed(), self.skipped());
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("Report", 4)?;
        report.serialize_field("passed", &self.passed())?;
        report.serialize_field("failed", &self.failed())?;
        report.serialize_field("skipped", &self.skipped())?;
        report.serialize_field("cases", &self.cases)?;
        report.end()
    }
}

/// What came of one case.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CaseReport {
    /// As [`Case::name`](crate::Case::name).
    pub name: &'static str,
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

impl fmt::Display for CaseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:7} {:>6} ms  {}", self.outcome.word(), self.took.as_millis(), self.name)?;
        self.outcome.reason().map_or(Ok(()), |reason| write!(f, ": {reason}"))
    }
}

impl Serialize for CaseReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut case = serializer.serialize_struct("CaseReport", 4)?;
        case.serialize_field("name", self.name)?;
        case.serialize_field("outcome", &self.outcome.word().to_ascii_lowercase())?;
        case.serialize_field("reason", &self.outcome.reason())?;
        case.serialize_field("milliseconds", &self.took.as_millis())?;
        case.end()
    }
}

/// Whether a promise was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "kept, broken, or not asked for")]
pub enum Outcome {
    /// It was kept.
    Passed,
    /// It was broken, and how.
    Failed(String),
    /// It was not put to the test, and why.
    Skipped(String),
}

impl Outcome {
    const fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed(_) => "FAILED",
            Self::Skipped(_) => "skipped",
        }
    }

    /// Why it failed or was skipped.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Passed => None,
            Self::Failed(reason) | Self::Skipped(reason) => Some(reason),
        }
    }
}
