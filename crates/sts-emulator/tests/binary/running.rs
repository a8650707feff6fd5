//! Starts the program and stops it.

use std::io::{BufRead as _, BufReader, PipeReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

pub(crate) fn emulator() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sts-emulator"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The program with the default action for SIGHUP, which tests under `nohup` would ignore.
pub(crate) fn emulator_that_hangs_up() -> Command {
    let mut command = Command::new("env");
    command.args(["--default-signal=HUP", env!("CARGO_BIN_EXE_sts-emulator")]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A running emulator, stopped at the end whatever happens.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) lines: std::io::Lines<BufReader<PipeReader>>,
}

impl Running {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::spawn(emulator().args(arguments))
    }

    pub(crate) fn spawn(command: &mut Command) -> Self {
        let (stdout, writer) = std::io::pipe().unwrap();
        let child = command.stdout(writer).spawn().unwrap();
        Self { child, lines: BufReader::new(stdout).lines() }
    }

    /// The next line on standard output, without `begin`.
    pub(crate) fn line(&mut self, begin: &str) -> String {
        let line = self.lines.next().unwrap().unwrap();
        assert!(line.starts_with(begin), "{line:?} begins with {begin:?}");
        line[begin.len()..].to_owned()
    }

    /// Sends a signal, waits, and gives exit code and standard error.
    pub(crate) fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        let kill = Command::new("kill").args(["-s", signal, &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        let status = self.ended();
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        (status.code(), log)
    }
}

impl Running {
    /// Waits for the exit with a timeout.
    pub(crate) fn ended(&mut self) -> std::process::ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "it does not stop");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    emulator().args(arguments).output().unwrap()
}

/// A file that is there while the test runs.
pub(crate) struct File(pub(crate) PathBuf);

impl File {
    pub(crate) fn new(name: &str, content: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, content).unwrap();
        Self(path)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Longer than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The status of the response to a request on a connection of its own.
pub(crate) fn status_at(address: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let request = "GET /nowhere HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = [0; 12];
    stream.read_exact(&mut response).unwrap();
    String::from_utf8(response.to_vec()).unwrap()
}
