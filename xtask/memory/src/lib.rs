//! An emulator in a separate process, to measure its memory without that of the client.
#![forbid(unsafe_code)]

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use sts_emulator::{Builder, Emulator};

/// Argument of the second process.
const SERVE: &str = "serve";

/// Returns the only argument, a count, or `default` without arguments.
///
/// # Errors
///
/// Returns an error if the argument is not a number or there are more.
pub fn count(default: u64) -> Result<u64, String> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next(), arguments.next()) {
        (None, _) => Ok(default),
        (Some(count), None) => {
            count.parse().map_err(|_| format!("unexpected argument {count:?}, expected a number"))
        }
        (Some(_), Some(surplus)) => Err(format!("unexpected argument {surplus:?}")),
    }
}

/// A second process of this program that runs an emulator, and ends with this one.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// URL of the emulator.
    pub url: String,
}

impl Server {
    /// Runs the emulator, if this is the second process; it ends with the first one. Otherwise it
    /// starts that process.
    ///
    /// # Errors
    ///
    /// Returns an error if the emulator or the process cannot be started.
    pub fn start(configure: impl FnOnce(Builder) -> Builder) -> io::Result<Option<Self>> {
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

    /// Returns the address of the emulator.
    ///
    /// # Errors
    ///
    /// Returns an error if the process did not print a URL.
    pub fn address(&self) -> io::Result<SocketAddr> {
        let address = self.url.trim_start_matches("http://");
        address.parse().map_err(io::Error::other)
    }

    /// Returns the resident memory of the process in KiB, on Linux.
    #[must_use]
    pub fn memory(&self) -> Option<u64> {
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
