//! Signals that end the program.

use std::io;
use std::process::ExitCode;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A signal that the program received.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signal {
    pub(crate) number: i32,
    /// Whether a terminal sent it, to the children of this program, too.
    pub(crate) is_from_terminal: bool,
}

impl Signal {
    /// Returns the exit code by which shells report that it has terminated a program.
    pub(crate) fn exit_code(self) -> ExitCode {
        ExitCode::from(u8::try_from(self.number).unwrap_or_default().saturating_add(128))
    }
}

/// SIGINT, SIGTERM, SIGHUP and SIGQUIT, or Ctrl-C on Windows. Handlers are installed while it exists.
pub(crate) struct Signals {
    received: UnboundedReceiver<Signal>,
    #[cfg(unix)]
    handle: signal_hook::iterator::Handle,
}

impl Signals {
    /// Waits for the next signal.
    pub(crate) async fn next(&mut self) -> Signal {
        match self.received.recv().await {
            Some(signal) => signal,
            None => std::future::pending().await,
        }
    }
}

#[cfg(unix)]
impl Signals {
    /// Installs the handlers. A signal that is ignored stays ignored, as SIGHUP under `nohup`: a child
    /// would not inherit that from a program with a handler.
    pub(crate) fn new() -> io::Result<Self> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
        use signal_hook::iterator::SignalsInfo;
        use signal_hook::iterator::exfiltrator::origin::WithOrigin;
        use signal_hook::low_level::siginfo::Cause;

        let ignored = ignored();
        let numbers = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
            .into_iter()
            .filter(|number| ignored >> (number - 1) & 1 == 0);
        let mut signals = SignalsInfo::<WithOrigin>::new(numbers)?;
        let handle = signals.handle();
        let (sender, received) = unbounded_channel();
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for origin in signals.forever() {
                // The kernel sends what a key causes to the whole process group, but the end of a
                // terminal to the leader of its session only.
                let is_from_terminal =
                    matches!(origin.cause, Cause::Kernel) && origin.signal != SIGHUP;
                if sender.send(Signal { number: origin.signal, is_from_terminal }).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self { received, handle })
    }
}

#[cfg(unix)]
impl Drop for Signals {
    fn drop(&mut self) {
        self.handle.close();
    }
}

/// Returns the set of ignored signals; signal 1 is the lowest bit. Known on Linux only.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

#[cfg(not(unix))]
impl Signals {
    /// Installs the handler of Ctrl-C. Must be called on a runtime.
    #[expect(clippy::unnecessary_wraps, reason = "can fail on Unix")]
    pub(crate) fn new() -> io::Result<Self> {
        const CTRL_C: i32 = 2;

        let (sender, received) = unbounded_channel();
        tokio::spawn(async move {
            while tokio::signal::ctrl_c().await.is_ok() {
                if sender.send(Signal { number: CTRL_C, is_from_terminal: true }).is_err() {
                    break;
                }
            }
        });
        Ok(Self { received })
    }
}
