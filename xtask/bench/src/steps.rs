//! What is measured next, and how much is left.

use xtask_progress::Progress;

/// Steps of a measurement. Nothing is shown if the output is for a program.
pub struct Steps(Option<Progress>);

impl Steps {
    pub fn new(is_quiet: bool) -> Self {
        Self((!is_quiet).then(|| Progress::new(0)))
    }

    /// Adds steps to those that are still to come.
    pub fn expect(&self, steps: usize) {
        if let Some(progress) = &self.0 {
            progress.expect(steps as u64);
        }
    }

    /// Runs the next step.
    pub fn run<T>(&self, name: &str, step: impl FnOnce() -> T) -> T {
        if let Some(progress) = &self.0 {
            progress.announce(name);
        }
        let outcome = step();
        if let Some(progress) = &self.0 {
            progress.advance(1);
        }
        outcome
    }
}
