//! Many clients at once.

use std::io::Write as _;

use crate::server::{Server, read_to_end};
use crate::support::Cloud;

/// Returns the number of clients at once: 1000, or fewer if this process may not open as many files.
fn clients() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let limit = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let limit = limit.and_then(|line| line.split_whitespace().next()?.parse().ok());
    limit.unwrap_or(2000_usize).saturating_sub(200).min(1000)
}

/// Open files of the server, or `None` on systems without `/proc`.
fn open_files(server: &Server) -> Option<usize> {
    Some(std::fs::read_dir(format!("/proc/{}/fd", server.pid())).ok()?.count())
}

/// Largest resident memory of the server so far, in KiB.
fn peak_memory(server: &Server) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

fn assert_is_bounded(server: &Server, memory_before: Option<usize>) {
    if let Some(files) = open_files(server) {
        assert!(files < 200, "{files} open files");
    }
    if let (Some(before), Some(after)) = (memory_before, peak_memory(server)) {
        assert!(after < before + 32 * 1024, "{before} KiB before, {after} KiB after");
    }
}

#[test]
fn a_thousand_parallel_clients_are_served() {
    let cloud = Cloud::start();
    let server = Server::start(&cloud);
    let key = server.credentials()["AccessKeyId"].as_str().unwrap().to_owned();
    let before = peak_memory(&server);
    let request = format!(
        "GET /container-credentials HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\n\r\n",
        server.address,
        server.secret()
    );
    let per_thread = clients() / 10;
    let threads: Vec<_> = (0..10)
        .map(|_| {
            let streams: Vec<_> = (0..per_thread).map(|_| server.connect()).collect();
            let request = request.clone();
            std::thread::spawn(move || {
                streams
                    .into_iter()
                    .map(|mut stream| {
                        stream.write_all(request.as_bytes()).unwrap();
                        read_to_end(&mut stream)
                    })
                    .filter(|response| response.starts_with("HTTP/1.1 200 "))
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    let responses: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    assert_eq!(responses.len(), 10 * per_thread);
    assert!(responses.iter().all(|response| response.contains(&key)), "one upstream call");
    assert_is_bounded(&server, before);
}

#[test]
fn idle_and_stalled_connections_do_not_lock_others_out() {
    let cloud = Cloud::start();
    let server = Server::start(&cloud);
    let before = peak_memory(&server);
    let head =
        format!("POST /v3.0/OS-AUTH/id-token/tokens HTTP/1.1\r\nHost: {}\r\n", server.address);
    let stalled: Vec<_> = (0..400)
        .map(|number| {
            let mut stream = server.connect();
            let begin = match number % 3 {
                0 => String::new(),
                1 => head.clone(),
                _ => format!("{head}Content-Length: 65536\r\n\r\n{}", "x".repeat(60_000)),
            };
            // The connection may wait in the accept queue, or be closed already.
            let _ = stream.write_all(begin.as_bytes());
            stream
        })
        .collect();
    assert_is_bounded(&server, before);
    server.credentials();
    assert_is_bounded(&server, before);
    drop(stalled);
    server.credentials();
}
