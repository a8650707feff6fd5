//! Everything that CI checks, in one list.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::tools::{cargo, is_there, succeeds};
use crate::wasm;

/// One check: arguments of cargo, and when it is left out.
#[derive(Clone, Copy)]
struct Check {
    name: &'static str,
    arguments: &'static [&'static str],
    /// `--quick` leaves it out.
    is_slow: bool,
    /// Why it cannot be made on this machine, if so.
    missing: fn() -> Option<&'static str>,
}

const fn check(name: &'static str, arguments: &'static [&'static str]) -> Check {
    Check { name, arguments, is_slow: false, missing: || None }
}

const fn slow(name: &'static str, arguments: &'static [&'static str]) -> Check {
    Check { is_slow: true, ..check(name, arguments) }
}

/// In this order: what fails most often and costs least comes first.
const CHECKS: &[Check] = &[
    check("fmt", &["fmt", "--all", "--check"]),
    check("clippy", &["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]),
    slow(
        "clippy of the sans-IO crates, all features",
        &[
            "clippy",
            "-p",
            "sts-proto",
            "-p",
            "sts-sign",
            "-p",
            "sts-client",
            "--all-targets",
            "--all-features",
            "--",
            "--deny",
            "warnings",
        ],
    ),
    check("test", &["test", "--workspace"]),
    // In the workspace each crate gets the features that others ask of it.
    slow(
        "test of the sans-IO crates, no features",
        &["test", "-p", "sts-proto", "-p", "sts-sign", "-p", "sts-client"],
    ),
    slow(
        "test of the sans-IO crates, all features",
        &["test", "-p", "sts-proto", "-p", "sts-sign", "-p", "sts-client", "--all-features"],
    ),
    check("doc", &["doc", "--workspace", "--no-deps"]),
    check(
        "vectors",
        &[
            "xtask",
            "vectors",
            "crates/sts-proto/tests/vectors/responses.json",
            "crates/sts-proto/tests/vectors/wire-requests.json",
            "crates/sts-sign/tests/vectors/signing-sdk-hmac-sha256.json",
            "crates/sts-sign/tests/vectors/signing-v11-hmac-sha256.json",
        ],
    ),
    check("generated docs", &["xtask", "docs", "--check"]),
    check("example: assume_agency", &["run", "--quiet", "--example", "assume_agency"]),
    check("example: own_transport", &["run", "--quiet", "--example", "own_transport"]),
    check("example: credential_sources", &["run", "--quiet", "--example", "credential_sources"]),
    check("example: credential_process", &["run", "--quiet", "--example", "credential_process"]),
    Check { missing: wasm::missing, ..slow("wasm", &["xtask", "wasm"]) },
    Check {
        missing: || (!is_there("c++")).then_some("needs a C++ compiler, Debian's package g++"),
        ..slow("fuzz", &["xtask", "fuzz", "--seconds", "10"])
    },
];

enum Outcome {
    Passed(Duration),
    Failed(Duration),
    Skipped(&'static str),
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
        let outcome = if is_quick && check.is_slow {
            Outcome::Skipped("left out by --quick")
        } else if let Some(missing) = (check.missing)() {
            Outcome::Skipped(missing)
        } else {
            run_check(check)
        };
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
    let start = Instant::now();
    let mut command = cargo();
    command.args(check.arguments).env("RUSTDOCFLAGS", "--deny warnings");
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
    println!();
    let mut has_failed = false;
    for (name, outcome) in table {
        match outcome {
            Outcome::Passed(time) => println!("passed  {:>6.1} s  {name}", time.as_secs_f64()),
            Outcome::Failed(time) => {
                has_failed = true;
                println!("FAILED  {:>6.1} s  {name}", time.as_secs_f64());
            }
            Outcome::Skipped(why) => println!("skipped           {name}: {why}"),
        }
    }
    let left = CHECKS.len() - table.len();
    if left > 0 {
        println!("{left} further checks were not run");
    }
    if has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
