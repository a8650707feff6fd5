//! Runs the commands of the README in a fresh clone without a previous build.

use std::fs;
use std::process::Command;

use crate::clone;
use crate::task::{Task, no_arguments};
use crate::tools::{root, succeeds};

pub(crate) const TASK: Task = Task {
    name: "readme",
    summary: "run the commands of the README in a fresh clone",
    help: "\
usage: cargo xtask readme

Clones what is committed into target/clones and runs the shell commands of README.md there, with
nothing built.
",
    run: |arguments| {
        no_arguments(arguments)?;
        Ok(run()?)
    },
};

/// Replacements for commands that cannot run here. This task is part of `cargo xtask ci`, so
/// in the clone that command only lists the checks.
const STAND_INS: [(&str, &str); 1] = [("cargo xtask ci", "cargo xtask ci --list")];

fn run() -> Result<bool, String> {
    let place = clone::fresh("readme")?;
    let readme = fs::read_to_string(place.join("README.md"));
    let readme = readme.map_err(|error| format!("cannot read README.md: {error}"))?;
    let commands = commands(&readme);
    if commands.is_empty() {
        return Err("README.md has no commands".to_owned());
    }
    let target = root().join("target/clones/readme-target");
    clone::remove(&target)?;
    for command in commands {
        let stand_in = STAND_INS.iter().find(|(pasted, _)| *pasted == command);
        let command = stand_in.map_or(command, |(_, stand_in)| stand_in);
        println!("$ {command}");
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).current_dir(&place).env("CARGO_TARGET_DIR", &target);
        if !succeeds(&mut shell)? {
            return Ok(false);
        }
    }
    clone::remove(&target)?;
    Ok(true)
}

/// Returns the lines of the shell blocks.
fn commands(readme: &str) -> Vec<&str> {
    let blocks = readme.split("```sh\n").skip(1);
    let blocks = blocks.filter_map(|rest| rest.split_once("```"));
    blocks.flat_map(|(block, _)| block.lines()).filter(|line| !line.trim().is_empty()).collect()
}
