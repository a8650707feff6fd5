//! A command that runs as a child of this program.

use std::process::{Command, ExitCode, ExitStatus};

use crate::failure::Failure;
use crate::signals::{Signal, Signals};

/// Runs a command to its end, forwards signals to it, and returns its exit status.
pub(crate) async fn run(command: Command, signals: &mut Signals) -> Result<ExitStatus, Failure> {
    let program = command.get_program().to_owned();
    let mut child = tokio::process::Command::from(command)
        .spawn()
        .map_err(|error| Failure::not_started(&program, &error))?;
    loop {
        tokio::select! {
            status = child.wait() => return status.map_err(Failure::failed),
            signal = signals.next() => {
                // Without an id it has ended.
                if let Some(id) = child.id().filter(|_| !signal.is_from_terminal) {
                    forward(signal, id);
                }
            }
        }
    }
}

#[cfg(unix)]
fn forward(signal: Signal, process: u32) {
    use rustix::process::{Pid, Signal as Named, kill_process};

    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    if let (Some(process), Some(signal)) = (process, Named::from_named_raw(signal.number)) {
        // It may belong to another user, as a program of `sudo` does.
        let _ = kill_process(process, signal);
    }
}

/// A console sends Ctrl-C to all of its processes.
#[cfg(not(unix))]
fn forward(_: Signal, _: u32) {}

/// Returns the exit code by which shells report this status.
#[cfg(unix)]
pub(crate) fn exit_code(status: ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt as _;

    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// Returns the exit code of this status. Codes above 255 end the program here, because `ExitCode`
/// cannot express them.
#[cfg(not(unix))]
pub(crate) fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().unwrap_or(1);
    u8::try_from(code).map_or_else(|_| std::process::exit(code), ExitCode::from)
}
