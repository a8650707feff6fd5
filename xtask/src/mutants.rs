//! Mutation tests: changes one thing in the code at a time, and checks that a test fails.

mod groups;
mod tested;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use lexopt::Parser;
use lexopt::prelude::{Long, Value, ValueExt};
use serde::Deserialize;
use xtask_progress::Progress;

use self::groups::{GROUPS, Group, Tests};
use self::tested::Tested;
use crate::clone;
use crate::task::{Arguments, Stop, Task, unexpected};
use crate::tool;
use crate::tools::root;

/// The share of mutants that the tests of each group must kill, in percent.
const GOAL: usize = 90;

pub(crate) const TASK: Task = Task {
    name: "mutants",
    summary: "change the code and check that a test fails",
    help: "\
usage: cargo xtask mutants [OPTIONS] [GROUP...]

Changes one thing in the code at a time with cargo-mutants, runs the tests of the changed package, and
prints for each group of modules how many of these mutants a test kills: for the groups named, or all,
which takes hours. A mutant whose tests exceed the time limit, four times that of the unchanged code and
at least 20 seconds, is killed too; one that does not compile does not count. Fails if the tests of a
group kill less than 90 %. Uses the committed files, in a clone below target/clones.

  --file GLOB   mutate these files instead of a group, and run all tests of their packages; may be
                given more than once
  --shard K/N   a sample: every N-th mutant, from the K-th on, which counts from 0
  --list        print the mutants, and test none

Survivors are printed as they are found, and listed in target/mutants/GROUP/mutants.out/missed.txt.
docs/testing.md has those that no test can kill.
",
    run,
};

/// The options of `mutants`.
#[derive(Default)]
struct Plan {
    groups: Vec<String>,
    files: Vec<String>,
    shard: Option<String>,
    only_lists: bool,
}

/// What became of the mutants of a group, as cargo-mutants writes it.
#[derive(Deserialize)]
struct Outcomes {
    caught: usize,
    missed: usize,
    timeout: usize,
}

impl Plan {
    fn parse(arguments: Arguments) -> Result<Self, Stop> {
        let mut plan = Self::default();
        let mut parser = Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("file") => plan.files.push(parser.value()?.string()?),
                Long("shard") => plan.shard = Some(parser.value()?.string()?),
                Long("list") => plan.only_lists = true,
                Value(group) => plan.groups.push(group.string()?),
                other => return Err(unexpected(other)),
            }
        }
        if !plan.groups.is_empty() && !plan.files.is_empty() {
            return Err(Stop::Usage("give either --file or groups".to_owned()));
        }
        let is_known = |name: &String| GROUPS.iter().any(|group| group.name == name);
        if let Some(unknown) = plan.groups.iter().find(|name| !is_known(name)) {
            let all = GROUPS.map(|group| group.name).join(", ");
            return Err(Stop::Usage(format!("unknown group {unknown:?}, expected some of {all}")));
        }
        Ok(plan)
    }
}

fn run(arguments: Arguments) -> Result<bool, Stop> {
    let plan = Plan::parse(arguments)?;
    let files: Vec<&str> = plan.files.iter().map(String::as_str).collect();
    let given = Group { name: "files", files: &files, tests: Tests::All };
    let groups: Vec<&Group<'_>> = if files.is_empty() {
        let is_chosen = |name| plan.groups.is_empty() || plan.groups.iter().any(|it| it == name);
        GROUPS.iter().filter(|group| is_chosen(group.name)).collect()
    } else {
        vec![&given]
    };
    let program = tool::program("cargo-mutants")?;
    let place = clone::fresh("mutants")?;
    let commands = |group: &Group<'_>| group.command(&program, &place, plan.shard.as_deref());
    let mut mutants = Vec::new();
    for group in &groups {
        mutants.push(group.list(commands(group))?);
    }
    if plan.only_lists {
        print!("{}", mutants.concat());
        return Ok(true);
    }
    let counts = mutants.iter().map(|list| list.lines().count());
    let progress = Progress::new(counts.clone().sum::<usize>() as u64);
    let mut table = String::from("group              killed  timeouts  survivors  killed in %\n");
    let mut is_enough = true;
    for ((group, count), number) in groups.iter().zip(counts).zip(1..) {
        let name = group.name;
        progress.announce(&format!("{number} of {}: {name}, {count} mutants", groups.len()));
        group.test(commands(group), &progress)?;
        let outcomes = Outcomes::read(name)?;
        table += &outcomes.line(name);
        is_enough &= outcomes.percentage() >= GOAL;
    }
    progress.end();
    print!("\n{table}");
    Ok(is_enough)
}

impl Group<'_> {
    /// A run of cargo-mutants in a clone.
    fn command(&self, program: &Path, place: &Path, shard: Option<&str>) -> Command {
        let mut command = Command::new(program);
        command
            .args(["mutants", "--in-place", "--workspace", "--all-features"])
            .args(["--timeout-multiplier", "4", "--minimum-test-timeout", "20"])
            .args(self.files.iter().flat_map(|file| ["--file", file]))
            .args(self.tests.options().iter().map(|option| format!("--cargo-arg={option}")))
            .current_dir(place)
            .env("CARGO_TARGET_DIR", results().join("build"))
            // The time goes into compiling and linking.
            .env("CARGO_INCREMENTAL", "1")
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        if let Some(shard) = shard {
            command.args(["--sharding", "round-robin", "--shard", shard]);
        }
        command
    }

    /// The last arguments: for `cargo test`, of which all are for the test programs.
    fn test_arguments(&self) -> impl Iterator<Item = &'static str> {
        ["--", "--"].into_iter().chain(self.tests.program_options())
    }

    /// Returns the mutants, one a line.
    fn list(&self, mut command: Command) -> Result<String, String> {
        let output = command.arg("--list").stderr(Stdio::inherit()).output();
        let output = output.map_err(|error| format!("cannot run cargo-mutants: {error}"))?;
        if !output.status.success() {
            return Err(format!("{}: cargo-mutants failed", self.name));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Tests the mutants, and prints survivors as they are found.
    fn test(&self, mut command: Command, progress: &Progress) -> Result<(), String> {
        let directory = results().join(self.name);
        clone::remove(&directory)?;
        let path = directory.join("log");
        let log = fs::create_dir_all(&directory).and_then(|()| File::create(&path));
        let log = log.map_err(|error| format!("{}: {error}", path.display()))?;
        let process =
            command.arg("--output").arg(&directory).args(self.test_arguments()).stdout(log).spawn();
        let mut tested = Tested::new(directory.join("mutants.out"));
        let status = process.and_then(|mut process| {
            progress.wait_with(&mut process, |progress| {
                let news = tested.news();
                for survivor in news.survivors {
                    progress.suspend(|| println!("survivor: {survivor}"));
                }
                progress.advance(news.count as u64);
                Ok(())
            })
        });
        let status = status.map_err(|error| format!("cannot run cargo-mutants: {error}"))?;
        // 2 and 3 are survivors and timeouts.
        if matches!(status.code(), Some(0 | 2 | 3)) {
            return Ok(());
        }
        Err(format!("{}: cargo-mutants failed; its output is in {}", self.name, path.display()))
    }
}

impl Outcomes {
    fn read(group: &str) -> Result<Self, String> {
        let path = results().join(group).join("mutants.out/outcomes.json");
        // cargo-mutants writes none without mutants.
        let text = fs::read_to_string(&path).map_err(|_| format!("{group}: no mutants"))?;
        serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    fn percentage(&self) -> usize {
        let killed = self.caught + self.timeout;
        // 100 if no mutant compiles.
        (killed * 100).checked_div(killed + self.missed).unwrap_or(100)
    }

    fn line(&self, group: &str) -> String {
        let Self { caught, missed, timeout } = self;
        let percentage = self.percentage();
        format!("{group:<18}{caught:>7}{timeout:>10}{missed:>11}{percentage:>13}\n")
    }
}

fn results() -> PathBuf {
    root().join("target/mutants")
}
