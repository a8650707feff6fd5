//! The database of security advisories, which cargo-deny downloads with git.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::tools::is_there;

/// The default of cargo-deny.
const DATABASE: &str = "https://github.com/RustSec/advisory-db";

/// Time to reach the database. Without network access, a connection may hang for minutes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Returns the reason to skip the check, if the database cannot be downloaded.
pub(super) fn missing() -> Option<&'static str> {
    if !is_there("git") {
        return Some("needs git");
    }
    (!is_reachable(DATABASE)).then_some("the RustSec advisory database cannot be reached")
}

fn is_reachable(url: &str) -> bool {
    let mut command = Command::new("git");
    command.args(["ls-remote", "--quiet", "--exit-code", url, "HEAD"]);
    command.env("GIT_TERMINAL_PROMPT", "0");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else { return false };
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => sleep(Duration::from_millis(50)),
            Err(_) => break,
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::root;

    #[test]
    fn a_repository_is_reachable_and_a_missing_one_is_not() {
        let place = root().join("target/tmp/advisories");
        std::fs::create_dir_all(&place).unwrap();
        let git = |arguments: &[&str]| {
            let mut command = Command::new("git");
            let identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
            command.current_dir(&place).args(identity).args(arguments);
            assert!(command.status().unwrap().success());
        };
        git(&["init", "--quiet"]);
        git(&["commit", "--quiet", "--allow-empty", "--message", "test"]);
        assert!(is_reachable(&format!("file://{}", place.display())));
        assert!(!is_reachable(&format!("file://{}/missing", place.display())));
    }
}
