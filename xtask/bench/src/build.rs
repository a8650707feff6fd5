//! What it costs to build the smallest programs that use ours, and those that use others.

mod cost;

use std::fmt::Write;
use std::io;

use self::cost::Cost;
use crate::responses;
use crate::row::{Goal, Row, Unit};
use crate::statistics::Samples;
use crate::steps::Steps;
use crate::versions;

/// A program in `programs/`, named after what it uses first.
pub struct Candidate {
    pub name: &'static str,
    is: &'static str,
    /// The crates whose versions are printed.
    crates: &'static [&'static str],
    /// The response that it receives in its test run.
    response: fn() -> Vec<u8>,
}

const CANDIDATES: &[Candidate] = &[
    Candidate {
        name: "sts-sign",
        is: "with sts-credentials and sts-proto: builds, signs and reads",
        crates: &[],
        response: responses::assume_agency,
    },
    Candidate {
        name: "rusty-s3",
        is: "signs and reads",
        crates: &["rusty-s3"],
        response: responses::objects,
    },
    Candidate {
        name: "reqsign",
        is: "signs",
        crates: &["reqsign-core", "reqsign-aws-v4"],
        response: Vec::new,
    },
    Candidate {
        name: "sts-hyper",
        is: "a whole client",
        crates: &[],
        response: responses::assume_agency,
    },
    Candidate {
        name: "hyper",
        is: "the raw client, with hyper-rustls, ring and the roots of the machine",
        crates: &["hyper-util", "hyper-rustls"],
        response: responses::assume_agency,
    },
    Candidate {
        name: "oauth2",
        is: "a whole client",
        crates: &["oauth2"],
        response: responses::access_token,
    },
    Candidate {
        name: "aws-sdk-sts",
        is: "with aws-config: a whole client",
        crates: &["aws-sdk-sts", "aws-config"],
        response: responses::assume_role,
    },
    Candidate {
        name: "sts-isahc",
        is: "a whole client",
        crates: &[],
        response: responses::assume_agency,
    },
    Candidate {
        name: "isahc",
        is: "the raw client, default features",
        crates: &["isahc"],
        response: responses::assume_agency,
    },
    Candidate {
        name: "isahc-rustls",
        is: "the raw client, with the features of ours",
        crates: &["isahc"],
        response: responses::assume_agency,
    },
];

/// Ours, and whom each is held against.
const PAIRS: &[(&str, &[&str])] = &[
    ("sts-sign", &["rusty-s3", "reqsign", "aws-sdk-sts"]),
    ("sts-hyper", &["hyper", "oauth2", "aws-sdk-sts"]),
    ("sts-isahc", &["isahc", "isahc-rustls"]),
];

/// The pair whose release builds have a goal: what an SDK adds for STS, against a whole SDK.
const SMALL_OF_LARGE: (&str, &str) = ("sts-sign", "aws-sdk-sts");

pub struct Program {
    pub candidate: &'static Candidate,
    pub cost: Cost,
}

/// Builds all of them, one after the other, telling of each before it begins.
pub fn run(steps: &Steps) -> io::Result<Vec<Program>> {
    cost::fetch()?;
    steps.expect(CANDIDATES.len());
    let programs = CANDIDATES.iter().map(|candidate| {
        let measure = || Cost::of(candidate.name, (candidate.response)());
        let cost = steps.run(candidate.name, measure)?;
        Ok(Program { candidate, cost })
    });
    programs.collect()
}

type Measure = fn(&Cost) -> f64;

pub fn rows(programs: &[Program]) -> Vec<Row> {
    let cost = |name: &str| {
        let program = programs.iter().find(|program| program.candidate.name == name);
        &program.expect("a candidate").cost
    };
    let measures: [(Unit, Measure); 4] = [
        (Unit::Crates, |cost| cost.crates as f64),
        (Unit::DebugSeconds, |cost| cost.debug.as_secs_f64()),
        (Unit::ReleaseSeconds, |cost| cost.release.as_secs_f64()),
        (Unit::Kilobytes, |cost| cost.size as f64 / 1000.0),
    ];
    let mut rows = Vec::new();
    for (ours, rivals) in PAIRS {
        for theirs in *rivals {
            for (unit, measure) in measures {
                let of = |name| Samples::exactly(measure(cost(name)));
                let goal = (unit == Unit::ReleaseSeconds && (*ours, *theirs) == SMALL_OF_LARGE)
                    .then_some(Goal::RatioAtMost(1.0 / 11.0));
                rows.push(Row::new((ours, &of(ours)), (theirs, &of(theirs)), unit, goal));
            }
        }
    }
    rows
}

pub fn table(programs: &[Program]) -> String {
    let mut table = String::from(
        "| program | crates | cold debug build | cold release build | stripped |\n\
         |---|---|---|---|---|\n",
    );
    for Program { candidate, cost } in programs {
        // Writing to a string does not fail.
        let _ = writeln!(
            table,
            "| {} | {} | {:.1} s | {:.1} s | {} kB |",
            candidate.describe(),
            cost.crates,
            cost.debug.as_secs_f64(),
            cost.release.as_secs_f64(),
            cost.size / 1000,
        );
    }
    table
}

impl Candidate {
    pub fn is_ours(&self) -> bool {
        PAIRS.iter().any(|(ours, _)| *ours == self.name)
    }

    pub fn label(&self) -> String {
        format!("{}, {}", self.name, self.is)
    }

    /// The label, with versions.
    pub fn describe(&self) -> String {
        let package = format!("program-{}", self.name);
        let versions = versions::of(self.crates, &package, include_str!("../programs/Cargo.lock"));
        let versions = if versions.is_empty() { versions } else { format!(" ({versions})") };
        format!("{}{versions}", self.label())
    }
}
