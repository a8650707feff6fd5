//! Output that is not read.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::time::Instant;

use crate::running::{PATIENCE, Running, emulator, status_at};

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

/// Sends a request, stops the emulator, and returns its log.
fn log_of(arguments: &[&str]) -> String {
    let mut running = Running::start(arguments);
    let address = running.line("listening on http://");
    assert_eq!(status_at(&address), "HTTP/1.1 404");
    running.stop("TERM").1
}

#[test]
fn a_quiet_emulator_does_not_log_requests() {
    assert_eq!(log_of(&["--quiet"]), "");
}

#[test]
fn the_log_is_json_on_request() {
    let log = log_of(&["--log", "json"]);
    let entry: serde_json::Value = serde_json::from_str(&log).unwrap();
    assert_eq!(entry["operation"], "GET /nowhere");
    assert_eq!(entry["status"], 404);
    assert!(entry["error"].as_str().unwrap().starts_with("APIGW.0101 "));
    assert_eq!(entry["caller"], serde_json::Value::Null);
    assert_eq!(entry["request_id"].as_str().unwrap().len(), 32);
    assert!(entry["at"].as_str().unwrap().ends_with('Z'));
}
