//! Signals that stop the program or reload its configuration.

use std::io;

/// A signal to the program.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    Stop,
    #[cfg_attr(not(unix), allow(dead_code, reason = "Windows has no such signal"))]
    Reload,
}

/// The signals that the program handles.
#[cfg(unix)]
pub(crate) struct Signals {
    stop: [tokio::signal::unix::Signal; 2],
    hangup: Option<tokio::signal::unix::Signal>,
    can_reload: bool,
    /// Whether standard input was a terminal at the start.
    has_terminal: bool,
}

#[cfg(unix)]
impl Signals {
    /// Installs the handlers. SIGHUP reloads the configuration if `can_reload`, and stops otherwise.
    pub(crate) fn new(can_reload: bool) -> io::Result<Self> {
        use std::io::IsTerminal as _;

        use tokio::signal::unix::{SignalKind, signal};

        let stop = [signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?];
        let hangup = (!is_hangup_ignored()).then(|| signal(SignalKind::hangup())).transpose()?;
        Ok(Self { stop, hangup, can_reload, has_terminal: io::stdin().is_terminal() })
    }

    /// Waits for the next signal.
    pub(crate) async fn next(&mut self) -> Event {
        std::future::poll_fn(|context| {
            use std::task::Poll;

            if self.stop.iter_mut().any(|signal| signal.poll_recv(context).is_ready()) {
                return Poll::Ready(Event::Stop);
            }
            let hangup = self.hangup.as_mut();
            if hangup.is_some_and(|hangup| hangup.poll_recv(context).is_ready()) {
                return Poll::Ready(if self.reloads() { Event::Reload } else { Event::Stop });
            }
            Poll::Pending
        })
        .await
    }

    /// A terminal that was closed sends SIGHUP too, and standard input is then not a terminal.
    fn reloads(&self) -> bool {
        use std::io::IsTerminal as _;

        self.can_reload && (!self.has_terminal || io::stdin().is_terminal())
    }
}

/// Whether SIGHUP is ignored, as under `nohup`. Known on Linux only.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // SIGHUP is signal 1, the lowest bit.
    mask.is_some_and(|mask| mask & 1 == 1)
}

/// The signals that the program handles.
#[cfg(not(unix))]
pub(crate) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(crate) fn new(_can_reload: bool) -> io::Result<Self> {
        Ok(Self)
    }

    /// Waits for Ctrl-C.
    pub(crate) async fn next(&mut self) -> Event {
        // Without a handler the program runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
        Event::Stop
    }
}
