//! docs/performance.md and its charts. The results are written between marks; the text around them is
//! written by hand.

use std::io;
use std::path::{Path, PathBuf};

use crate::build::{self, Program};
use crate::chart::{self, Bar, Colour};
use crate::row::{Row, Unit};
use crate::{machine, table, versions};

/// Writes the results of the comparisons.
pub fn write_rows(rows: &[Row]) -> io::Result<()> {
    let peers = versions::of(
        &[
            "serde_json",
            "sha2",
            "aws-sigv4",
            "reqsign-aws-v4",
            "rusty-s3",
            "oauth2",
            "aws-sdk-sts",
            "hyper",
            "hyper-util",
            "isahc",
            "rustls",
        ],
        env!("CARGO_PKG_NAME"),
        include_str!("../Cargo.lock"),
    );
    let machine = machine::description();
    let tables = tables(rows);
    write_section("bench", &format!("{machine}.\nCompared with {peers}.\n\n{tables}"))?;
    let ratios = |unit| rows.iter().filter(move |row| row.unit == unit).filter_map(ratio_bar);
    write_chart(
        "performance-time.svg",
        "Time relative to peers: shorter is better; strokes mark goals",
        &ratios(Unit::Nanoseconds).collect::<Vec<_>>(),
        Some(1.0),
    )?;
    write_chart(
        "performance-exchanges.svg",
        "Exchanges per second relative to peers: longer is better; strokes mark goals",
        &ratios(Unit::CallsPerSecond).collect::<Vec<_>>(),
        Some(1.0),
    )
}

/// Returns the tables that [`write_rows`] writes.
pub fn tables(rows: &[Row]) -> String {
    let sections = [
        ("Time", &[Unit::Nanoseconds][..]),
        ("Allocations", &[Unit::Allocations]),
        ("Exchanges per second", &[Unit::CallsPerSecond]),
        ("Duration of an exchange", &[Unit::MedianMicroseconds, Unit::P99Microseconds]),
    ];
    let sections =
        sections.map(|(title, units)| format!("### {title}\n\n{}", table::of(rows, units)));
    sections.join("\n")
}

/// Writes the build times of the programs.
pub fn write_programs(programs: &[Program]) -> io::Result<()> {
    let machine = machine::description();
    write_section("build", &format!("{machine}.\n\n{}", build::table(programs)))?;
    let bars: Vec<Bar> = programs.iter().map(program_bar).collect();
    write_chart("performance-build.svg", "Cold release build: shorter is better", &bars, None)
}

fn ratio_bar(row: &Row) -> Option<Bar> {
    let ratio = row.ratio?;
    Some(Bar {
        label: format!("{}, against {}", row.name, row.against),
        length: ratio,
        amount: format!("{ratio:.2} ({})", row.unit.amount(row.ours)),
        colour: match row.met {
            Some(true) => Colour::Good,
            Some(false) => Colour::Bad,
            None => Colour::Ours,
        },
        // An absolute goal is a different ratio for each peer.
        goal: row.goal.map(|goal| match row.goal_is {
            Some("ours at most") => goal / row.theirs,
            _ => goal,
        }),
    })
}

fn program_bar(program: &Program) -> Bar {
    let cost = &program.cost;
    let seconds = cost.release.as_secs_f64();
    Bar {
        label: program.candidate.describe(),
        length: seconds,
        amount: format!("{seconds:.1} s, {} crates, {} kB", cost.crates, cost.size / 1000),
        colour: if program.candidate.is_ours() { Colour::Ours } else { Colour::Theirs },
        goal: None,
    }
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn write_chart(name: &str, title: &str, bars: &[Bar], mark: Option<f64>) -> io::Result<()> {
    std::fs::write(docs().join(name), chart::bars(title, bars, mark))
}

/// Replaces the text between the marks of that name.
fn write_section(name: &str, content: &str) -> io::Result<()> {
    let path = docs().join("performance.md");
    let page = std::fs::read_to_string(&path)?;
    let (begin, end) = (format!("<!-- begin {name} -->\n"), format!("<!-- end {name} -->\n"));
    let parts = page.split_once(&begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some((before, after))
    });
    let (before, after) = parts
        .ok_or_else(|| io::Error::other(format!("{} has no marks for {name}", path.display())))?;
    std::fs::write(path, format!("{before}{begin}{content}{end}{after}"))
}
