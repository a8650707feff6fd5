//! Everything that CI checks: each check is run, and a table says how it went.

mod checks;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use self::checks::{CHECKS, Check};
use crate::tools::{cargo, succeeds};

enum Outcome {
    Passed(Duration),
    Failed(Duration),
    Skipped(&'static str),
}

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let is_quick = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--quick"] => true,
        ["--list"] => {
            for check in CHECKS {
                println!("{}", check.name);
            }
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("xtask: ci takes --quick, --list, or nothing");
            return ExitCode::from(2);
        }
    };
    let outcome = |check: &Check| {
        if is_quick && check.is_slow {
            Outcome::Skipped("left out by --quick")
        } else if let Some(missing) = (check.missing)() {
            Outcome::Skipped(missing)
        } else {
            run_check(check)
        }
    };
    // All of them, for what fails first is seldom all that does.
    let table: Vec<_> = CHECKS.iter().map(|check| (check.name, outcome(check))).collect();
    print_table(&table)
}

fn run_check(check: &Check) -> Outcome {
    println!("=== {}", check.name);
    let start = Instant::now();
    let mut command = cargo();
    command.args(check.arguments.split_whitespace()).env("RUSTDOCFLAGS", "--deny warnings");
    match succeeds(&mut command) {
        Ok(true) => Outcome::Passed(start.elapsed()),
        Ok(false) => Outcome::Failed(start.elapsed()),
        Err(complaint) => {
            eprintln!("xtask: {complaint}");
            Outcome::Failed(start.elapsed())
        }
    }
}

fn print_table(table: &[(&str, Outcome)]) -> ExitCode {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let mut total = Duration::ZERO;
    println!();
    for (name, outcome) in table {
        match outcome {
            Outcome::Passed(time) => {
                passed += 1;
                total += *time;
                println!("passed  {:>6.1} s  {name}", time.as_secs_f64());
            }
            Outcome::Failed(time) => {
                failed += 1;
                total += *time;
                println!("FAILED  {:>6.1} s  {name}", time.as_secs_f64());
            }
            Outcome::Skipped(why) => {
                skipped += 1;
                println!("skipped           {name}: {why}");
            }
        }
    }
    println!("        {:>6.1} s  in all\n", total.as_secs_f64());
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
