//! Commands, with a timeout and bounded output.

use std::io::{self, Read};
use std::process::{Child, Command as Process, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use sts_proto::Body;

use super::read::{SMALL, read_up_to};
use crate::platform::command::{Command, CommandOutput};

/// Limit of the standard error in bytes: 4 KiB with the byte that shows that there is more.
const LARGEST_STDERR: usize = 4095;
/// The longest pause between two checks whether the program has ended.
const LONGEST_PAUSE: Duration = Duration::from_millis(20);

/// The bytes of one pipe, and whether they are complete.
type Piped = io::Result<(Body, bool)>;

pub(super) fn run(command: &Command) -> io::Result<CommandOutput> {
    let start = Instant::now();
    let child = Process::new(&command.program)
        .args(&command.arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut child = Killed(child);
    let stdout = read_on_thread(child.0.stdout.take(), SMALL)?;
    let stderr = read_on_thread(child.0.stderr.take(), LARGEST_STDERR)?;
    let rest = || command.timeout.saturating_sub(start.elapsed());

    let received = stdout.recv_timeout(rest());
    let (stdout, is_whole) = received.map_err(|_| match child.0.try_wait() {
        Ok(Some(status)) => kept_open(command, status),
        Ok(None) | Err(_) => timed_out(command),
    })??;
    if !is_whole {
        return Err(io::Error::other("the output of the command exceeds 64 KiB"));
    }
    let mut pause = Duration::from_millis(1);
    let status = loop {
        if let Some(status) = child.0.try_wait()? {
            break status;
        }
        if rest().is_zero() {
            return Err(timed_out(command));
        }
        thread::sleep(pause.min(rest()));
        pause = (pause * 2).min(LONGEST_PAUSE);
    };
    // A program in the background may keep the pipe open: its text is not waited for.
    let stderr = stderr.recv_timeout(LONGEST_PAUSE.max(rest().min(Duration::from_secs(1))));
    let stderr = stderr.ok().and_then(Result::ok).map_or_else(Body::empty, |(text, _)| text);
    Ok(CommandOutput::new(status.code(), stdout, stderr))
}

/// A program that is killed if it still runs at the end of the scope.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // A program of another user, such as one that is started by sudo, cannot be killed, and may
        // never end.
        let _ = match self.0.kill() {
            Ok(()) => self.0.wait().map(Some),
            Err(_) => self.0.try_wait(),
        };
    }
}

/// Reads a pipe on a thread of its own, because a read cannot be interrupted. What exceeds the limit
/// of the standard error is discarded, so that the program is not blocked.
fn read_on_thread(
    pipe: Option<impl Read + Send + 'static>,
    limit: usize,
) -> io::Result<Receiver<Piped>> {
    let (sender, receiver) = mpsc::channel();
    let mut pipe = pipe.ok_or_else(|| io::Error::other("the command has no pipe"))?;
    thread::Builder::new().name("sts-command".to_owned()).spawn(move || {
        let outcome = read_up_to(&mut pipe, limit);
        let is_whole = matches!(outcome, Ok((_, true)));
        // The receiver is gone after the timeout.
        let _ = sender.send(outcome);
        if !is_whole && limit == LARGEST_STDERR {
            let _ = io::copy(&mut pipe, &mut io::sink());
        }
    })?;
    Ok(receiver)
}

/// Without the end of its output, it is not known whether it is complete.
fn kept_open(command: &Command, status: ExitStatus) -> io::Error {
    let seconds = command.timeout.as_secs_f32();
    let message = format!(
        "the command ended ({status}), but a program that it started kept its output open for \
         {seconds} seconds"
    );
    io::Error::new(io::ErrorKind::TimedOut, message)
}

fn timed_out(command: &Command) -> io::Error {
    let seconds = command.timeout.as_secs_f32();
    let message = format!("the command did not end within {seconds} seconds and was killed");
    io::Error::new(io::ErrorKind::TimedOut, message)
}
