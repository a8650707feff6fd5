//! One measure of ours, beside the same of something else.

use serde::Serialize;

use crate::statistics::Samples;

/// One measure. As JSON it has these fields, and those of its goal.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub name: &'static str,
    pub unit: Unit,
    /// Medians, and spreads as parts of them.
    pub ours: f64,
    pub our_spread: f64,
    pub against: &'static str,
    pub theirs: f64,
    pub their_spread: f64,
    /// Ours to theirs: the median of the ratios of neighbouring turns, which the machine slows
    /// alike. None if theirs is nothing at all.
    pub ratio: Option<f64>,
    pub ratio_spread: Option<f64>,
    pub goal: Option<f64>,
    pub goal_is: Option<&'static str>,
    pub met: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Unit {
    #[serde(rename = "ns")]
    Nanoseconds,
    #[serde(rename = "allocations")]
    Allocations,
    #[serde(rename = "bytes")]
    Bytes,
    #[serde(rename = "calls/s")]
    CallsPerSecond,
    #[serde(rename = "us, median")]
    MedianMicroseconds,
    #[serde(rename = "us, p99")]
    P99Microseconds,
    #[serde(rename = "crates")]
    Crates,
    #[serde(rename = "s, debug build")]
    DebugSeconds,
    #[serde(rename = "s, release build")]
    ReleaseSeconds,
    #[serde(rename = "kB, stripped")]
    Kilobytes,
}

impl Unit {
    /// A number of them for people, with as many digits as mean something.
    pub fn amount(self, number: f64) -> String {
        match self {
            Self::Nanoseconds if number >= 1e6 => format!("{:.1} ms", number / 1e6),
            Self::Nanoseconds if number >= 1e4 => format!("{:.1} µs", number / 1e3),
            Self::Nanoseconds => format!("{number:.0} ns"),
            Self::MedianMicroseconds | Self::P99Microseconds => format!("{number:.0} µs"),
            Self::Bytes => format!("{number:.0} B"),
            Self::CallsPerSecond => format!("{number:.0}/s"),
            Self::Allocations | Self::Crates => format!("{number}"),
            Self::DebugSeconds | Self::ReleaseSeconds => format!("{number:.1} s"),
            Self::Kilobytes => format!("{number:.0} kB"),
        }
    }

    /// Distinguishes rows with the same name in a table.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::MedianMicroseconds => ", median",
            Self::P99Microseconds => ", 99th percentile",
            _ => "",
        }
    }
}

/// What we want of a row.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    RatioAtMost(f64),
    RatioAtLeast(f64),
    /// Ours alone, in the row's unit.
    AtMost(f64),
}

impl Row {
    pub fn new(
        (name, ours): (&'static str, &Samples),
        (against, theirs): (&'static str, &Samples),
        unit: Unit,
        goal: Option<Goal>,
    ) -> Self {
        let has_ratio = theirs.median() > 0.0;
        let ratios = ours.ratios(theirs);
        let ratio = has_ratio.then(|| ratios.median());
        let part = |spread: f64| if spread.is_finite() { spread } else { 0.0 };
        let (goal, goal_is, met) = match goal {
            None => (None, None, None),
            Some(Goal::RatioAtMost(most)) => {
                (Some(most), Some("ratio at most"), ratio.map(|ratio| ratio <= most))
            }
            Some(Goal::RatioAtLeast(least)) => {
                (Some(least), Some("ratio at least"), ratio.map(|ratio| ratio >= least))
            }
            Some(Goal::AtMost(most)) => {
                (Some(most), Some("ours at most"), Some(ours.median() <= most))
            }
        };
        Self {
            name,
            unit,
            ours: ours.median(),
            our_spread: part(ours.spread()),
            against,
            theirs: theirs.median(),
            their_spread: part(theirs.spread()),
            ratio,
            ratio_spread: has_ratio.then(|| part(ratios.spread())),
            goal,
            goal_is,
            met,
        }
    }
}
