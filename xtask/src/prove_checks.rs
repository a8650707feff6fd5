//! Breaks one thing for each check of CI and confirms that the check fails.

mod breakages;

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus};

use xtask_progress::Progress;

use self::breakages::{BREAKAGES, Breakage, Edit};
use crate::clone::updated;
use crate::task::{Arguments, Stop, Task, names};
use crate::tools::{cargo, root, succeeds};

pub(crate) const TASK: Task = Task {
    name: "prove-checks",
    summary: "confirm that each check of CI fails when something is broken",
    help: "\
usage: cargo xtask prove-checks [NAME...]

Clones the last commit below the target directory, breaks one thing for each check, runs
`cargo xtask ci --only CHECK` there, and confirms that its table names the check as failed and its
output the reason. NAME is the name of a check, as `cargo xtask ci --list` prints it; by default all
are proven, which takes hours. The clone has a target directory of its own, which is kept.
",
    run,
};

fn run(arguments: Arguments) -> Result<bool, Stop> {
    let names = names(arguments)?;
    let has_breakage = |name: &&String| BREAKAGES.iter().any(|breakage| breakage.check == **name);
    if let Some(unknown) = names.iter().find(|name| !has_breakage(name)) {
        return Err(Stop::Usage(format!("no breakage for a check {unknown:?}")));
    }
    let place = updated("prove-checks")?;
    let is_selected =
        |breakage: &&Breakage| names.is_empty() || names.iter().any(|name| name == breakage.check);
    let selected: Vec<_> = BREAKAGES.iter().filter(is_selected).collect();
    let progress = Progress::new(selected.len() as u64);
    let (mut unseen, mut skipped) = (Vec::new(), Vec::new());
    for (breakage, number) in selected.iter().zip(1..) {
        let check = breakage.check;
        progress.begin(format!("{number} of {}: {check}", selected.len()));
        let (outcome, output) = prove(breakage, &place, &progress)?;
        progress.advance(1);
        progress.suspend(|| println!("{outcome:<14}{check}"));
        match outcome {
            "seen" => {}
            "skipped" => skipped.push(check),
            _ => {
                progress.suspend(|| print!("{output}"));
                unseen.push(check);
            }
        }
    }
    progress.end();
    if !skipped.is_empty() {
        println!("not proven, because they cannot run on this machine: {}", skipped.join(", "));
    }
    if unseen.is_empty() {
        println!("every check that ran fails when something is broken");
    } else {
        println!("checks that do not see what is broken: {}", unseen.join(", "));
    }
    Ok(unseen.is_empty())
}

/// Breaks something in the clone, runs the check, and restores the clone. Returns the outcome and the
/// output.
fn prove(
    breakage: &Breakage,
    place: &Path,
    progress: &Progress,
) -> Result<(&'static str, String), String> {
    let path = place.join(breakage.file);
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let original = fs::read_to_string(&path).map_err(failed)?;
    let broken = match breakage.edit {
        Edit::Append(text) => format!("{original}{text}"),
        Edit::Replace(from, to) => original.replace(from, to),
    };
    if broken == original {
        return Err(format!("{}: the text to replace is missing", breakage.file));
    }
    fs::write(&path, broken).map_err(failed)?;
    // Some checks clone the repository, so the breakage is committed.
    git(place, &["commit", "--quiet", "--no-verify", "--all", "--message", "break a check"])?;
    let (status, output) = run_check(breakage.of, place, progress)
        .map_err(|error| format!("cannot run the check: {error}"))?;
    git(place, &["reset", "--quiet", "--hard", "HEAD~1"])?;
    git(place, &["clean", "-fdq"])?;
    Ok((outcome(breakage, status.success(), &output), output))
}

/// Runs a check in the clone. Returns its status, and its output with the table of outcomes.
fn run_check(check: &str, place: &Path, progress: &Progress) -> io::Result<(ExitStatus, String)> {
    let log = place.with_extension("log");
    let file = File::create(&log)?;
    let mut process = cargo()
        .args(["xtask", "ci", "--only", check])
        .env("CARGO_TARGET_DIR", place.join("target"))
        .current_dir(place)
        .stdout(file.try_clone()?)
        .stderr(file)
        .spawn()?;
    let status = progress.wait(&mut process)?;
    Ok((status, String::from_utf8_lossy(&fs::read(&log)?).into_owned()))
}

/// Returns what became of a breakage: the table of outcomes must name the check, and the output must
/// name the reason.
fn outcome(breakage: &Breakage, has_passed: bool, output: &str) -> &'static str {
    let check = breakage.check;
    let skipped = format!(" {check}: ");
    if output.lines().any(|line| line.starts_with("skipped  ") && line.contains(&skipped)) {
        "skipped"
    } else if has_passed
        || !output.lines().any(|line| line.starts_with("FAILED  ") && line.ends_with(check))
    {
        "NOT SEEN"
    } else if !output.contains(breakage.shows) {
        "WRONG REASON"
    } else {
        "seen"
    }
}

fn git(place: &Path, arguments: &[&str]) -> Result<(), String> {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=prove-checks", "-c", "user.email=prove-checks@localhost"]);
    if succeeds(git.args(arguments).current_dir(place))? {
        Ok(())
    } else {
        Err(format!("git {} fails in {}", arguments.join(" "), root().display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ci::check_names;

    #[test]
    fn each_check_has_a_breakage_that_still_applies() {
        for name in check_names() {
            assert!(BREAKAGES.iter().any(|breakage| breakage.check == name), "{name}");
        }
        for Breakage { check, of, file, edit, shows } in BREAKAGES {
            assert!(
                [check, of].iter().all(|check| check_names().any(|name| name == **check)),
                "{check}"
            );
            assert!(!shows.is_empty(), "{check}");
            let text = fs::read_to_string(root().join(file)).expect(file);
            if let Edit::Replace(from, _) = edit {
                assert!(text.contains(from), "{file} does not contain {from:?}");
            }
        }
    }

    #[test]
    fn a_breakage_is_seen_only_by_its_check_and_for_its_reason() {
        let breakage = &BREAKAGES[0];
        let (check, reason) = (breakage.check, breakage.shows);
        let of = |output: &str| outcome(breakage, false, output);
        assert_eq!(of(&format!("{reason}\nFAILED     1.0 s  {check}\n")), "seen");
        assert_eq!(of(&format!("FAILED     1.0 s  {check}\n")), "WRONG REASON");
        assert_eq!(of(&format!("{reason}\npassed     1.0 s  {check}\n")), "NOT SEEN");
        assert_eq!(of(&format!("{reason}\nFAILED     1.0 s  another\n")), "NOT SEEN");
        assert_eq!(of(&format!("skipped           {check}: needs a tool\n")), "skipped");
    }
}
