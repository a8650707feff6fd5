//! Records of `log` and `tracing`, at every level.

use std::fmt::Write as _;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use log::{LevelFilter, Log, Metadata, Record};
use xtask_secrets::mark;

static TEXT: Mutex<String> = Mutex::new(String::new());

/// The secret in base64, as the password of a proxy is sent after two letters and a colon.
const IN_BASE64: &str = "cExhTnRFZDBTZUNyRXQw";

/// Records everything, as a logger and as a writer of a subscriber.
#[derive(Clone, Copy, Debug)]
pub struct Recorder;

fn text() -> MutexGuard<'static, String> {
    TEXT.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Log for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        // Writing to a text does not fail.
        let _ = writeln!(text(), "{} {}", record.target(), record.args());
    }

    fn flush(&self) {}
}

impl io::Write for Recorder {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        text().push_str(&String::from_utf8_lossy(piece));
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Sets the recorder as the logger.
///
/// # Panics
///
/// Panics if there is a logger already.
pub fn record_log() {
    log::set_logger(&Recorder).expect("no logger");
    log::set_max_level(LevelFilter::Trace);
}

/// Returns everything that was logged so far.
#[must_use]
pub fn recorded() -> String {
    text().clone()
}

/// Asserts that nothing that was logged contains a secret.
///
/// # Panics
///
/// Panics with the line.
pub fn assert_no_secret() {
    for line in recorded().lines() {
        assert!(!line.contains(mark!()) && !line.contains(IN_BASE64), "a secret is logged: {line}");
    }
}
