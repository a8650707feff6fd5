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
    let upstream = Upstream::start(&cloud.emulator, LIFETIME, cloud.home()).unwrap();
    let mut command = cloud.bare();
    command.args(["serve", "--format", "json"]);
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
