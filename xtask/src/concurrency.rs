//! Runs the tests of `crates/sts-client/tests/concurrency` under shuttle.

use lexopt::Parser;
use lexopt::prelude::{Long, Value, ValueExt};

use crate::task::{Arguments, Stop, Task, unexpected};
use crate::tools::{cargo, names_in, root, succeeds};

pub(crate) const TASK: Task = Task {
    name: "concurrency",
    summary: "explore interleavings of sessions and pools",
    help: "\
usage: cargo xtask concurrency [OPTIONS] [MODULE...]

Runs sessions and pools of sts-client under a scheduler that explores interleavings: the tests of
these modules in crates/sts-client/tests/concurrency, or all. Runs with the same options are the
same.

  --schedules N   how many random schedules each test runs, and as many that place a few
                  preemptions (5000)
  --seed N        the seed of the schedules (7)
",
    run,
};

fn run(arguments: Arguments) -> Result<bool, Stop> {
    let mut schedules = 5000;
    let mut seed = 7;
    let all = modules()?;
    let mut modules = Vec::new();
    let mut parser = Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("schedules") => schedules = parser.value()?.parse::<u32>()?,
            Long("seed") => seed = parser.value()?.parse::<u32>()?,
            Value(module) => modules.push(module.string()?),
            other => return Err(unexpected(other)),
        }
    }
    if schedules == 0 {
        return Err(Stop::Usage("--schedules must be at least 1".to_owned()));
    }
    if let Some(unknown) = modules.iter().find(|module| !all.contains(module)) {
        let all = all.join(", ");
        return Err(Stop::Usage(format!("unknown module {unknown:?}, expected some of {all}")));
    }
    if modules.is_empty() {
        modules = all;
    }
    let mut command = cargo();
    command
        .args(["test", "--quiet", "--package", "sts-client", "--lib", "--features", "test-util"])
        .args(["--target-dir", "target/concurrency", "--"])
        .args(modules.iter().map(|module| format!("concurrency::{module}::")))
        .env("RUSTFLAGS", "--cfg shuttle")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        // Four times as many schedules in the same time.
        .env("CARGO_PROFILE_TEST_OPT_LEVEL", "1")
        .env("STS_SCHEDULES", schedules.to_string())
        .env("STS_SEED", seed.to_string());
    Ok(succeeds(&mut command)?)
}

/// The modules with tests.
fn modules() -> Result<Vec<String>, String> {
    let mut names = names_in(&root().join("crates/sts-client/tests/concurrency"))?;
    names.retain(|name| !["mod", "world"].contains(&name.as_str()));
    Ok(names)
}
