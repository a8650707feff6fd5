//! `cargo xtask call` against the emulator, as a user runs it.
#![expect(clippy::expect_used, reason = "a test that goes wrong panics")]

mod failures;
mod successes;
mod usage;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Output};
use std::thread;

use serde_json::{Value, json};
use sts_emulator::builtin;

const TRANSPORTS: [&str; 4] = ["hyper", "isahc", "isahc-blocking", "reqwest"];

fn run(arguments: &[&str]) -> Output {
    run_in(&[], arguments)
}

/// With these variables as all of the environment that is about keys.
fn run_in(variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask-call"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HUAWEICLOUD_")) {
        command.env_remove(name);
    }
    // Nothing of the person who runs the tests: no profile, no proxy.
    command.env("HOME", env!("CARGO_TARGET_TMPDIR")).env("no_proxy", "*");
    command.envs(variables.iter().copied()).args(arguments).output().expect("it runs")
}

fn call(transport: &str, endpoint: &str, secret: &str, rest: &[&str]) -> (Option<i32>, Value) {
    let mut arguments = vec!["--transport", transport, "--endpoint", endpoint];
    arguments.extend(["--ak", builtin::ACCESS_KEY_ID, "--sk", secret]);
    arguments.extend(rest);
    let output = run(&arguments);
    let text = String::from_utf8(output.stdout).expect("text");
    assert_eq!(text.lines().count(), 1, "one line: {text:?}");
    (output.status.code(), serde_json::from_str(&text).expect("JSON"))
}

fn assume_json(agency: &str) -> String {
    json!({"agency_urn": agency, "agency_session_name": "from-call"}).to_string()
}

/// Sends this response on every connection, for as long as the test runs.
fn server(response: impl Into<String>) -> String {
    let response = response.into();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { return };
            let mut head = [0; 4096];
            let _ = connection.read(&mut head);
            let _ = connection.write_all(response.as_bytes());
        }
    });
    format!("http://{address}")
}
