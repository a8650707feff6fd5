//! Command-line options and configuration files.

use sts_emulator::builtin;

use crate::running::{File, Running, run};

/// One line on standard error, exit code 2.
#[track_caller]
fn assert_rejected(arguments: &[&str], expected: &[&str]) {
    let output = run(arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(output.stdout.is_empty());
    for text in expected {
        assert!(stderr.contains(text), "{stderr:?} contains {text:?}");
    }
}

#[test]
fn a_wrong_configuration_file_is_named_with_line_and_key() {
    let file = File::new("wrong.toml", "[[accounts]]\nid = \"a\"\nagency = 1\n");
    let path = file.0.to_str().unwrap();
    assert_rejected(&["--config", path], &[path, "line 3", "agency", "unknown field"]);
    assert_rejected(&["--config", "/nowhere/at/all.toml"], &["/nowhere/at/all.toml"]);
    let file = File::new("empty.toml", "# nothing yet\n");
    let path = file.0.to_str().unwrap();
    assert_rejected(&["--config", path], &[path, "accounts", "missing"]);
}

#[test]
fn a_configuration_file_takes_the_place_of_the_built_in_world() {
    let file = File::new("world.toml", "[[accounts]]\nid = \"a\"\n");
    let mut running = Running::start(&["--config", file.0.to_str().unwrap()]);
    running.line("listening on http://");
    running.stop("TERM");
}

#[test]
fn wrong_options_are_named_in_one_line() {
    assert_rejected(&["--lisen", "x"], &["--lisen"]);
    assert_rejected(&["--listen"], &["--listen"]);
    assert_rejected(&["extra"], &["extra"]);
    assert_rejected(&["--tls=yes"], &["--tls"]);
    assert_rejected(&["--ca-file", "x"], &["--ca-file requires --tls"]);
    assert_rejected(&["--seed", "x", "--seed=y"], &["duplicate option --seed"]);
    assert_rejected(&["--tls", "--tls"], &["duplicate option --tls"]);
}

#[test]
fn an_address_it_cannot_have_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(&["--listen", &address]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains(&address));
}

#[test]
fn its_help_names_every_option_and_the_built_in_world() {
    let output = run(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    let help = String::from_utf8(output.stdout).unwrap();
    for word in [
        "--listen",
        "--config",
        "--tls",
        "--ca-file",
        "--seed",
        "--echo",
        "--control",
        "--metadata",
        "--oidc-issuer",
        builtin::ACCESS_KEY_ID,
        builtin::SECRET_ACCESS_KEY,
        builtin::AGENCY_URN,
    ] {
        assert!(help.contains(word), "{word}");
    }
}
