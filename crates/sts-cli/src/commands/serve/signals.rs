//! Signals that end the server.

use std::io;

/// SIGINT, SIGTERM and SIGHUP, or Ctrl-C on Windows.
#[cfg(unix)]
pub(super) struct Signals(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Signals {
    /// Installs the handlers. SIGHUP stays ignored if it is, as under `nohup`.
    pub(super) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        let mut signals = vec![signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
        if !is_hangup_ignored() {
            signals.push(signal(SignalKind::hangup())?);
        }
        Ok(Self(signals))
    }

    /// Waits for a signal.
    pub(super) async fn stop(&mut self) {
        std::future::poll_fn(|context| {
            let is_ready = self.0.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
            if is_ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }
}

/// Whether SIGHUP is ignored. Known on Linux only.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // SIGHUP is signal 1, the lowest bit.
    mask.is_some_and(|mask| mask & 1 == 1)
}

/// SIGINT, SIGTERM and SIGHUP, or Ctrl-C on Windows.
#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Installs the handlers.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self)
    }

    /// Waits for a signal.
    pub(super) async fn stop(&mut self) {
        // Without a handler the program runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
