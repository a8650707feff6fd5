//! An emulator, and runs of the program in an environment of its own.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use sts_emulator::{Builder, Emulator, builtin};

/// An emulator, and a home directory for the runs against it.
pub(crate) struct Cloud {
    pub(crate) emulator: Emulator,
    home: PathBuf,
}

/// Result of a run of the program.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Cloud {
    pub(crate) fn start() -> Self {
        Self::of(Emulator::builder())
    }

    pub(crate) fn of(builder: Builder) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("home-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&home).unwrap();
        Self { emulator: builder.start_blocking().unwrap(), home }
    }

    /// Returns the home directory.
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// Returns the program without credentials. Nothing of the environment of the test is passed on.
    pub(crate) fn bare(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sts"));
        command
            .env_clear()
            .env("HOME", self.home())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HUAWEICLOUD_STS_METADATA_DISABLED", "true")
            .env("HUAWEICLOUD_SDK_STS_ENDPOINT", self.emulator.url())
            .env("HUAWEICLOUD_SDK_IAM_ENDPOINT", self.emulator.url())
            .current_dir(&self.home);
        command
    }

    /// Returns the program with the credentials of the user of the emulator.
    pub(crate) fn sts(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare();
        command
            .env("HUAWEICLOUD_SDK_AK", builtin::ACCESS_KEY_ID)
            .env("HUAWEICLOUD_SDK_SK", builtin::SECRET_ACCESS_KEY)
            .args(arguments);
        command
    }

    /// Returns the program like [`sts`](Self::sts), without an endpoint of STS.
    pub(crate) fn without_endpoint(&self, arguments: &[&str]) -> Command {
        let mut command = self.sts(arguments);
        command.env_remove("HUAWEICLOUD_SDK_STS_ENDPOINT");
        command
    }

    /// Returns the URL of a path of the emulator.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.emulator.url())
    }

    /// Runs the program with the credentials of the user of the emulator.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(&mut self.sts(arguments))
    }
}

/// Returns the command with the default action for all signals. Tests in the background or under
/// `nohup` ignore some, and a program that inherits that cannot be tested with them.
pub(crate) fn with_default_signals(command: Command) -> Command {
    if !cfg!(target_os = "linux") {
        return command;
    }
    let mut reset = Command::new("env");
    reset.arg("--default-signal").arg(command.get_program()).args(command.get_args()).env_clear();
    reset.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(directory) = command.get_current_dir() {
        reset.current_dir(directory);
    }
    reset
}

impl From<Output> for Run {
    fn from(Output { status, stdout, stderr }: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

impl Run {
    pub(crate) fn of(command: &mut Command) -> Self {
        command.output().unwrap().into()
    }

    /// Runs the program with this standard input.
    pub(crate) fn with_input(command: &mut Command, input: &[u8]) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        Self::from(output)
    }

    /// Returns the exit code of the program if the reader of its standard output is gone.
    pub(crate) fn code_without_reader(command: &mut Command) -> Option<i32> {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        drop(child.stdout.take());
        child.wait().unwrap().code()
    }

    /// Returns the whole result, with what differs between runs replaced.
    pub(crate) fn snapshot(&self) -> String {
        format!("exit code {:?}\n{}---\n{}", self.code, self.stdout, self.stderr)
    }
}

/// Runs `check` with the replacements that make snapshots equal on all machines.
pub(crate) fn with_filters(check: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT");
    settings.add_filter(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME");
    settings.add_filter(r"\b[0-9a-f]{32}\b", "HEX");
    settings.add_filter(r"[0-9a-f]{64}", "HASH");
    settings.add_filter(r"\d{8}T\d{6}Z", "SDK-DATE");
    settings.add_filter(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", "HTTP-DATE");
    settings.add_filter(r"content-length(\W+)\d+", "content-length${1}N");
    settings.add_filter(r"[A-Za-z0-9+/]{150,}=*", "ENCODED");
    settings.add_filter(r"\d+ ms", "N ms");
    settings.add_filter(r"[+-]\d+\.\d s from", "N s from");
    settings.add_filter(r"within \d+\.\d s", "within N s");
    settings.add_filter(r#"/[^ "]*/home-\d+-\d+"#, "HOME");
    settings.bind(check);
}

/// Like [`with_filters`], and also replaces secrets and encoded messages.
#[cfg(unix)]
pub(crate) fn with_all_filters(check: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\bHST[0-9A-Z]{17}\b", "ACCESS-KEY");
    settings.add_filter(r#"([='" ])[A-Za-z0-9+/_-]{100,}=*"#, "${1}TOKEN");
    settings.add_filter(r"(SK|SECRET_KEY|SECRET_ACCESS_KEY)((?: = |=)'?)[^'\n]+", "$1${2}SECRET");
    settings.add_filter(r#"(SecretAccessKey|secret_access_key)":"[^"]+"#, "$1\":\"SECRET");
    settings.add_filter(r"\nsk = .*", "\nsk = SECRET");
    settings.bind(|| with_filters(check));
}

/// Returns the URL of a service that responds to one request with this JSON.
pub(crate) fn responding(body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            client.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        let length = body.len();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}");
        client.write_all(head.as_bytes()).unwrap();
    });
    url
}

/// A gateway in front of the emulator that replaces `from` by `to` in the heads of the first requests.
pub(crate) fn tampering(
    cloud: &Cloud,
    requests: usize,
    from: &'static str,
    to: &'static str,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (_, service) = cloud.emulator.url().split_once("://").unwrap();
    let service = service.to_owned();
    thread::spawn(move || {
        for (index, client) in listener.incoming().enumerate() {
            let mut client = client.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                client.read_exact(&mut byte).unwrap();
                head.extend(byte);
            }
            let head = String::from_utf8(head).unwrap();
            let length = head.to_lowercase();
            let length = length
                .split_once("content-length: ")
                .map_or(0, |(_, rest)| rest.lines().next().unwrap().parse().unwrap());
            let mut body = vec![0; length];
            client.read_exact(&mut body).unwrap();
            let head = if index < requests { head.replace(from, to) } else { head };
            let head = head.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
            let mut server = TcpStream::connect(&service).unwrap();
            server.write_all(head.as_bytes()).unwrap();
            server.write_all(&body).unwrap();
            io::copy(&mut server, &mut client).unwrap();
        }
    });
    format!("http://{address}")
}
