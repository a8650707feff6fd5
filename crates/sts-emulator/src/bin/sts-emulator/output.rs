//! Standard output and standard error. Either may be a pipe that is not read, so writing never
//! blocks the server.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::Duration;

use sts_emulator::RequestLog;

use crate::options::LogFormat;

/// Maximum number of queued log lines; further lines are dropped and counted.
const WAITING_LINES: usize = 4096;

/// Maximum time to write the remaining log lines at exit.
const LAST_LINES: Duration = Duration::from_millis(500);

/// The log on standard error, written by its own thread.
pub(crate) struct LogWriter {
    format: LogFormat,
    lines: SyncSender<String>,
    dropped: Arc<AtomicU64>,
    finished: Receiver<()>,
}

impl LogWriter {
    pub(crate) fn start(format: LogFormat) -> io::Result<Self> {
        let (lines, waiting) = mpsc::sync_channel(WAITING_LINES);
        let (finish, finished) = mpsc::sync_channel(1);
        let dropped = Arc::new(AtomicU64::new(0));
        let unwritten = Arc::clone(&dropped);
        thread::Builder::new().name("sts-emulator-log".to_owned()).spawn(move || {
            write_lines(format, &waiting, &unwritten);
            let _ = finish.send(());
        })?;
        Ok(Self { format, lines, dropped, finished })
    }

    /// Returns a function that queues the line of a request, or counts it as dropped if the queue is
    /// full.
    pub(crate) fn request_writer(&self) -> impl Fn(&RequestLog) + Send + Sync + 'static {
        let (format, lines, dropped) = (self.format, self.lines.clone(), Arc::clone(&self.dropped));
        move |request| {
            let line = match format {
                LogFormat::Text => request.to_string(),
                // Cannot fail: the fields are texts and numbers.
                LogFormat::Json => serde_json::to_string(request).unwrap_or_default(),
            };
            if lines.try_send(line).is_err() {
                dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Queues a line of the program itself.
    pub(crate) fn notice(&self, text: &str) {
        if self.lines.try_send(notice(self.format, text)).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits for a limited time until all lines are written. All senders must have been dropped.
    pub(crate) fn finish(self) {
        let Self { lines, finished, .. } = self;
        drop(lines);
        // The remaining lines are lost if the pipe is not read.
        let _ = finished.recv_timeout(LAST_LINES);
    }
}

fn write_lines(format: LogFormat, waiting: &Receiver<String>, dropped: &AtomicU64) {
    for line in waiting {
        // A write error cannot be reported elsewhere.
        let _ = writeln!(io::stderr(), "{line}");
        report_dropped(format, dropped);
    }
    report_dropped(format, dropped);
}

fn report_dropped(format: LogFormat, dropped: &AtomicU64) {
    let count = dropped.swap(0, Ordering::Relaxed);
    if count > 0 {
        let text = format!(
            "{count} lines of the request log were dropped: standard error is not read fast enough"
        );
        let _ = writeln!(io::stderr(), "{}", notice(format, &text));
    }
}

/// Formats a line of the program itself.
fn notice(format: LogFormat, text: &str) -> String {
    match format {
        LogFormat::Text => format!("sts-emulator: {text}"),
        LogFormat::Json => serde_json::json!({ "message": text }).to_string(),
    }
}

/// Writes to standard output on a thread of its own, because the pipe may be full.
pub(crate) fn announce(text: String) -> io::Result<()> {
    let write = move || {
        // Without a reader the output is dropped; the emulator continues to serve.
        let mut stdout = io::stdout().lock();
        let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
    };
    thread::Builder::new().name("sts-emulator-stdout".to_owned()).spawn(write).map(drop)
}
