//! Runs the examples of the guides against the emulators that they start.

use crate::task::{Task, no_arguments};
use crate::tools::{cargo, names_in, root, succeeds};

pub(crate) const TASK: Task = Task {
    name: "examples",
    summary: "run every example of the guides",
    help: "\
usage: cargo xtask examples

Runs every example in docs/examples to its end, against an emulator that it starts.
",
    run: |arguments| {
        no_arguments(arguments)?;
        Ok(run()?)
    },
};

/// Arguments of examples that start an emulator only on request, because they print its credentials.
const ARGUMENTS: [(&str, &str); 1] = [("credential_process", "--emulator")];

/// Runs all files in the directory, so that new examples are included.
fn run() -> Result<bool, String> {
    let mut is_fine = true;
    for name in names_in(&root().join("docs/examples"))? {
        println!("--- {name}");
        let mut command = cargo();
        command.args(["run", "--quiet", "--example", &name, "--"]);
        command.args(ARGUMENTS.iter().filter(|(example, _)| *example == name).map(|pair| pair.1));
        is_fine &= succeeds(&mut command)?;
    }
    Ok(is_fine)
}
