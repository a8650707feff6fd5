//! The program `sts-emulator`.
#![forbid(unsafe_code)]
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::io::{BufRead as _, BufReader, ErrorKind, PipeReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sts_emulator::builtin;

fn emulator() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sts-emulator"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A running emulator, stopped at the end whatever happens.
struct Running {
    child: Child,
    lines: std::io::Lines<BufReader<PipeReader>>,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        Self::spawn(emulator().args(arguments))
    }

    fn spawn(command: &mut Command) -> Self {
        let (stdout, writer) = std::io::pipe().unwrap();
        let child = command.stdout(writer).spawn().unwrap();
        Self { child, lines: BufReader::new(stdout).lines() }
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
        let status = self.ended();
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (status.code(), log)
    }
}

impl Running {
    /// Waits for the exit with a timeout.
    fn ended(&mut self) -> std::process::ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "it does not stop");
            std::thread::sleep(Duration::from_millis(5));
        }
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
fn it_prints_its_url_serves_logs_and_stops() {
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
    let head = "POST /faults HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Connection: close\r\nContent-Length: 18\r\n\r\n";
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    running.stop("TERM");

    let output = run(&["--control", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("not a loopback address"));
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
    assert_rejected(&["--config", path], &[path, "line 3", "agency", "unknown field"]);
    assert_rejected(&["--config", "/nowhere/at/all.toml"], &["/nowhere/at/all.toml"]);
    let file = File::new("empty.toml", "# nothing yet\n");
    let path = file.0.to_str().unwrap();
    assert_rejected(&["--config", path], &[path, "accounts", "missing"]);
}

/// The status of the response to a request on a connection of its own.
fn status_at(address: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let request = "GET /nowhere HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = [0; 12];
    stream.read_exact(&mut response).unwrap();
    String::from_utf8(response.to_vec()).unwrap()
}

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends requests, a hundred at a time, and reads the responses.
fn send_requests(mut stream: &TcpStream, count: usize) {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    for _ in 0..count / 100 {
        let request = "GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n";
        stream.write_all(request.repeat(100).as_bytes()).unwrap();
        let mut responses = 0;
        while responses < 100 {
            let mut line = String::new();
            assert_ne!(reader.read_line(&mut line).unwrap(), 0);
            responses += line.matches("HTTP/1.1 404 ").count();
        }
    }
}

#[test]
fn a_log_that_is_not_read_does_not_stop_it() {
    let mut running = Running::start(&[]);
    let address = running.line("listening on http://");
    let stream = TcpStream::connect(&address).unwrap();
    // Many times what a pipe and the lines that wait hold together.
    send_requests(&stream, 10_000);
    let asked = Instant::now();
    let (code, log) = running.stop("TERM");
    assert_eq!(code, Some(0));
    assert!(asked.elapsed() < PATIENCE);
    // What was written before the pipe was full is still there to read.
    assert!(log.lines().count() > 100, "{}", log.lines().count());
}

#[test]
fn lines_that_are_dropped_are_counted() {
    let mut running = Running::start(&[]);
    let address = running.line("listening on http://");
    let stderr = running.child.stderr.take().unwrap();
    let stream = TcpStream::connect(&address).unwrap();
    let requests = 10_000;
    send_requests(&stream, requests);
    drop(stream);
    let log = std::thread::spawn(move || {
        let mut log = String::new();
        BufReader::new(stderr).read_to_string(&mut log).unwrap();
        log
    });
    let kill = Command::new("kill").arg(running.child.id().to_string()).status().unwrap();
    assert!(kill.success());
    running.ended();
    let log = log.join().unwrap();
    let dropped: usize = log
        .lines()
        .filter_map(|line| line.strip_prefix("sts-emulator: "))
        .map(|line| line.split(' ').next().unwrap().parse::<usize>().unwrap())
        .sum();
    let written = log.lines().filter(|line| line.contains(" GET /nowhere ")).count();
    assert!(dropped > 0);
    assert_eq!(written + dropped, requests);
}

#[test]
fn a_full_pipe_in_the_place_of_standard_output_does_not_stop_it() {
    // The parent process may have filled the pipe.
    let (reader, mut writer) = std::io::pipe().unwrap();
    let filler = writer.try_clone().unwrap();
    std::thread::spawn(move || {
        // It blocks when the pipe is full, until the reader is dropped.
        let _ = writer.write_all(&vec![b'x'; 1 << 20]);
    });
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    drop(taken);
    let child = emulator().args(["--listen", &address]).stdout(filler).spawn().unwrap();
    // Its lines are those of another pipe, and stay empty.
    let (empty, _) = std::io::pipe().unwrap();
    let running = Running { child, lines: BufReader::new(empty).lines() };
    let until = Instant::now() + PATIENCE;
    while TcpStream::connect(&address).is_err() {
        assert!(Instant::now() < until, "it does not listen");
        std::thread::yield_now();
    }
    assert_eq!(status_at(&address), "HTTP/1.1 404");
    assert_eq!(running.stop("TERM").0, Some(0));
    drop(reader);
}

#[test]
fn heads_that_never_end_share_one_bound_of_memory() {
    const HEAD: usize = 190_000;
    let mut running = Running::start(&[]);
    let address = running.line("listening on http://");
    let head = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(HEAD));
    let mut stalled = Vec::new();
    for _ in 0..800 {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stalled.push(stream);
    }
    // 152 MB are more than the bound: those that began first gave way.
    let outcome = stalled[0].read(&mut [0]);
    let is_open = outcome.as_ref().is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
    assert!(!is_open, "{outcome:?}");
    assert_eq!(status_at(&address), "HTTP/1.1 404");
    running.stop("TERM");
}

#[test]
fn it_stops_promptly_whatever_it_serves() {
    let certificate = include_str!("emulator/vectors/saml.json");
    let certificate: serde_json::Value = serde_json::from_str(certificate).unwrap();
    let file = File::new(
        "hostile.toml",
        &format!(
            "[[accounts]]\nid = \"a\"\n[[accounts.saml_providers]]\nname = \"corp\"\n\
             issuer = \"https://idp.example/metadata\"\naudience = \"x\"\n\
             certificate = \"\"\"{}\"\"\"\n",
            certificate["certificate"].as_str().unwrap(),
        ),
    );
    let mut running = Running::start(&["--config", file.0.to_str().unwrap()]);
    let address = running.line("listening on http://");
    let xml = STANDARD.decode(certificate["signed_assertion"].as_str().unwrap()).unwrap();
    let xml = String::from_utf8(xml).unwrap();
    let namespaces: Vec<_> = (0..2_000).map(|index| format!("xmlns:n{index:x}='u'")).collect();
    let namespaces = namespaces.join(" ");
    let xml = xml.replacen("<saml:Assertion ", &format!("<saml:Assertion {namespaces} "), 1);
    let xml = xml.replacen(">7200<", &format!(">{}<", "<e/>".repeat(8_000)), 1);
    let body = serde_json::json!({
        "saml_provider_urn": "iam::a:samlProvider:corp",
        "agency_urn": "iam::a:agency:x",
        "saml_assertion": STANDARD.encode(xml),
    })
    .to_string();
    let request = format!(
        "POST {} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        <sts_proto::AssumeAgencyWithSaml as sts_proto::Operation>::PATH,
        body.len(),
    );
    let mut hostile: Vec<_> = (0..8).map(|_| TcpStream::connect(&address).unwrap()).collect();
    for stream in &mut hostile {
        stream.write_all(request.as_bytes()).unwrap();
    }
    assert_eq!(status_at(&address), "HTTP/1.1 404");
    let asked = Instant::now();
    assert_eq!(running.stop("TERM").0, Some(0));
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
}

#[test]
fn a_hangup_stops_it_and_removes_its_certificate() {
    let mut running = Running::start(&["--tls"]);
    running.line("listening on https://");
    let path = running.line("ca certificate: ");
    assert_eq!(running.stop("HUP").0, Some(0));
    assert!(!std::path::Path::new(&path).exists());
}

#[test]
#[cfg(target_os = "linux")]
fn a_hangup_that_is_ignored_stays_ignored() {
    let mut command = Command::new("nohup");
    command.arg(env!("CARGO_BIN_EXE_sts-emulator")).stdin(Stdio::null()).stderr(Stdio::piped());
    let mut running = Running::spawn(&mut command);
    let address = running.line("listening on http://");
    let pid = running.child.id().to_string();
    assert!(Command::new("kill").args(["-s", "HUP", &pid]).status().unwrap().success());
    assert_eq!(status_at(&address), "HTTP/1.1 404");
    assert_eq!(running.stop("TERM").0, Some(0));
}

#[test]
fn certificates_of_killed_emulators_are_removed_and_others_stay() {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("stale-certificates");
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir(&directory).unwrap();
    let start = || {
        let mut running = Running::spawn(emulator().arg("--tls").env("TMPDIR", &directory));
        running.line("listening on https://");
        let path = PathBuf::from(running.line("ca certificate: "));
        assert!(path.starts_with(&directory) && path.exists());
        (running, path)
    };
    let (killed, stale) = start();
    let (alive, kept) = start();
    assert!(stale.exists());
    assert_eq!(killed.stop("KILL").0, None);
    assert!(stale.exists());
    // Not made by an emulator.
    for name in
        ["sts-emulator-ca-mine.pem", "sts-emulator-ca-1-2-3.pem", "sts-emulator-ca-1-2.pem.old"]
    {
        std::fs::write(directory.join(name), "").unwrap();
    }
    std::os::unix::fs::symlink(
        directory.join("nowhere"),
        directory.join("sts-emulator-ca-1-2.pem"),
    )
    .unwrap();
    // Any start removes it, with TLS or without.
    let mut last = Running::spawn(emulator().env("TMPDIR", &directory));
    last.line("listening on http://");
    assert!(!stale.exists());
    assert!(kept.exists());
    alive.stop("TERM");
    last.stop("TERM");
    assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 4, "what no emulator made stays");
    std::fs::remove_dir_all(&directory).unwrap();
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
