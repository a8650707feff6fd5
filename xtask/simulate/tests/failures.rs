//! A small fleet under each failure: the bounds hold, and are exceeded by a policy without jitter.
#![expect(clippy::expect_used, reason = "a test that goes wrong panics")]

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask-simulate"));
    command.args(["--failures", "--clients", "2000"]).args(arguments).output().expect("it runs")
}

#[test]
fn the_bounds_hold() {
    let output = run(&[]);
    let (rows, excesses) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{rows}{excesses}");
    for name in [
        "12 h, outage of 2 h",
        "first endpoint down",
        "first endpoint silent",
        "brown-out",
        "clock steps",
        "keys rejected",
    ] {
        assert!(rows.contains(name), "{rows}");
    }
}

#[test]
fn a_policy_without_jitter_exceeds_the_bounds() {
    let output = run(&["--refresh", "0.8,0.8"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    let excesses = String::from_utf8_lossy(&output.stderr);
    assert!(excesses.contains("12 h, outage of 2 h: peak after the failure"), "{excesses}");
}
