//! Everything that CI checks, in one list.

use std::env;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// A check: its name, the arguments of cargo, and whether `--quick` leaves it out.
#[derive(Clone, Copy)]
struct Check {
    name: &'static str,
    arguments: &'static [&'static str],
    variables: &'static [(&'static str, &'static str)],
    is_slow: bool,
}

const fn check(name: &'static str, arguments: &'static [&'static str]) -> Check {
    Check { name, arguments, variables: &[], is_slow: false }
}

const fn slow(check: Check) -> Check {
    Check { is_slow: true, ..check }
}

/// In this order: what fails most often and costs least comes first.
const CHECKS: &[Check] = &[
    check("fmt", &["fmt", "--all", "--check"]),
    check("clippy", &["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]),
    slow(check(
        "clippy, all features",
        &["clippy", "--workspace", "--all-targets", "--all-features", "--", "--deny", "warnings"],
    )),
    check("test", &["test", "--workspace"]),
    slow(check(
        "test, all features of the sans-IO crates",
        &["test", "-p", "sts-proto", "-p", "sts-sign", "-p", "sts-client", "--all-features"],
    )),
    Check {
        name: "doc",
        arguments: &["doc", "--workspace", "--no-deps"],
        variables: &[("RUSTDOCFLAGS", "--deny warnings")],
        is_slow: false,
    },
    check("vectors", &["xtask", "vectors", "VECTORS"]),
    check("example", &["run", "--quiet", "--example", "assume_agency"]),
];

/// The vector files of the crates, in place of `VECTORS`.
const VECTORS: &[&str] = &[
    "crates/sts-proto/tests/vectors/responses.json",
    "crates/sts-proto/tests/vectors/wire-requests.json",
    "crates/sts-sign/tests/vectors/signing-sdk-hmac-sha256.json",
    "crates/sts-sign/tests/vectors/signing-v11-hmac-sha256.json",
];

enum Outcome {
    Passed(Duration),
    Failed(Duration),
    Skipped,
}

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let is_quick = match arguments {
        [] => false,
        [option] if option == "--quick" => true,
        _ => {
            eprintln!("xtask: ci takes no option but --quick");
            return ExitCode::from(2);
        }
    };
    let mut table = Vec::new();
    for check in CHECKS {
        let outcome = if is_quick && check.is_slow { Outcome::Skipped } else { run_check(check) };
        let has_failed = matches!(outcome, Outcome::Failed(_));
        table.push((check.name, outcome));
        if has_failed {
            break;
        }
    }
    print_table(&table)
}

fn run_check(check: &Check) -> Outcome {
    println!("=== {}", check.name);
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    for argument in check.arguments {
        match *argument {
            "VECTORS" => command.args(VECTORS),
            argument => command.arg(argument),
        };
    }
    command.envs(check.variables.iter().copied());
    let start = Instant::now();
    match command.status() {
        Ok(status) if status.success() => Outcome::Passed(start.elapsed()),
        Ok(_) => Outcome::Failed(start.elapsed()),
        Err(error) => {
            eprintln!("xtask: cannot run cargo: {error}");
            Outcome::Failed(start.elapsed())
        }
    }
}

fn print_table(table: &[(&str, Outcome)]) -> ExitCode {
    println!();
    let mut has_failed = false;
    for (name, outcome) in table {
        match outcome {
            Outcome::Passed(time) => println!("passed  {:>6.1} s  {name}", time.as_secs_f64()),
            Outcome::Failed(time) => {
                has_failed = true;
                println!("FAILED  {:>6.1} s  {name}", time.as_secs_f64());
            }
            Outcome::Skipped => println!("skipped          {name}: left out by --quick"),
        }
    }
    let left = CHECKS.len() - table.len();
    if left > 0 {
        println!("{left} further checks were not run");
    }
    if has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
