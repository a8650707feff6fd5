//! Runs the examples of all crates against the emulators that they start.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::task::{Task, no_arguments};
use crate::tools::{cargo, root, succeeds};

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

/// An example that is built.
#[derive(Debug, PartialEq, Eq)]
struct Example {
    name: String,
    program: PathBuf,
}

/// Runs all examples that cargo knows, so that new ones are included.
fn run() -> Result<bool, String> {
    let examples = build()?;
    if examples.is_empty() {
        return Err("cargo names no examples".to_owned());
    }
    let mut is_fine = true;
    for Example { name, program } in examples {
        if WITH_ARGUMENTS.contains(&name.as_str()) {
            continue;
        }
        println!("--- {name}");
        is_fine &= succeeds(Command::new(program).current_dir(root()))?;
    }
    Ok(is_fine)
}

/// Builds all examples, with the packages and features of `cargo test-all`, which builds them too.
fn build() -> Result<Vec<Example>, String> {
    let output = cargo()
        .args(["build", "--quiet", "--examples"])
        .args(["--workspace", "--exclude", "xtask-logs", "--all-features"])
        .args(["--message-format", "json-render-diagnostics"])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        return Err("the examples do not build".to_owned());
    }
    Ok(examples(&String::from_utf8_lossy(&output.stdout)))
}

/// Returns the examples in the messages of cargo, each a line of JSON, sorted by name.
fn examples(messages: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = messages.lines().filter_map(example).collect();
    examples.sort_by(|a, b| a.name.cmp(&b.name));
    examples
}

fn example(message: &str) -> Option<Example> {
    let message: Value = serde_json::from_str(message).ok()?;
    let target = message.get("target")?;
    let is_example = target.get("kind")?.as_array()?.iter().any(|kind| kind == "example");
    if !is_example {
        return None;
    }
    Some(Example {
        name: target.get("name")?.as_str()?.to_owned(),
        program: message.get("executable")?.as_str()?.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_found_among_the_messages_of_cargo() {
        let messages = r#"
            {"reason":"compiler-artifact","target":{"kind":["lib"],"name":"sts_sign"},"executable":null}
            {"reason":"compiler-artifact","target":{"kind":["example"],"name":"two"},"executable":"/a/two"}
            {"reason":"compiler-artifact","target":{"kind":["example"],"name":"one"},"executable":"/a/one"}
            {"reason":"build-finished","success":true}"#;
        let named =
            |name: &str| Example { name: name.to_owned(), program: format!("/a/{name}").into() };
        assert_eq!(examples(messages), [named("one"), named("two")]);
    }
}
