//! Runs the examples of all crates against the emulators that they start.

use crate::task::{Task, no_arguments};
use crate::tools::{cargo, names_in, root, succeeds};

pub(crate) const TASK: Task = Task {
    name: "examples",
    summary: "run every example",
    help: "\
usage: cargo xtask examples

Runs every example in crates/*/examples to its end, against an emulator that it starts. Tests of the
crates run the examples too, and check their output.
",
    run: |arguments| {
        no_arguments(arguments)?;
        Ok(run()?)
    },
};

/// Examples that need arguments, which the tests of their crates pass.
const WITH_ARGUMENTS: [&str; 1] = ["credential_process"];

/// Runs all files and directories with a main function, so that new examples are included.
fn run() -> Result<bool, String> {
    let mut is_fine = true;
    for package in names_in(&root().join("crates"))? {
        let directory = root().join("crates").join(&package).join("examples");
        if !directory.is_dir() {
            continue;
        }
        for name in names_in(&directory)? {
            let path = directory.join(&name);
            let is_example = path.with_extension("rs").exists() || path.join("main.rs").exists();
            if !is_example || WITH_ARGUMENTS.contains(&name.as_str()) {
                continue;
            }
            println!("--- {package}: {name}");
            let mut command = cargo();
            let package = package.as_str();
            command.args(["run", "--quiet", "-p", package, "--all-features", "--example", &name]);
            is_fine &= succeeds(&mut command)?;
        }
    }
    Ok(is_fine)
}
