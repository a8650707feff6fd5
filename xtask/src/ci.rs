//! Runs all checks of CI and prints a table of the results.

mod advisories;
mod checks;
mod output;
mod surroundings;

use std::time::{Duration, Instant};

use xtask_progress::Progress;

use self::checks::{CHECKS, Check};
use self::output::Output;
use self::surroundings::Surroundings;
use crate::task::{Arguments, Stop, Task, one_option};
use crate::tools::cargo;

pub(crate) const TASK: Task = Task {
    name: "ci",
    summary: "run everything that CI checks",
    help: "\
usage: cargo xtask ci [--quick | --list | --only NAME]

Runs every check, also after one has failed, and prints a table of the outcomes. The checks get a
home directory and a directory for temporary files below target/ci, and their output is kept in
target/ci/output. The last two checks are that they printed no secret of a test, and wrote nothing else
outside of target.

  --quick       leave out the checks that take minutes
  --list        print the names of the checks, and run none
  --only NAME   run this check and the last two
",
    run,
};

enum Outcome {
    Passed(Duration),
    Failed(Duration),
    Skipped(&'static str),
}

/// Returns the names of all checks, in their order.
pub(crate) fn check_names() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|check| check.name).chain([output::CHECK, surroundings::CHECK])
}

/// Which checks run.
enum Selection {
    All,
    Quick,
    Only(String),
}

fn run(arguments: Arguments) -> Result<bool, Stop> {
    let Some(selection) = selection(arguments)? else {
        check_names().for_each(|name| println!("{name}"));
        return Ok(true);
    };
    let surroundings = Surroundings::prepare()?;
    let mut output = Output::prepare()?;
    let is_selected =
        |check: &&Check| !matches!(&selection, Selection::Only(name) if name != check.name);
    let checks: Vec<_> = CHECKS.iter().filter(is_selected).collect();
    let progress = Progress::new(checks.len() as u64);
    let mut table = Vec::new();
    // Later checks run too, so that one run reports all failures.
    for (check, number) in checks.iter().zip(1..) {
        progress.begin(format!("{number} of {}: {}", checks.len(), check.name));
        let outcome = match (&selection, (check.missing)()) {
            (Selection::Quick, _) if check.is_slow => Outcome::Skipped("left out by --quick"),
            (_, Some(missing)) => Outcome::Skipped(missing),
            (_, None) => run_check(check, &surroundings, &mut output, &progress),
        };
        progress.advance(1);
        table.push((check.name, outcome));
    }
    progress.end();
    let has_no_secret = timed(output::CHECK, &progress, || Ok(output.has_no_secret()));
    table.push((output::CHECK, has_no_secret));
    let are_untouched = timed(surroundings::CHECK, &progress, || surroundings.are_untouched());
    table.push((surroundings::CHECK, are_untouched));
    Ok(print_table(&table))
}

/// Reads the command line. Returns `None` for `--list`.
fn selection(arguments: Arguments) -> Result<Option<Selection>, Stop> {
    let [first, ..] = arguments.as_slice() else { return Ok(Some(Selection::All)) };
    if first != "--only" {
        let option = one_option(arguments, &["quick", "list"])?;
        return Ok((option == Some("quick")).then_some(Selection::Quick));
    }
    let [_, name] = arguments.as_slice() else {
        return Err(Stop::Usage("--only takes the name of one check".to_owned()));
    };
    let name = name.to_string_lossy();
    if check_names().any(|check| check == name) {
        Ok(Some(Selection::Only(name.into_owned())))
    } else {
        Err(Stop::Usage(format!("unknown check {name:?}; --list prints the names")))
    }
}

fn run_check(
    check: &Check,
    surroundings: &Surroundings,
    output: &mut Output,
    progress: &Progress,
) -> Outcome {
    let mut command = cargo();
    command.args(check.arguments.split_whitespace()).env("RUSTDOCFLAGS", "--deny warnings");
    if check.arguments.starts_with("test") {
        // The output of tests that pass is searched too.
        if !check.arguments.contains(" -- ") {
            command.arg("--");
        }
        command.arg("--show-output");
    }
    timed(check.name, progress, || {
        output.of(check.name, surroundings.enter(&mut command), progress)
    })
}

fn timed(name: &str, progress: &Progress, check: impl FnOnce() -> Result<bool, String>) -> Outcome {
    progress.suspend(|| println!("=== {name}"));
    let start = Instant::now();
    match check() {
        Ok(true) => Outcome::Passed(start.elapsed()),
        Ok(false) => Outcome::Failed(start.elapsed()),
        Err(complaint) => {
            progress.suspend(|| eprintln!("xtask: {complaint}"));
            Outcome::Failed(start.elapsed())
        }
    }
}

fn print_table(table: &[(&str, Outcome)]) -> bool {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    let mut total = Duration::ZERO;
    println!();
    for (name, outcome) in table {
        match outcome {
            Outcome::Passed(time) => {
                passed += 1;
                total += *time;
                println!("passed  {:>6.1} s  {name}", time.as_secs_f64());
            }
            Outcome::Failed(time) => {
                failed += 1;
                total += *time;
                println!("FAILED  {:>6.1} s  {name}", time.as_secs_f64());
            }
            Outcome::Skipped(why) => {
                skipped += 1;
                println!("skipped           {name}: {why}");
            }
        }
    }
    println!("        {:>6.1} s  in all\n", total.as_secs_f64());
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    failed == 0
}
