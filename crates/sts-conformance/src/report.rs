//! Results of cases.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

/// Results of all cases, as a table (`Display`) or JSON ([`to_json`](Self::to_json), `Serialize`).
#[derive(Clone, Debug)]
#[must_use]
pub struct Report {
    cases: Vec<CaseReport>,
}

impl Report {
    pub(crate) const fn new(cases: Vec<CaseReport>) -> Self {
        Self { cases }
    }

    /// Returns the results in the order of [`Case::all`](crate::Case::all).
    #[must_use]
    pub fn cases(&self) -> &[CaseReport] {
        &self.cases
    }

    /// Returns whether no case failed. Skipped cases do not count.
    #[must_use]
    pub fn is_conformant(&self) -> bool {
        self.failed() == 0
    }

    /// Returns the number of passed cases.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Passed))
    }

    /// Returns the number of failed cases.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Failed(_)))
    }

    /// Returns the number of skipped cases.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.count(|outcome| matches!(outcome, Outcome::Skipped(_)))
    }

    /// Returns the number of skipped cases with this kind of requirement.
    #[must_use]
    pub fn skipped_of(&self, requirement: Requirement) -> usize {
        let of_kind = self.cases.iter().filter(|case| case.requirement == requirement);
        of_kind.filter(|case| matches!(case.outcome, Outcome::Skipped(_))).count()
    }

    fn count(&self, is_counted: impl Fn(&Outcome) -> bool) -> usize {
        self.cases.iter().filter(|case| is_counted(&case.outcome)).count()
    }

    /// Returns the counts and for each case its `name`, `requirement` (`safety` or `precision`),
    /// `outcome` (`passed`, `failed` or `skipped`), `reason` (text or null) and `milliseconds`, as
    /// JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Cannot fail: strings and numbers only.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for case in &self.cases {
            writeln!(f, "{case}")?;
        }
        let (passed, failed, skipped) = (self.passed(), self.failed(), self.skipped());
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")?;
        if skipped == 0 {
            return Ok(());
        }
        let of = |requirement| self.skipped_of(requirement);
        let (safety, precision) = (of(Requirement::Safety), of(Requirement::Precision));
        write!(f, " ({safety} of safety, {precision} of precision)")
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("Report", 5)?;
        report.serialize_field("passed", &self.passed())?;
        report.serialize_field("failed", &self.failed())?;
        report.serialize_field("skipped", &self.skipped())?;
        report.serialize_field("skipped_safety", &self.skipped_of(Requirement::Safety))?;
        report.serialize_field("cases", &self.cases)?;
        report.end()
    }
}

/// What a violation of a requirement affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a violation is harmful or it is not")]
pub enum Requirement {
    /// A request may be changed, sent twice or sent to another party; a secret may be disclosed; a
    /// response may be forged, mixed up or incomplete; or an exchange may exceed its limits. Do not
    /// use a transport that fails or skips such a case, unless it does not offer the feature at all.
    Safety,
    /// Calls may fail or take longer than necessary, or an error may be less specific.
    Precision,
}

impl Requirement {
    const fn word(self) -> &'static str {
        match self {
            Self::Safety => "safety",
            Self::Precision => "precision",
        }
    }
}

/// Result of one case.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CaseReport {
    /// Name of the case; see [`Case::name`](crate::Case::name).
    pub name: &'static str,
    /// What a violation affects.
    pub requirement: Requirement,
    /// Whether the case passed.
    pub outcome: Outcome,
    /// Run time of the case.
    pub took: Duration,
}

impl fmt::Display for CaseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (outcome, requirement) = (self.outcome.word(), self.requirement.word());
        let took = self.took.as_millis();
        write!(f, "{outcome:7} {took:>6} ms  {requirement:9}  {}", self.name)?;
        self.outcome.reason().map_or(Ok(()), |reason| write!(f, ": {reason}"))
    }
}

impl Serialize for CaseReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut case = serializer.serialize_struct("CaseReport", 5)?;
        case.serialize_field("name", self.name)?;
        case.serialize_field("requirement", self.requirement.word())?;
        case.serialize_field("outcome", &self.outcome.word().to_ascii_lowercase())?;
        case.serialize_field("reason", &self.outcome.reason())?;
        case.serialize_field("milliseconds", &self.took.as_millis())?;
        case.end()
    }
}

/// Outcome of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a case has no other outcome")]
pub enum Outcome {
    /// The transport meets the requirement.
    Passed,
    /// The transport violates the requirement, with the reason.
    Failed(String),
    /// The requirement was not verified, with the reason.
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

    /// Returns the reason why the case failed or was skipped.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Passed => None,
            Self::Failed(reason) | Self::Skipped(reason) => Some(reason),
        }
    }
}
