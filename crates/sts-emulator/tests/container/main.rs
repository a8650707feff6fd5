//! The container image.
#![forbid(unsafe_code)]

#[expect(dead_code, reason = "parts of it are for official clients")]
#[path = "../official_clients/runner.rs"]
mod runner;

use std::path::Path;
use std::process::{Command, ExitCode};

use runner::{Client, Test, run, run_tests};
use serde_json::Value;

const TESTS: [Test; 1] = [("the_image_is_built_and_serves", 0, serves)];

const TAG: &str = "sts-emulator-test";

fn main() -> ExitCode {
    let run = || {
        run(Command::new("docker").arg("info"))?;
        Ok(image())
    };
    run_tests(&[Client { name: "a Docker daemon", run }], &TESTS)
}

fn serves(outcome: &Value) -> Result<(), String> {
    match outcome.as_str() {
        Some(line) if line.starts_with("sts-emulator ") => Ok(()),
        _ => Err(format!("unexpected output: {outcome}")),
    }
}

/// Builds the image, lets its program print the version, and calls a container.
fn image() -> Result<Value, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let file = "crates/sts-emulator/docker/Dockerfile";
    run(Command::new("docker")
        .current_dir(root)
        .args(["build", "--quiet", "--file", file, "--tag", TAG, "."]))?;
    let version = run(Command::new("docker").args(["run", "--rm", TAG, "--version"]))?;
    let started = run(Command::new("docker").args([
        "run",
        "--rm",
        "--detach",
        "--publish",
        "127.0.0.1::8090",
        TAG,
    ]))?;
    let container = started.trim();
    let outcome = call(container);
    run(Command::new("docker").args(["stop", container]))?;
    outcome.map(|()| version.into())
}

fn call(container: &str) -> Result<(), String> {
    use std::io::{Read as _, Write as _};

    let port = run(Command::new("docker").args(["port", container, "8090"]))?;
    let failed = |error: std::io::Error| error.to_string();
    let mut stream = std::net::TcpStream::connect(port.trim()).map_err(failed)?;
    let request =
        "GET /v5/caller-identity HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).map_err(failed)?;
    let mut response = String::new();
    stream.read_to_string(&mut response).map_err(failed)?;
    if response.contains("APIGW.0301") { Ok(()) } else { Err(response) }
}
