//! Credentials that cannot be refreshed.

use std::thread;
use std::time::{Duration, Instant};

use crate::server::{PATIENCE, Server};
use crate::support::Cloud;
use crate::upstream::Upstream;

/// Lifetime of the credentials. The server refreshes them after less than four seconds.
const LIFETIME: Duration = Duration::from_secs(5);

const LINE: &str = "GET /container-credentials";

fn start(cloud: &Cloud) -> (Upstream, Server) {
    start_with(cloud, &["serve", "--format", "json"])
}

fn start_with(cloud: &Cloud, arguments: &[&str]) -> (Upstream, Server) {
    let upstream = Upstream::start(&cloud.emulator, LIFETIME, cloud.home()).unwrap();
    let mut command = cloud.bare();
    command.args(arguments);
    upstream.configure(&mut command);
    let server = Server::of(cloud, command);
    (upstream, server)
}

fn request(server: &Server) -> String {
    let (host, secret) = (server.address.to_string(), server.secret());
    server.request(LINE, &[("Host", &host), ("Authorization", &secret)], "")
}

/// Repeats a request until the response has this status.
fn wait_for(server: &Server, status: &str) -> String {
    let end = Instant::now() + PATIENCE;
    loop {
        let response = request(server);
        if response.starts_with(&format!("HTTP/1.1 {status} ")) {
            return response;
        }
        assert!(Instant::now() < end, "{response}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn expired_credentials_are_not_served_and_it_recovers() {
    let cloud = Cloud::start();
    let (upstream, mut server) = start(&cloud);
    let first = server.credentials();
    upstream.set_down(true);
    let failed = wait_for(&server, "503");
    assert!(failed.contains("no credentials: "), "{failed}");
    for secret in ["AccessKeyId", "SecretAccessKey", "Token"] {
        assert!(!failed.contains(first[secret].as_str().unwrap()), "{failed}");
    }
    upstream.set_down(false);
    wait_for(&server, "200");
    let issued = upstream.issued();
    let last = server.credentials()["AccessKeyId"].as_str().unwrap().to_owned();
    assert!(upstream.issued().contains(&last) && issued.first() != Some(&last));
    let (_, stderr) = server.stop("TERM");
    assert!(stderr.contains("warning: refresh failed: "), "{stderr}");
    assert!(stderr.contains("refreshed again"), "{stderr}");
    assert!(!stderr.contains(&last), "{stderr}");
}

#[test]
fn a_failed_refresh_is_a_warning_in_json() {
    let cloud = Cloud::start();
    let (upstream, mut server) = start_with(&cloud, &["serve", "--output", "json"]);
    upstream.set_down(true);
    wait_for(&server, "503");
    let (_, stderr) = server.stop("TERM");
    let warnings: Vec<serde_json::Value> =
        stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let starts = |warning: &serde_json::Value, text| {
        warning["warning"].as_str().is_some_and(|warning| warning.starts_with(text))
    };
    assert!(warnings.iter().any(|warning| starts(warning, "refresh failed: ")), "{stderr}");
    assert!(!stderr.contains("warning: "), "{stderr}");
}

#[test]
fn clients_share_one_request_upstream() {
    let cloud = Cloud::start();
    let (upstream, server) = start(&cloud);
    let before = upstream.requests();
    assert_eq!(before, 1);
    let started = Instant::now();
    while started.elapsed() < LIFETIME {
        thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| assert!(request(&server).starts_with("HTTP/1.1 200 ")));
            }
        });
    }
    // One in 2 to 4 seconds.
    let refreshes = upstream.requests() - before;
    assert!((1..=4).contains(&refreshes), "{refreshes}");
}
