//! Runs the example `assume_agency`.
#![cfg(feature = "hyper")]

use std::env::consts::EXE_EXTENSION;
use std::process::Command;

#[test]
fn the_example_assumes_an_agency_over_both_transports() {
    // Cargo builds the examples beside the tests.
    let test = std::env::current_exe().unwrap();
    let examples = test.ancestors().nth(2).unwrap().join("examples");
    let program = examples.join("assume_agency").with_extension(EXE_EXTENSION);
    let output = Command::new(program).env("no_proxy", "*").output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{shown}{complaints}");
    for line in ["over hyper", "over isahc"] {
        assert_eq!(shown.matches(line).count(), 1, "{shown}");
    }
    for line in ["secret_access_key: [redacted]", "assumed-agency", "PAP5.0001", "reason      {"] {
        assert_eq!(
            shown.lines().filter(|shown| shown.contains(line)).count(),
            2,
            "{line}: {shown}"
        );
    }
}
