//! Start, limits and stop.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::running::{File, PATIENCE, Running, emulator_that_hangs_up, status_at};

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
fn with_a_control_endpoint_it_names_its_url() {
    let mut running = Running::start(&["--control", "127.0.0.1:0"]);
    running.line("listening on http://");
    let address = running.line("control on http://");
    let mut stream = TcpStream::connect(&address).unwrap();
    let body = r#"{"fault":"outage"}"#;
    let head = "POST /_emulator/v1/faults HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Connection: close\r\nContent-Length: 18\r\n\r\n";
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    running.stop("TERM");
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
fn it_stops_promptly_whatever_it_serves() {
    let certificate = include_str!("../emulator/vectors/saml.json");
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
fn a_hangup_reloads_the_configuration_file() {
    let account = "[[accounts]]\nid = \"a\"\n";
    let file = File::new("reloaded.toml", account);
    let path = file.0.to_str().unwrap().to_owned();
    let mut running = Running::spawn(emulator_that_hangs_up().args(["--config", &path]));
    let address = running.line("listening on http://");
    let mut log = BufReader::new(running.child.stderr.take().unwrap()).lines();
    let pid = running.child.id().to_string();
    let mut hang_up = |content: &str| {
        std::fs::write(&path, content).unwrap();
        assert!(Command::new("kill").args(["-s", "HUP", &pid]).status().unwrap().success());
        log.next().unwrap().unwrap()
    };
    let line = hang_up("[[accounts]]\nid = 5\n");
    assert!(
        line.starts_with(&format!("sts-emulator: not reloaded: --config {path}: line 2: id: ")),
        "{line}"
    );
    assert_eq!(hang_up(account), format!("sts-emulator: reloaded {path}"));
    assert_eq!(status_at(&address), "HTTP/1.1 404");
    running.child.stderr = None;
    let kill = Command::new("kill").arg(&pid).status().unwrap();
    assert!(kill.success());
    assert_eq!(running.ended().code(), Some(0));
}
