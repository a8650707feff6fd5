//! Failures of endpoints, clocks and access keys, with programs that each have a pool of sessions.
//!
//! The calls and sessions are the state machines of the client, so failover, the retry budget, the
//! clock offset and rejected access keys take part.

mod cloud;
mod fleet;
mod outcome;
mod scenario;

use crate::options::Options;

/// Prints a row for each scenario. Returns whether all are within their bounds.
pub(crate) fn run(options: &Options) -> bool {
    println!(
        "{} programs with {} sessions each; loads are multiples of the mean before the failure\n{}",
        options.clients.div_ceil(fleet::SESSIONS),
        fleet::SESSIONS,
        outcome::HEADINGS
    );
    let mut is_within = true;
    for scenario in scenario::all() {
        let outcome = fleet::run(&scenario, options);
        println!("{outcome}");
        for excess in outcome.excesses() {
            eprintln!("simulate: {}: {excess}", scenario.name);
            is_within = false;
        }
    }
    is_within
}
