//! `sts exec --serve`.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use crate::support::{Cloud, Run, with_default_signals, with_filters};

const STS: &str = env!("CARGO_BIN_EXE_sts");

/// Returns the command `sts exec --serve` for a shell command, and the directory of its files.
fn exec(cloud: &Cloud, script: &str) -> (Command, PathBuf) {
    let files = cloud.home().join("run");
    fs::create_dir_all(&files).unwrap();
    let mut command = cloud.sts(&["exec", "--agency", "demo", "--serve", "--", "sh", "-c", script]);
    command.env("XDG_RUNTIME_DIR", &files).env("STS", STS);
    (command, files)
}

/// A running command, which has printed `ready`.
struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Running {
    fn start(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut running = Self { child, stdout };
        assert_eq!(running.line(), "ready");
        running
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    fn kill(&self, signal: &str) {
        let kill = format!("kill -{signal} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Returns the exit code and the rest of the output.
    fn end(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

fn is_empty(directory: &PathBuf) -> bool {
    fs::read_dir(directory).unwrap().next().is_none()
}

#[test]
fn the_command_is_the_agency_by_the_default_chain() {
    let cloud = Cloud::start();
    let (mut command, files) = exec(&cloud, r#""$STS" whoami"#);
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\bHST[0-9A-Z]{17}\b", "ACCESS-KEY");
    settings.bind(|| {
        with_filters(|| {
            assert_snapshot!(Run::of(&mut command).snapshot(), @"
    exit code Some(0)
    account     HEX
    principal   sts::HEX:assumed-agency:demo/sts-cli
    id          HEX:sts-cli
    access key  ACCESS-KEY
    provider    environment
    expires at  TIME
    ---
    ");
        });
    });
    assert!(is_empty(&files));
}

#[test]
fn the_command_gets_no_credentials_but_the_address_of_the_server() {
    let cloud = Cloud::start();
    let names = "env | grep -E '^(HUAWEICLOUD|HW|HC|OS|OBS|AWS)_' | cut -d= -f1 | sort";
    let (mut command, _) = exec(&cloud, names);
    command.env("HW_ACCESS_KEY", "a").env("HW_SECRET_KEY", "b").env("AWS_ACCESS_KEY_ID", "c");
    command.env("OBS_SECRET_ACCESS_KEY", "d").env("AWS_PROFILE", "e");
    with_filters(|| {
        assert_snapshot!(Run::of(&mut command).snapshot(), @"
    exit code Some(0)
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE
    AWS_CONTAINER_CREDENTIALS_FULL_URI
    HC_CONTAINER_AUTHORIZATION_TOKEN_FILE
    HC_CONTAINER_CREDENTIALS_FULL_URI
    HUAWEICLOUD_SDK_DOMAIN_ID
    HUAWEICLOUD_SDK_IAM_ENDPOINT
    HUAWEICLOUD_SDK_IDP_ID
    HUAWEICLOUD_SDK_ID_TOKEN_FILE
    HUAWEICLOUD_SDK_STS_ENDPOINT
    HUAWEICLOUD_STS_METADATA_DISABLED
    ---
    ");
    });
}

#[test]
fn credentials_are_served_over_http_until_the_command_ends() {
    let cloud = Cloud::start();
    let script = "echo ready; echo $HC_CONTAINER_CREDENTIALS_FULL_URI; \
                  echo $HC_CONTAINER_AUTHORIZATION_TOKEN_FILE; read _; exit 7";
    let (command, files) = exec(&cloud, script);
    let mut running = Running::start(command);
    let (url, file) = (running.line(), running.line());
    let (address, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let secret = fs::read_to_string(&file).unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!(
        "POST /{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {secret}\r\n\
         Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{response}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert!(body["credentials"]["accessKeyId"].as_str().unwrap().starts_with("HST"));

    running.child.stdin.take().unwrap().write_all(b"\n").unwrap();
    assert_eq!(running.end(), (Some(7), String::new()));
    TcpStream::connect(address).unwrap_err();
    assert!(is_empty(&files));
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_runtime_directory_the_secret_is_a_temporary_file() {
    let cloud = Cloud::start();
    let (mut command, files) = exec(&cloud, "echo $HC_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    // No user can write to that directory.
    let run = Run::of(command.env("XDG_RUNTIME_DIR", "/proc").env("TMPDIR", &files));
    assert!(run.stdout.starts_with(files.to_str().unwrap()), "{run:?}");
    assert!(is_empty(&files));
}

#[test]
fn credentials_of_the_chain_need_no_endpoint() {
    let cloud = Cloud::start();
    for option in ["--serve", ""] {
        let inner = format!(
            "unset HUAWEICLOUD_SDK_STS_ENDPOINT; $STS exec {option} --provider pod-identity -- true"
        );
        let run = Run::of(&mut exec(&cloud, &inner).0);
        assert_eq!(run.code, Some(0), "{run:?}");
    }
}

#[test]
fn a_provider_that_needs_sts_needs_an_endpoint() {
    let cloud = Cloud::start();
    let oidc = [
        ("PROVIDER_URN", "iam::a:oidcProvider:b"),
        ("AGENCY_URN", "iam::a:agency:b"),
        ("ID_TOKEN", "a.b.c"),
    ];
    let run = |arguments: &[&str]| {
        let mut command = cloud.bare();
        command.args(arguments).env_remove("HUAWEICLOUD_SDK_STS_ENDPOINT");
        command.envs(oidc.map(|(name, value)| (format!("HUAWEICLOUD_OIDC_{name}"), value)));
        Run::of(&mut command).snapshot()
    };
    let serve = run(&["serve"]);
    assert_snapshot!(serve, @"
    exit code Some(2)
    ---
    error: provider oidc is configured but failed
      caused by: no credentials from the service
      caused by: AssumeAgencyWithOIDC: the client has no endpoint
      help: pass --region or --endpoint
    ");
    assert_eq!(run(&["exec", "--serve", "--", "true"]), serve);
}

#[test]
fn the_exit_code_is_that_of_the_command() {
    let cloud = Cloud::start();
    for (script, expected) in
        [("true", 0), ("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137)]
    {
        let (mut command, files) = exec(&cloud, script);
        assert_eq!(command.status().unwrap().code(), Some(expected), "{script}");
        assert!(is_empty(&files), "{script}");
    }
    let files = cloud.home().join("run");
    let mut missing = cloud.sts(&["exec", "--agency", "demo", "--serve", "--", "no-such-program"]);
    let missing = Run::of(missing.env("XDG_RUNTIME_DIR", &files));
    assert_eq!(missing.code, Some(127), "{missing:?}");
    assert!(is_empty(&files));
}

#[test]
fn signals_are_forwarded() {
    let cloud = Cloud::start();
    for signal in ["TERM", "INT", "HUP", "QUIT"] {
        let script = format!(
            "trap 'echo caught; exit 5' {signal}; echo ready; i=0; \
             while [ $i -lt 400 ]; do sleep 0.05; i=$((i + 1)); done"
        );
        let (command, files) = exec(&cloud, &script);
        let running = Running::start(with_default_signals(command));
        running.kill(signal);
        assert_eq!(running.end(), (Some(5), "caught\n".to_owned()), "{signal}");
        assert!(is_empty(&files), "{signal}");
    }
}

#[test]
fn a_command_may_continue_after_a_signal() {
    let cloud = Cloud::start();
    let script = "trap 'echo caught' INT; echo ready; i=0; \
                  while [ $i -lt 10 ]; do sleep 0.05; i=$((i + 1)); done; \"$STS\" whoami";
    let (command, _) = exec(&cloud, script);
    let running = Running::start(with_default_signals(command));
    running.kill("INT");
    let (code, output) = running.end();
    assert_eq!(code, Some(0), "{output}");
    assert!(output.starts_with("caught\n") && output.contains(":assumed-agency:demo"), "{output}");
}

#[cfg(target_os = "linux")]
#[test]
fn ignored_signals_stay_ignored() {
    let cloud = Cloud::start();
    let (inner, _) = exec(&cloud, "kill -HUP $PPID; kill -HUP $$; echo alive");
    let mut command = Command::new("sh");
    command.args(["-c", r#"trap "" HUP; exec "$@""#, "sh"]).arg(STS).args(inner.get_args());
    command.env_clear().envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let run = Run::of(&mut command);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "alive\n"), "{run:?}");
}

/// Returns the command as the leader of the session of a terminal, and the directory of its files.
#[cfg(target_os = "linux")]
fn in_terminal(cloud: &Cloud, script: &str) -> (Command, PathBuf) {
    fs::write(cloud.home().join("script.sh"), script).unwrap();
    let (variables, files) = exec(cloud, "");
    let mut command = Command::new("script");
    command
        .args(["--quiet", "--return", "--echo", "never", "--command"])
        .arg(format!("exec env --default-signal {STS} exec --agency demo --serve -- sh script.sh"))
        .arg("/dev/null")
        .env_clear()
        .envs(variables.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .current_dir(cloud.home());
    (command, files)
}

#[cfg(target_os = "linux")]
#[test]
fn a_closed_terminal_ends_the_command() {
    let cloud = Cloud::start();
    let script = "trap 'echo > caught; exit' HUP; echo ready; i=0; \
                  while [ $i -lt 200 ]; do sleep 0.05; i=$((i + 1)); done";
    let (command, files) = in_terminal(&cloud, script);
    let running = Running::start(command);
    running.kill("KILL");
    let caught = cloud.home().join("caught");
    let deadline = Instant::now() + Duration::from_secs(8);
    while !caught.exists() || !is_empty(&files) {
        assert!(Instant::now() < deadline, "caught: {}", caught.exists());
        thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_interrupts_the_command_once() {
    let cloud = Cloud::start();
    let script = "trap 'echo caught' INT; echo ready; i=0; \
                  while [ $i -lt 20 ]; do sleep 0.05; i=$((i + 1)); done; echo end";
    let (command, _) = in_terminal(&cloud, script);
    let mut running = Running::start(command);
    running.child.stdin.as_mut().unwrap().write_all(b"\x03").unwrap();
    assert_eq!(running.end(), (Some(0), "caught\r\nend\r\n".to_owned()));
}

#[test]
fn what_cannot_be_served_is_an_error() {
    let cloud = Cloud::start();
    with_filters(|| {
        let permanent = cloud.run(&["exec", "--serve", "--", "echo", "started"]);
        assert_snapshot!(permanent.snapshot(), @"
        exit code Some(2)
        ---
        error: permanent credentials are not served; pass --agency to serve temporary ones
        ");
        let mfa = cloud.run(&[
            "exec",
            "--agency",
            "demo",
            "--serve",
            "--mfa-serial",
            "iam::a:mfa:b",
            "--",
            "true",
        ]);
        assert_snapshot!(mfa.snapshot(), @"
        exit code Some(2)
        ---
        error: --mfa-serial is for credentials that are not refreshed
          help: omit it, or omit --serve
        ");
        let long =
            cloud.run(&["exec", "--agency", "demo", "--serve", "--duration", "13h", "--", "true"]);
        assert_snapshot!(long.snapshot(), @"
        exit code Some(2)
        ---
        error: invalid AssumeAgency request: duration_seconds must be 900 to 43200 seconds (given: 46800 seconds)
        ");
        let short =
            cloud.run(&["exec", "--agency", "demo", "--serve", "--duration", "15m", "--", "true"]);
        assert_snapshot!(short.snapshot(), @"
        exit code Some(0)
        ---
        warning: the credentials expire in 14 minutes; the official SDKs request new ones before every request if less than 40 minutes are left
        ");
        let forbidden = cloud.run(&["exec", "--agency", "forbidden", "--serve", "--", "true"]);
        assert_snapshot!(forbidden.snapshot(), @"
        exit code Some(1)
        ---
        error: AssumeAgency: access denied: PAP5.0001: access denied: a deny rule denies the action (HTTP status 403, request id HEX)
          help: for the reason of the denial, run
        sts decode ENCODED
        ");
    });
}
