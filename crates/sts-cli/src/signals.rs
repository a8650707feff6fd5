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

/// The numbers of Unix, for the events of Windows that are like them.
#[cfg(windows)]
const SIGHUP: i32 = 1;
#[cfg(windows)]
const SIGINT: i32 = 2;
#[cfg(windows)]
const SIGTERM: i32 = 15;

/// SIGINT, SIGTERM, SIGHUP and SIGQUIT; on Windows Ctrl-C, Ctrl-Break, and the end of the console, of the
/// session of the user and of the system. Handlers are installed while it exists.
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

#[cfg(windows)]
impl Signals {
    /// Installs the handlers. Must be called on a runtime.
    pub(crate) fn new() -> io::Result<Self> {
        use tokio::signal::windows;

        let mut interrupts = (windows::ctrl_c()?, windows::ctrl_break()?);
        // The system ends this program a few seconds after these.
        let mut ends = (windows::ctrl_close()?, windows::ctrl_logoff()?, windows::ctrl_shutdown()?);
        let (sender, received) = unbounded_channel();
        tokio::spawn(async move {
            loop {
                let number = tokio::select! {
                    Some(()) = interrupts.0.recv() => SIGINT,
                    Some(()) = interrupts.1.recv() => SIGINT,
                    Some(()) = ends.0.recv() => SIGHUP,
                    Some(()) = ends.1.recv() => SIGHUP,
                    Some(()) = ends.2.recv() => SIGTERM,
                    else => break,
                };
                if sender.send(Signal { number, is_from_terminal: true }).is_err() {
                    break;
                }
            }
        });
        Ok(Self { received })
    }
}
