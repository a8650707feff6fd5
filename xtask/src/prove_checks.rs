//! Breaks one thing for each check of CI and confirms that the check fails.

mod breakages;

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use xtask_progress::Progress;

use self::breakages::{BREAKAGES, Breakage, Edit};
use crate::clone::fresh;
use crate::task::{Arguments, Stop, Task, names};
use crate::tools::{cargo, root, succeeds};

pub(crate) const TASK: Task = Task {
    name: "prove-checks",
    summary: "confirm that each check of CI fails when something is broken",
    help: "\
usage: cargo xtask prove-checks [NAME...]

Clones the last commit below the target directory, breaks one thing for each check, runs
`cargo xtask ci --only CHECK` there, and confirms that its table names the check as failed. NAME is
the name of a check, as `cargo xtask ci --list` prints it; by default all are proven, which takes
hours. The clone has a target directory of its own.
",
    run,
};

fn run(arguments: Arguments) -> Result<bool, Stop> {
    let names = names(arguments)?;
    let has_breakage = |name: &&String| BREAKAGES.iter().any(|breakage| breakage.check == **name);
    if let Some(unknown) = names.iter().find(|name| !has_breakage(name)) {
        return Err(Stop::Usage(format!("no breakage for a check {unknown:?}")));
    }
    let place = fresh("prove-checks")?;
    let mut blind = Vec::new();
    let is_selected =
        |breakage: &&Breakage| names.is_empty() || names.iter().any(|name| name == breakage.check);
    let selected: Vec<_> = BREAKAGES.iter().filter(is_selected).collect();
    let progress = Progress::new(selected.len() as u64);
    for (breakage, number) in selected.iter().zip(1..) {
        progress.begin(format!("{number} of {}: {}", selected.len(), breakage.check));
        let is_seen = prove(breakage, &place, &progress)?;
        progress.advance(1);
        let verdict = if is_seen { "fails   " } else { "PASSES  " };
        progress.suspend(|| println!("{verdict}  {}", breakage.check));
        if !is_seen {
            blind.push(breakage.check);
        }
    }
    progress.end();
    if blind.is_empty() {
        println!("every check fails when something is broken");
    } else {
        println!("{} checks do not see what is broken: {}", blind.len(), blind.join(", "));
    }
    Ok(blind.is_empty())
}

/// Breaks something in the clone, runs the check, and restores the clone.
fn prove(breakage: &Breakage, place: &Path, progress: &Progress) -> Result<bool, String> {
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
    let (status, table) = run_check(breakage.of, place, progress)
        .map_err(|error| format!("cannot run the check: {error}"))?;
    git(place, &["reset", "--quiet", "--hard", "HEAD~1"])?;
    let names_it =
        table.lines().any(|line| line.starts_with("FAILED") && line.ends_with(breakage.check));
    Ok(names_it && !status.success())
}

/// Runs a check in the clone. Returns its status and output.
fn run_check(check: &str, place: &Path, progress: &Progress) -> io::Result<(ExitStatus, String)> {
    let log = place.with_extension("log");
    let mut process = cargo()
        .args(["xtask", "ci", "--only", check])
        .env("CARGO_TARGET_DIR", place.join("target"))
        .current_dir(place)
        .stdout(File::create(&log)?)
        .stderr(Stdio::null())
        .spawn()?;
    let status = progress.wait(&mut process)?;
    Ok((status, String::from_utf8_lossy(&fs::read(&log)?).into_owned()))
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
        for Breakage { check, of, file, edit } in BREAKAGES {
            assert!(check_names().any(|name| name == *check), "{check}");
            assert!(check_names().any(|name| name == *of), "{of}");
            let text = fs::read_to_string(root().join(file)).expect(file);
            if let Edit::Replace(from, _) = edit {
                assert!(text.contains(from), "{file} does not contain {from:?}");
            }
        }
    }
}
