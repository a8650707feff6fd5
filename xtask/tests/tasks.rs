//! Every command describes itself and refuses arguments that it does not have, before any work.
#![expect(clippy::expect_used, reason = "a test that goes wrong panics")]

use std::process::{Command, Output};

fn xtask(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.env("HOME", env!("CARGO_TARGET_TMPDIR")).args(arguments);
    // Work that begins all the same ends at once: none of its programs is there.
    command.env("PATH", "").env("CARGO", "/no/cargo/here");
    command.output().expect("xtask runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The names of all commands, from the overview.
fn names() -> Vec<String> {
    let overview = text(&xtask(&["--help"]).stdout);
    let lines = overview.lines().filter_map(|line| line.strip_prefix("  "));
    let names: Vec<String> =
        lines.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert!(names.len() > 10, "{overview}");
    names
}

#[test]
fn every_command_has_help_that_starts_no_work() {
    for name in names() {
        for arguments in [[&name, "--help"], [&name, "-h"], ["help", &name]] {
            let output = xtask(&arguments);
            let help = text(&output.stdout);
            assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
            assert!(help.starts_with(&format!("usage: cargo xtask {name}")), "{help}");
            assert!(help.contains("\n\n"), "it says what the command does: {help}");
        }
    }
}

#[test]
fn every_command_refuses_what_it_does_not_have() {
    // These are programs of their own, which refuse it themselves.
    let programs = ["call", "api", "simulate", "imports", "language"];
    for name in names().iter().filter(|name| !programs.contains(&name.as_str())) {
        let output = xtask(&[name, "--no-such-option"]);
        let complaint = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{name}: {complaint}");
        assert!(complaint.contains("no-such-option"), "{name}: {complaint}");
        assert!(output.stdout.is_empty(), "{name}");
    }
    for arguments in [
        &["ci", "now"][..],
        &["ci", "--quick", "--list"],
        &["ci", "--quick", "--quick"],
        &["docs", "--check", "errors.md"],
        &["examples", "embedding"],
        &["wasm", "call"],
        &["minimal-versions", "sts-proto"],
        &["package", "sts-proto"],
        &["readme", "README.md"],
        &["bench", "sign"],
        &["bench", "--only"],
        &["bench", "--build", "--only", "sign"],
        &["bench", "--only", "sign", "--only", "call"],
        &["fuzz", "no-such-target"],
        &["fuzz", "--smoke", "--seconds", "3"],
        &["fuzz", "--seconds"],
        &["fuzz", "--seconds", "0"],
        &["fuzz", "--minutes", "0"],
        &["fuzz", "--all", "urn"],
        &["ci", "--only"],
        &["ci", "--only", "no-such-check"],
        &["prove-checks", "no-such-check"],
        &["fuzz", "--seconds", "soon", "urn"],
        &["concurrency", "world"],
        &["concurrency", "--schedules", "0"],
        &["concurrency", "--seed", "any"],
        &["mutants", "no-such-group"],
        &["mutants", "urns", "--file", "**/urn.rs"],
        &["mutants", "--shard"],
        &["vectors"],
        &["tool"],
        &["tool", "no-such-tool"],
        &["help", "no-such-command"],
        &["help", "ci", "docs"],
        &["no-such-command"],
        &[],
    ] {
        let output = xtask(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output.stderr));
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn arguments_that_are_not_unicode_are_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let strange = OsStr::from_bytes(b"\xFF");
    for arguments in [vec![strange], vec!["ci".as_ref(), strange], vec!["fuzz".as_ref(), strange]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        let output = command.args(&arguments).output().expect("xtask runs");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output.stderr));
    }
}
