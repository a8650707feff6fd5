//! Progress of a long task: on a terminal a bar with the time left, in a pipe only the lines that the
//! task prints.
#![forbid(unsafe_code)]

use std::fmt;
use std::io;
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

/// How often a process is asked whether it has ended, and the bar is drawn meanwhile.
const POLL: Duration = Duration::from_millis(100);

const BAR: &str = "[{bar:24}] {percent:>3} %  {elapsed}, {left} left  {wide_msg}";

/// A bar on standard error, if that is a terminal. It is removed when the task ends.
///
/// The task has a number of units, which should take equal time each: the estimate of the time left
/// is the time of the units done, extended to the others. Nothing is drawn in the background.
///
/// ```
/// use xtask_progress::Progress;
///
/// let progress = Progress::new(3);
/// for name in ["one", "two", "three"] {
///     progress.begin(name);
///     progress.suspend(|| println!("{name}: passed"));
///     progress.advance(1);
/// }
/// ```
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// Starts a task of this many units.
    #[must_use]
    pub fn new(units: u64) -> Self {
        // A template that is a constant is valid.
        let style =
            ProgressStyle::with_template(BAR).unwrap_or_else(|_| ProgressStyle::default_bar());
        let style = style.progress_chars("=> ").with_key("elapsed", elapsed).with_key("left", left);
        Self(ProgressBar::new(units).with_style(style))
    }

    /// Shows what the task does now.
    pub fn begin(&self, step: impl Into<String>) {
        self.0.set_message(step.into());
    }

    /// Shows what the task does now, without a terminal as a line on standard error.
    #[expect(clippy::print_stderr, reason = "it is output of a command-line program")]
    pub fn announce(&self, step: &str) {
        if self.0.is_hidden() {
            eprintln!("{step}");
        } else {
            self.begin(step);
        }
    }

    /// Adds units to the task.
    pub fn expect(&self, units: u64) {
        self.0.inc_length(units);
    }

    /// Counts units as done.
    pub fn advance(&self, units: u64) {
        self.0.inc(units);
    }

    /// Waits for the end of a process.
    ///
    /// # Errors
    ///
    /// Returns an error if the process cannot be waited for.
    pub fn wait(&self, process: &mut Child) -> io::Result<ExitStatus> {
        self.wait_with(process, |_| Ok(()))
    }

    /// Waits for the end of a process, which takes `seconds`, each of them a unit of the task. Several
    /// threads can wait at the same time.
    ///
    /// # Errors
    ///
    /// Returns an error if the process cannot be waited for.
    pub fn wait_for(&self, process: &mut Child, seconds: u32) -> io::Result<ExitStatus> {
        let seconds = u64::from(seconds);
        let mut counted = 0;
        let start = std::time::Instant::now();
        let status = self.wait_with(process, |progress| {
            let done = start.elapsed().as_secs().min(seconds);
            progress.advance(done - counted);
            counted = done;
            Ok(())
        });
        self.advance(seconds - counted);
        status
    }

    /// Waits for the end of a process, and calls `meanwhile` now and then, and once at the end.
    ///
    /// # Errors
    ///
    /// Returns an error of `meanwhile`, or if the process cannot be waited for.
    pub fn wait_with(
        &self,
        process: &mut Child,
        mut meanwhile: impl FnMut(&Self) -> io::Result<()>,
    ) -> io::Result<ExitStatus> {
        loop {
            let status = process.try_wait()?;
            meanwhile(self)?;
            if let Some(status) = status {
                return Ok(status);
            }
            self.0.tick();
            thread::sleep(POLL);
        }
    }

    /// Prints lines, which then stand above the bar.
    pub fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.0.suspend(print)
    }

    /// Removes the bar.
    pub fn end(&self) {
        self.0.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

fn elapsed(state: &ProgressState, text: &mut dyn fmt::Write) {
    write_time(text, state.elapsed());
}

fn left(state: &ProgressState, text: &mut dyn fmt::Write) {
    let rest = state.len().unwrap_or_default().saturating_sub(state.pos());
    match state.elapsed().as_secs().saturating_mul(rest).checked_div(state.pos()) {
        Some(seconds) => write_time(text, Duration::from_secs(seconds)),
        None => {
            let _ = text.write_char('?');
        }
    }
}

/// Writes minutes and seconds, or hours and minutes. Errors of a text do not occur.
fn write_time(text: &mut dyn fmt::Write, time: Duration) {
    let seconds = time.as_secs();
    let _ = match seconds / 3600 {
        0 => write!(text, "{}:{:02} min", seconds / 60, seconds % 60),
        hours => write!(text, "{hours}:{:02} h", seconds / 60 % 60),
    };
}
