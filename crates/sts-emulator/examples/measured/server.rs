//! An emulator in a process of its own, to measure its memory without the client's.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use sts_emulator::{Builder, Emulator};

/// Argument of the second process.
const SERVE: &str = "serve";

/// A second process of this program that runs an emulator, and ends with this one.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    /// Runs the emulator, if this is the second process; it ends with the first one. Otherwise it
    /// starts that process.
    pub(crate) fn start(configure: impl FnOnce(Builder) -> Builder) -> io::Result<Option<Self>> {
        if std::env::args().nth(1).as_deref() == Some(SERVE) {
            let emulator = configure(Emulator::builder()).start_blocking()?;
            writeln!(io::stdout(), "{}", emulator.url())?;
            // The end of standard input is the end of the first process.
            io::stdin().read_to_end(&mut Vec::new())?;
            return Ok(None);
        }
        let mut command = Command::new(std::env::current_exe()?);
        let piped = command.arg(SERVE).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = piped.spawn()?;
        let mut url = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut url)?;
        }
        Ok(Some(Self { child, url: url.trim().to_owned() }))
    }

    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        let address = self.url.trim_start_matches("http://");
        address.parse().map_err(io::Error::other)
    }

    /// Returns its resident memory in KiB, on Linux.
    pub(crate) fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().trim_end_matches("kB").trim().parse().ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
