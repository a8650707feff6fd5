//! `cargo xtask simulate`: the load of a fleet of sessions on STS, in virtual time.
//!
//! The sessions are real `SessionMachine`s, compared with two other common policies. The
//! same options always give the same results.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it is a command-line program")]

mod chart;
mod client;
mod failures;
mod fleet;
mod options;
mod outcome;
mod service;

use std::process::ExitCode;

use xtask_progress::Progress;

use self::client::{Plain, Rule, Session};
use self::options::Options;
use self::outcome::Outcome;

fn main() -> ExitCode {
    let options = match Options::parse() {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(complaint) => {
            eprintln!("simulate: {complaint}");
            return ExitCode::from(2);
        }
    };
    if options.failures {
        return if failures::run(&options) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    println!("{options}");
    println!("{}", Outcome::HEADINGS);
    let policies = if options.only_ours { 1 } else { 3 };
    let progress = Progress::new(policies * u64::from(options.end()));
    let mut outcomes = vec![];
    let mut tell = |outcome: Outcome| {
        progress.suspend(|| println!("{outcome}"));
        outcomes.push(outcome);
    };
    let policy = options.policy;
    tell(fleet::run(&options, &progress, "this session", |seed| Session::new(policy, seed)));
    if !options.only_ours {
        let fixed = Rule { refresh_at: 300, serves_old: true };
        tell(fleet::run(&options, &progress, "5 minutes before the end", |_| Plain::new(fixed)));
        let forty = Rule { refresh_at: 2400, serves_old: false };
        tell(fleet::run(&options, &progress, "40 minutes left", |_| Plain::new(forty)));
    }
    progress.end();
    if let Some(path) = &options.svg
        && let Err(error) = std::fs::write(path, chart::svg(&options, &outcomes))
    {
        eprintln!("simulate: cannot write {}: {error}", path.display());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
