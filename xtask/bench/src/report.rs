//! What was measured, for people and for programs.

use serde::Serialize;

/// One measure of one comparison.
#[derive(Clone, Copy, Serialize)]
pub struct Row {
    pub name: &'static str,
    pub unit: &'static str,
    pub ours: f64,
    pub our_spread: f64,
    pub against: &'static str,
    pub theirs: Option<f64>,
    pub their_spread: Option<f64>,
    pub ratio: Option<f64>,
    /// For times the largest ratio, for calls per second the smallest, for allocations the largest
    /// number.
    pub goal: Option<f64>,
    pub met: Option<bool>,
}

pub fn print_json(rows: &[Row]) {
    match serde_json::to_string_pretty(rows) {
        Ok(json) => println!("{json}"),
        Err(error) => eprintln!("cannot be written: {error}"),
    }
}

pub fn print_table(rows: &[Row]) {
    println!("| what | against | unit | ratio | goal | ours | theirs |");
    println!("|---|---|---|---|---|---|---|");
    for row in rows {
        let number = |value: Option<f64>, digits| {
            value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
        };
        // Of calls per second, more is better.
        let sign = if row.unit == "calls/s" { ">=" } else { "<=" };
        let goal = match (row.goal, row.met) {
            (Some(goal), Some(true)) => format!("{sign} {goal}: met"),
            (Some(goal), _) => format!("{sign} {goal}: MISSED"),
            (None, _) => "-".to_owned(),
        };
        println!(
            "| {} | {} | {} | {} | {goal} | {} ±{:.0} % | {} ±{:.0} % |",
            row.name,
            row.against,
            row.unit,
            number(row.ratio, 2),
            number(Some(row.ours), 0),
            row.our_spread * 100.0,
            number(row.theirs, 0),
            row.their_spread.unwrap_or_default() * 100.0,
        );
    }
}
