//! Writes the generated files of the command `sts`.

use crate::task::{Task, one_option};
use crate::tools::{cargo, succeeds};

/// The tests that compare the files, and write them if the variable is set.
const TESTS: &str = "test --quiet -p sts-cli --bin sts --test cli -- generated::";
const WRITE: &str = "STS_CLI_DOCS";

pub(crate) const TASK: Task = Task {
    name: "cli-docs",
    summary: "write or check man pages, completions and the picture of sts",
    help: "\
usage: cargo xtask cli-docs [--check]

Writes the man pages and completion scripts of the command `sts` in crates/sts-cli, and the terminal
session in docs/cli.svg, which is recorded against the emulator.

  --check   compare instead, and fail where they differ; the tests of sts-cli do the same
",
    run: |arguments| {
        let is_check = one_option(arguments, &["check"])?.is_some();
        let mut tests = cargo();
        tests.args(TESTS.split(' ')).env_remove(WRITE);
        if !is_check {
            tests.env(WRITE, "write");
        }
        Ok(succeeds(&mut tests)?)
    },
};
