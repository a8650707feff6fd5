//! docs/performance.md and its charts. The results are written between marks; the text around them is
//! written by hand.

use std::io;
use std::path::{Path, PathBuf};

use xtask_chart::{Bar, BarChart, Colour, Scale};

use crate::build::{self, Program};
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
            "reqwest",
            "rustls",
        ],
        env!("CARGO_PKG_NAME"),
        include_str!("../Cargo.lock"),
    );
    let machine = machine::description();
    let tables = tables(rows);
    write_section("bench", &format!("{machine}.\nCompared with {peers}.\n\n{tables}"))?;
    write_chart(
        "performance-time.svg",
        &BarChart {
            title: "Time of these crates, relative to what they are compared with",
            axis: "ratio of times: less is better",
            scale: Scale::Ratio,
            series: BY_GOAL,
            goal: "goal, at most",
            bars: &ratios(rows, Unit::Nanoseconds),
        },
    )?;
    write_chart(
        "performance-exchanges.svg",
        &BarChart {
            title: "Exchanges per second, relative to the raw client or server",
            axis: "ratio of exchanges per second: more is better",
            scale: Scale::Linear,
            series: BY_GOAL,
            goal: "goal, at least",
            bars: &ratios(rows, Unit::CallsPerSecond),
        },
    )
}

/// The colors of [`ratio_bar`].
const BY_GOAL: &[(Colour, &str)] = &[
    (Colour::Green, "goal met"),
    (Colour::Orange, "goal missed"),
    (Colour::Blue, "without a goal"),
];

fn ratios(rows: &[Row], unit: Unit) -> Vec<Bar> {
    rows.iter().filter(|row| row.unit == unit).filter_map(ratio_bar).collect()
}

/// Returns the tables that [`write_rows`] writes.
pub fn tables(rows: &[Row]) -> String {
    let sections = [
        ("Time", &[Unit::Nanoseconds][..]),
        ("Allocations", &[Unit::Allocations]),
        ("Memory", &[Unit::Bytes]),
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
    let rows = build::rows(programs);
    let ratios = table::of(&rows, &[Unit::ReleaseSeconds]);
    let content =
        format!("{machine}.\n\n{}\nCold release builds:\n\n{ratios}", build::table(programs));
    write_section("build", &content)?;
    let bars: Vec<Bar> = programs.iter().map(program_bar).collect();
    write_chart(
        "performance-build.svg",
        &BarChart {
            title: "Cold release builds of small programs",
            axis: "time in seconds: less is better",
            scale: Scale::Linear,
            series: &[(Colour::Blue, "these crates"), (Colour::Grey, "others")],
            goal: "",
            bars: &bars,
        },
    )
}

fn ratio_bar(row: &Row) -> Option<Bar> {
    let ratio = row.ratio?;
    Some(Bar {
        label: format!("{} / {}", row.name, row.against),
        length: ratio,
        amount: format!("{ratio:.2} ({})", row.unit.amount(row.ours)),
        colour: match row.met {
            Some(true) => Colour::Green,
            Some(false) => Colour::Orange,
            None => Colour::Blue,
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
        label: program.candidate.label(),
        length: seconds,
        amount: format!("{seconds:.1} s, {} crates", cost.crates),
        colour: if program.candidate.is_ours() { Colour::Blue } else { Colour::Grey },
        goal: None,
    }
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn write_chart(name: &str, chart: &BarChart<'_>) -> io::Result<()> {
    std::fs::write(docs().join(name), chart.to_svg())
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
