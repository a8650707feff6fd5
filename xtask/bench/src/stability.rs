//! The same rows in several processes: addresses and frequencies differ from one to the next.

use std::collections::BTreeMap;
use std::env;
use std::io;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::statistics::Samples;
use crate::steps::Steps;

/// How far the ratio of a process may lie from the median of all.
const TOLERANCE: f64 = 0.05;

/// Measures in `processes` processes, one after the other, and prints a table of the ratios. Returns
/// whether the ratios of each row agree. Exchanges under load are left out: the network stack varies
/// by more.
pub fn check(processes: u32, only: &str) -> io::Result<bool> {
    let mut ratios: BTreeMap<(String, String), Samples> = BTreeMap::new();
    let steps = Steps::new(false);
    steps.expect(processes as usize);
    for process in 1..=processes {
        let name = format!("process {process} of {processes}");
        for row in steps.run(&name, || measure(only))? {
            let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
            if let (Some(ratio), "ns") = (row["ratio"].as_f64(), text("unit").as_str()) {
                ratios.entry((text("name"), text("against"))).or_default().push(ratio);
            }
        }
    }
    drop(steps);
    if ratios.is_empty() {
        return Err(io::Error::other(format!("no row of times contains {only:?}")));
    }
    println!("| what | against | ratio | lowest | highest | within 5 % |");
    println!("|---|---|---|---|---|---|");
    let mut is_stable = true;
    for ((name, against), ratios) in &ratios {
        let (median, low, high) = (ratios.median(), ratios.percentile(0), ratios.percentile(100));
        let agrees = low >= median * (1.0 - TOLERANCE) && high <= median * (1.0 + TOLERANCE);
        is_stable &= agrees;
        let verdict = if agrees { "yes" } else { "**no**" };
        println!("| {name} | {against} | {median:.2} | {low:.2} | {high:.2} | {verdict} |");
    }
    Ok(is_stable)
}

/// Returns the rows that a process of its own measures.
fn measure(only: &str) -> io::Result<Vec<Value>> {
    let output = Command::new(env::current_exe()?)
        .args(["--json", "--times", "--only", only])
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("a process failed: {}", output.status)));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
