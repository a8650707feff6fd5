//! A running `sts serve`, and requests to it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Cloud, with_default_signals};

/// Longer than anything here takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A running server, which is killed on drop.
pub(crate) struct Server {
    child: Child,
    variables: BTreeMap<String, Option<String>>,
    pub(crate) address: SocketAddr,
    pub(crate) files: PathBuf,
    /// Keeps standard output open.
    _stdout: BufReader<std::process::ChildStdout>,
}

impl Server {
    /// Starts a server of the agency of the emulator, with all protocols.
    pub(crate) fn start(cloud: &Cloud) -> Self {
        let arguments = [
            "serve",
            "--agency",
            "demo",
            "--protocol",
            "iam",
            "--protocol",
            "sts",
            "--protocol",
            "pod",
            "--protocol",
            "container",
            "--format",
            "json",
        ];
        Self::of(cloud, cloud.sts(&arguments))
    }

    /// Starts a command that prints the variables as JSON.
    pub(crate) fn of(cloud: &Cloud, command: Command) -> Self {
        let mut command = with_default_signals(command);
        let files = cloud.home().join("run");
        std::fs::create_dir_all(&files).unwrap();
        command.env("XDG_RUNTIME_DIR", &files).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        if line.is_empty() {
            let mut stderr = String::new();
            child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
            panic!("{stderr}");
        }
        let variables: BTreeMap<String, Option<String>> = serde_json::from_str(&line).unwrap();
        let url = variables["HC_CONTAINER_CREDENTIALS_FULL_URI"].clone().unwrap();
        let address = url.strip_prefix("http://").unwrap().split('/').next().unwrap();
        let address = address.parse().unwrap();
        Self { child, variables, address, files, _stdout: stdout }
    }

    pub(crate) fn variables(&self) -> &BTreeMap<String, Option<String>> {
        &self.variables
    }

    pub(crate) fn variable(&self, name: &str) -> &str {
        self.variables[name].as_deref().unwrap()
    }

    pub(crate) fn secret(&self) -> String {
        let path = Path::new(self.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"));
        std::fs::read_to_string(path).unwrap()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends bytes and returns everything that is received until the connection is closed.
    pub(crate) fn send(&self, request: &[u8]) -> String {
        let mut stream = self.connect();
        // The server may respond, and close the connection, before it has read everything.
        let _ = stream.write_all(request);
        read_to_end(&mut stream)
    }

    /// Sends a request with these headers, `Host` among them.
    pub(crate) fn request(&self, line: &str, headers: &[(&str, &str)], body: &str) -> String {
        let mut head = format!("{line} HTTP/1.1\r\n");
        for (name, value) in headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        if !body.is_empty() {
            head.extend(["Content-Length: ", &*body.len().to_string(), "\r\n"]);
        }
        self.send(format!("{head}\r\n{body}").as_bytes())
    }

    /// Requests credentials in the protocol of containers, with the secret.
    pub(crate) fn credentials(&self) -> serde_json::Value {
        let (host, secret) = (self.address.to_string(), self.secret());
        let headers = [("Host", &*host), ("Authorization", &*secret)];
        let response = self.request("GET /container-credentials", &headers, "");
        assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
        serde_json::from_str(response.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// Sends a signal, such as `TERM`, and waits for the end: status and standard error.
    pub(crate) fn stop(&mut self, signal: &str) -> (ExitStatus, String) {
        let pid = self.child.id().to_string();
        let kill = Command::new("kill").args([&format!("-{signal}"), &pid]).status().unwrap();
        assert!(kill.success());
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let mut stderr = String::new();
                self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
                return (status, stderr);
            }
            assert!(Instant::now() < end, "the server ignores SIG{signal}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn read_to_end(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    // The connection may be reset after the response.
    let _ = stream.read_to_end(&mut received);
    String::from_utf8_lossy(&received).into_owned()
}
