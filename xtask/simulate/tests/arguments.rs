//! The command line: help, and arguments that do not exist.
#![expect(clippy::expect_used, reason = "a test that goes wrong panics")]

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask-simulate"));
    // Work that begins all the same finds no cargo.
    command.env("CARGO", "/no/cargo/here").args(arguments).output().expect("it runs")
}

#[test]
fn help_is_printed_and_nothing_else_done() {
    for arguments in [&["--help"][..], &["-h"], &["--clients", "5", "--help"]] {
        let output = run(arguments);
        let help = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(help.starts_with("usage: cargo xtask "), "{help}");
    }
}

#[test]
fn unknown_and_surplus_arguments_are_refused() {
    for arguments in [
        &["--client", "5"][..],
        &["surplus"],
        &["--clients"],
        &["--clients", "0"],
        &["--clients", "many"],
        &["--outage", "5"],
        &["--refresh", "2,1"],
        &["--refresh", "NaN,1"],
        &["--only-ours=yes"],
        &["--seed", "1", "--seed", "2"],
        &["--only-ours", "--only-ours"],
        &["--ask-every", "4294967295"],
        &["--outage", "0,4294967295"],
        &["--failures", "--failures"],
        &["--failures", "--lifetime", "900"],
        &["--svg", "x", "--failures"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}
