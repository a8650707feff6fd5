//! Runs the tests of `crates/sts-client/tests/concurrency` under shuttle.

use lexopt::Parser;
use lexopt::prelude::{Long, Value, ValueExt};

use crate::task::{Arguments, Stop, Task, unexpected};
use crate::tools::{cargo, succeeds};

pub(crate) const TASK: Task = Task {
    name: "concurrency",
    summary: "explore interleavings of sessions and pools",
    help: "\
usage: cargo xtask concurrency [OPTIONS] [NAME]

Runs sessions and pools of sts-client under a scheduler that explores interleavings: all tests, or
those of a module, such as `rejection`, or one test with its module. Runs with the same options are
the same.

  --schedules N   how many random schedules each test runs, and as many that place a few
                  preemptions (5000)
  --seed N        the seed of the schedules (7)
",
    run,
};

fn run(arguments: Arguments) -> Result<bool, Stop> {
    let mut schedules = 5000;
    let mut seed = 7;
    let mut test = None;
    let mut parser = Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("schedules") => schedules = parser.value()?.parse::<u32>()?,
            Long("seed") => seed = parser.value()?.parse::<u32>()?,
            Value(name) if test.is_none() => test = Some(name.string()?),
            other => return Err(unexpected(other)),
        }
    }
    if schedules == 0 {
        return Err(Stop::Usage("--schedules must be at least 1".to_owned()));
    }
    let mut command = cargo();
    command
        .args(["test", "--quiet", "--package", "sts-client", "--lib", "--features", "test-util"])
        .args(["--target-dir", "target/concurrency", "--"])
        .arg(format!("concurrency::{}", test.as_deref().unwrap_or_default()))
        .env("RUSTFLAGS", "--cfg shuttle")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        // Four times as many schedules in the same time.
        .env("CARGO_PROFILE_TEST_OPT_LEVEL", "1")
        .env("STS_SCHEDULES", schedules.to_string())
        .env("STS_SEED", seed.to_string());
    Ok(succeeds(&mut command)?)
}
