//! The program: what it prints, how it ends.
#![forbid(unsafe_code)]
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use sts_emulator::builtin;

fn emulator() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sts-emulator"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A running emulator, stopped at the end whatever happens.
struct Running {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = emulator().args(arguments).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next line on standard output, without `begin`.
    fn line(&mut self, begin: &str) -> String {
        let line = self.lines.next().unwrap().unwrap();
        assert!(line.starts_with(begin), "{line:?} begins with {begin:?}");
        line[begin.len()..].to_owned()
    }

    /// Sends a signal, waits, and gives exit code and standard error.
    fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        let kill = Command::new("kill").args(["-s", signal, &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        let status = self.child.wait().unwrap();
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (status.code(), log)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(arguments: &[&str]) -> Output {
    emulator().args(arguments).output().unwrap()
}

/// One line on standard error, exit code 2.
#[track_caller]
fn assert_refused(arguments: &[&str], told: &[&str]) {
    let output = run(arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(output.stdout.is_empty());
    for told in told {
        assert!(stderr.contains(told), "{stderr:?} tells {told:?}");
    }
}

/// A file that is there while the test runs.
struct File(PathBuf);

impl File {
    fn new(name: &str, content: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, content).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn it_tells_its_url_serves_logs_and_stops_when_asked() {
    for signal in ["TERM", "INT"] {
        let mut running = Running::start(&[]);
        let address = running.line("listening on http://");
        let mut stream = TcpStream::connect(&address).unwrap();
        let request = "GET /nowhere HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");

        let (code, log) = running.stop(signal);
        assert_eq!(code, Some(0));
        assert!(log.contains(" GET /nowhere - 404 APIGW.0101 "), "{log}");
        TcpStream::connect(&address).unwrap_err();
    }
}

#[test]
fn with_tls_it_names_the_file_of_its_certificate() {
    let mut running = Running::start(&["--tls", "--listen", "[::1]:0"]);
    running.line("listening on https://[::1]:");
    let path = running.line("ca certificate: ");
    let pem = std::fs::read_to_string(&path).unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
    running.stop("TERM");
    assert!(!std::path::Path::new(&path).exists());
}

#[test]
fn with_a_control_endpoint_it_names_its_url() {
    let mut running = Running::start(&["--control", "127.0.0.1:0"]);
    running.line("listening on http://");
    let address = running.line("control on http://");
    let mut stream = TcpStream::connect(&address).unwrap();
    let body = r#"{"fault":"outage"}"#;
    let head =
        "POST /faults HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 18\r\n\r\n";
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    running.stop("TERM");

    let output = run(&["--control", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("not an address of loopback"));
}

#[test]
fn with_metadata_endpoints_it_names_their_url() {
    let mut running = Running::start(&["--metadata", "[::1]:0"]);
    running.line("listening on http://");
    let address = running.line("metadata on http://");
    TcpStream::connect(&address).unwrap();
    running.stop("TERM");
}

#[test]
fn an_issuer_that_listens_is_named_with_its_url() {
    let mut running = Running::start(&["--oidc-issuer", "127.0.0.1:0"]);
    running.line("listening on http://");
    let address = running.line("oidc issuer on http://");
    TcpStream::connect(&address).unwrap();
    running.stop("TERM");
}

#[test]
fn the_certificate_goes_where_it_is_wanted() {
    let file = File::new("ca.pem", "");
    let path = file.0.to_str().unwrap();
    let mut running = Running::start(&["--tls", "--ca-file", path]);
    running.line("listening on https://127.0.0.1:");
    assert_eq!(running.line("ca certificate: "), path);
    running.stop("TERM");
    assert!(std::fs::read_to_string(path).unwrap().contains("CERTIFICATE"));
}

#[test]
fn a_configuration_file_takes_the_place_of_the_built_in_world() {
    let file = File::new("world.toml", "[[accounts]]\nid = \"a\"\n");
    let mut running = Running::start(&["--config", file.0.to_str().unwrap()]);
    running.line("listening on http://");
    running.stop("TERM");
}

#[test]
fn a_wrong_configuration_file_is_named_with_line_and_key() {
    let file = File::new("wrong.toml", "[[accounts]]\nid = \"a\"\nagency = 1\n");
    let path = file.0.to_str().unwrap();
    assert_refused(&["--config", path], &[path, "line 3", "agency", "unknown field"]);
    assert_refused(&["--config", "/nowhere/at/all.toml"], &["/nowhere/at/all.toml"]);
}

#[test]
fn wrong_options_are_named_in_one_line() {
    assert_refused(&["--lisen", "x"], &["--lisen"]);
    assert_refused(&["--listen"], &["--listen"]);
    assert_refused(&["extra"], &["extra"]);
    assert_refused(&["--tls=yes"], &["--tls"]);
    assert_refused(&["--ca-file", "x"], &["--ca-file needs --tls"]);
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
