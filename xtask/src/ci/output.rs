//! The output of the checks: shown, kept below target/ci/output, and searched for secrets.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use xtask_progress::Progress;
use xtask_secrets::find;

use crate::clone::remove;
use crate::tools::root;

pub(crate) const CHECK: &str = "no secret in the output of tests";

pub(crate) struct Output {
    directory: PathBuf,
    /// The lines with secrets, with the names of their checks.
    found: Vec<String>,
}

impl Output {
    /// Creates an empty directory and replaces that of an earlier run.
    pub(crate) fn prepare() -> Result<Self, String> {
        Self::at(root().join("target/ci/output"))
    }

    fn at(directory: PathBuf) -> Result<Self, String> {
        remove(&directory)?;
        fs::create_dir_all(&directory)
            .map_err(|error| format!("cannot create {}: {error}", directory.display()))?;
        Ok(Self { directory, found: Vec::new() })
    }

    /// Runs the command of a check, shows its output, and searches it for secrets. Returns whether
    /// the command succeeded.
    ///
    /// The output goes through a file, because a process that a test leaves behind would keep a pipe
    /// open.
    pub(crate) fn of(
        &mut self,
        check: &str,
        command: &mut Command,
        progress: &Progress,
    ) -> Result<bool, String> {
        let path = self.directory.join(check.replace(|c: char| !c.is_alphanumeric(), "-"));
        let path = path.with_extension("log");
        let is_passed = run(command, &path, progress)
            .map_err(|error| format!("cannot run {}: {error}", command.get_program().display()))?;
        self.search(check, &path)?;
        Ok(is_passed)
    }

    fn search(&mut self, check: &str, path: &Path) -> Result<(), String> {
        let text = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        for (line, number) in String::from_utf8_lossy(&text).lines().zip(1..) {
            if let Some(secret) = find(line) {
                let file = path.display();
                self.found.push(format!("{check}: {file}:{number}: {secret:?} in {line:?}"));
            }
        }
        Ok(())
    }

    /// Returns whether no check has printed a secret.
    pub(crate) fn has_no_secret(&self) -> bool {
        for line in &self.found {
            eprintln!("a secret in the output of {line}");
        }
        self.found.is_empty()
    }
}

fn run(command: &mut Command, path: &Path, progress: &Progress) -> io::Result<bool> {
    let file = File::create(path)?;
    let mut process = command.stdout(file.try_clone()?).stderr(file).spawn()?;
    let mut written = File::open(path)?;
    let mut line = Vec::new();
    let status = progress.wait_with(&mut process, |progress| {
        written.read_to_end(&mut line)?;
        let end = line.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        let whole: Vec<u8> = line.drain(..end).collect();
        if whole.is_empty() { Ok(()) } else { show(&whole, progress) }
    })?;
    if !line.is_empty() {
        line.push(b'\n');
        show(&line, progress)?;
    }
    Ok(status.success())
}

fn show(lines: &[u8], progress: &Progress) -> io::Result<()> {
    progress.suspend(|| {
        let mut stdout = io::stdout().lock();
        stdout.write_all(lines)?;
        stdout.flush()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(name: &str) -> Output {
        Output::at(root().join("target/tmp/output").join(name)).unwrap()
    }

    #[test]
    fn the_output_of_a_check_is_kept() {
        for (name, script, is_passed) in [
            ("passed", "echo nothing; printf 'to see' >&2", true),
            ("failed", "echo nothing; printf 'to see' >&2; exit 1", false),
        ] {
            let mut output = output(name);
            let mut shell = Command::new("sh");
            shell.args(["-c", script]);
            assert_eq!(output.of("a check", &mut shell, &Progress::new(1)), Ok(is_passed));
            assert!(output.has_no_secret());
            let kept = fs::read_to_string(output.directory.join("a-check.log")).unwrap();
            assert_eq!(kept, "nothing\nto see");
        }
    }

    /// Without running a check and without printing what is found: the output of this test is
    /// searched too.
    #[test]
    fn secrets_in_the_output_of_a_check_are_found() {
        let mut output = output("secrets");
        let path = output.directory.join("a-check.log");
        fs::write(&path, "x\nthe PLANTED-token\nplanted").unwrap();
        output.search("a check", &path).unwrap();
        let lines =
            output.found.iter().map(|found| found.contains(":2: ") || found.contains(":3: "));
        assert_eq!(lines.collect::<Vec<_>>(), [true, true]);
    }
}
