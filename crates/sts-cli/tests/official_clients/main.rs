//! Unmodified official clients get credentials from `sts serve`, which refreshes them every few
//! seconds, and from the output of `sts assume`.
//!
//! The clients are installed into the target directory at the first run, and found there later.
#![forbid(unsafe_code)]
#![expect(clippy::indexing_slicing, reason = "JSON that lacks a member gives null")]

mod install;
mod runner;
#[path = "../serve/upstream.rs"]
#[expect(dead_code, reason = "the tests of the server use more of it")]
mod upstream;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use runner::{Client, Outcome, Test, bare, run, run_tests};
use serde_json::{Value, json};
use sts_emulator::{Emulator, builtin};
use upstream::Upstream;

const PYTHON: &str = include_str!("caller.py");
const BOTOCORE: &str = include_str!("container.py");
const NODE: &str = include_str!("caller.js");

const PYTHON_PACKAGES: [&str; 2] = ["huaweicloudsdksts==3.1.219", "botocore==1.44.8"];

/// `uuid` is missing among the dependencies of the package.
const NODE_PACKAGES: [&str; 2] = ["@huaweicloud/huaweicloud-sdk-core@3.1.211", "uuid@9.0.1"];

/// A project that only the server knows.
const PROJECT_ID: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

/// Lifetime of the credentials. The server refreshes them after four to eight seconds.
const LIFETIME: Duration = Duration::from_secs(10);

/// A proxy that nothing listens on. Requests to loopback must not go there.
const DEAD_PROXY: &str = "http://127.0.0.1:9";

const TESTS: [Test; 9] = [
    ("python_refreshes_over_classic_iam", 0, it_refreshes),
    ("python_calls_with_the_credentials", 0, it_is_the_session),
    ("python_looks_up_its_project", 0, it_looks_up_the_project),
    ("python_refreshes_over_sts", 1, it_refreshes),
    ("node_refreshes_over_classic_iam", 2, it_refreshes),
    ("node_calls_with_the_credentials", 2, it_is_the_session),
    ("botocore_refreshes_over_the_container_protocol", 3, it_refreshes),
    ("botocore_found_no_other_credentials", 3, it_is_the_container),
    ("botocore_reads_the_output_of_sts_assume", 4, it_is_the_process),
];

fn main() -> ExitCode {
    let clients = [
        Client { name: "the official Python SDK", run: || python(PYTHON, &["iam"]) },
        Client { name: "the official Python SDK", run: || python(PYTHON, &["sts"]) },
        Client { name: "the core of the official Node.js SDK", run: node },
        Client { name: "botocore", run: || python(BOTOCORE, &["container"]) },
        Client { name: "botocore", run: || Ok(process(&interpreter()?)) },
    ];
    run_tests(&clients, &TESTS)
}

fn interpreter() -> Result<PathBuf, String> {
    install::python("official-clients-python", &PYTHON_PACKAGES)
}

fn python(script: &str, protocols: &[&str]) -> Outcome {
    Ok(serve(protocols, Command::new(interpreter()?).args(["-c", script])))
}

fn node() -> Outcome {
    let folder = install::node("official-clients-node", &NODE_PACKAGES)?;
    let script = folder.join("caller.js");
    std::fs::write(&script, NODE).map_err(|error| error.to_string())?;
    Ok(serve(&["iam"], Command::new("node").arg(script)))
}

/// A server, which is killed on drop.
struct Server {
    child: Child,
    variables: BTreeMap<String, Option<String>>,
}

impl Server {
    fn start(emulator: &Emulator, upstream: &Upstream, protocols: &[&str]) -> Result<Self, String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sts"));
        command.args(["serve", "--format", "json", "--project-id", PROJECT_ID]);
        command.args(protocols.iter().flat_map(|protocol| ["--protocol", protocol]));
        bare(&mut command)
            .env("HUAWEICLOUD_SDK_STS_ENDPOINT", emulator.url())
            .env("XDG_RUNTIME_DIR", scratch(""))
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        upstream.configure(&mut command);
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let mut line = String::new();
        let stdout = child.stdout.take().ok_or("no standard output")?;
        BufReader::new(stdout).read_line(&mut line).map_err(|error| error.to_string())?;
        let variables = serde_json::from_str(&line);
        let mut server = Self { child, variables: BTreeMap::new() };
        server.variables = variables.map_err(|error| format!("variables: {error}: {line:?}"))?;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already, then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a client with the variables of a server.
fn serve(protocols: &[&str], client: &mut Command) -> Result<Value, String> {
    let emulator = Emulator::builder().start_blocking().map_err(|error| error.to_string())?;
    let upstream = Upstream::start(&emulator, LIFETIME, &scratch(""));
    let upstream = upstream.map_err(|error| error.to_string())?;
    let server = Server::start(&emulator, &upstream, protocols)?;
    bare(client).env("http_proxy", DEAD_PROXY).env("AWS_EC2_METADATA_DISABLED", "true");
    for (name, value) in &server.variables {
        match value {
            Some(value) => client.env(name, value),
            None => client.env_remove(name),
        };
    }
    let setup = json!({"url": emulator.url(), "keys": 4});
    let printed = run(client.arg(setup.to_string()))?;
    let mut outcome: Value =
        serde_json::from_str(&printed).map_err(|error| format!("{error}: {printed}"))?;
    outcome["issued"] = json!(upstream.issued());
    Ok(outcome)
}

/// Runs botocore with `sts assume` as its credential process.
fn process(python: &Path) -> Result<Value, String> {
    let emulator = Emulator::builder().start_blocking().map_err(|error| error.to_string())?;
    let config = scratch("aws-config");
    let program = env!("CARGO_BIN_EXE_sts");
    let line =
        format!("[default]\ncredential_process = '{program}' assume demo --format process\n");
    std::fs::write(&config, line).map_err(|error| error.to_string())?;
    let mut client = Command::new(python);
    bare(&mut client)
        .args(["-c", BOTOCORE])
        .arg(json!({"keys": 1}).to_string())
        .env("AWS_CONFIG_FILE", config)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("HUAWEICLOUD_SDK_STS_ENDPOINT", emulator.url())
        .env("HUAWEICLOUD_SDK_AK", builtin::ACCESS_KEY_ID)
        .env("HUAWEICLOUD_SDK_SK", builtin::SECRET_ACCESS_KEY);
    let printed = run(&mut client)?;
    serde_json::from_str(&printed).map_err(|error| format!("{error}: {printed}"))
}

/// Whether the client had four access keys one after the other, all of them from upstream.
fn it_refreshes(outcome: &Value) -> Result<(), String> {
    let keys = |name: &str| -> BTreeSet<&str> {
        outcome[name].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let (used, issued) = (keys("keys"), keys("issued"));
    if used.len() >= 4 && used.is_subset(&issued) {
        return Ok(());
    }
    Err(format!("used {used:?} of {issued:?}"))
}

fn it_is_the_session(outcome: &Value) -> Result<(), String> {
    let session = format!("sts::{}:assumed-agency:demo/upstream", builtin::ACCOUNT_ID);
    let callers = outcome["callers"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !callers.is_empty() && callers.iter().all(|caller| *caller == session) {
        return Ok(());
    }
    Err(format!("expected {session}, found {callers:?}"))
}

fn it_looks_up_the_project(outcome: &Value) -> Result<(), String> {
    if outcome["project"] == PROJECT_ID {
        return Ok(());
    }
    Err(format!("expected {PROJECT_ID}, found {}", outcome["project"]))
}

fn it_is_the_container(outcome: &Value) -> Result<(), String> {
    it_has_credentials_of("container-role", outcome)
}

fn it_is_the_process(outcome: &Value) -> Result<(), String> {
    it_has_credentials_of("custom-process", outcome)
}

fn it_has_credentials_of(method: &str, outcome: &Value) -> Result<(), String> {
    let has_keys = outcome["keys"].as_array().is_some_and(|keys| !keys.is_empty());
    if has_keys && outcome["method"] == method {
        return Ok(());
    }
    Err(format!("found {outcome}"))
}

/// A directory below the target directory.
fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}
