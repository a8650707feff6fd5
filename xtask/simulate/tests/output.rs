//! The output in a pipe: lines without control characters, and no bar.

use std::process::Command;

#[test]
fn a_pipe_gets_lines_only() {
    let mut simulate = Command::new(env!("CARGO_BIN_EXE_xtask-simulate"));
    let output = simulate.args(["--clients", "20", "--outage", "7200,60"]).output().unwrap();
    assert!(output.status.success());
    assert_eq!(output.stderr, b"", "the bar is for terminals");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 6, "three lines of titles and three of results: {text}");
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
}
