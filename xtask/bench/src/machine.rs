//! What was measured on.

use std::process::Command;
use std::thread::available_parallelism;

/// Processor, cores, system and compiler, in a line.
pub fn description() -> String {
    let cores = available_parallelism().map_or(1, usize::from);
    let (os, architecture) = (std::env::consts::OS, std::env::consts::ARCH);
    let rustc = rustc().unwrap_or_else(|| "rustc of unknown version".to_owned());
    format!("{}, {cores} cores, {architecture} {os}, {rustc}", processor())
}

fn processor() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = info.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim())
    };
    let model = field("model name").unwrap_or("a processor of unknown model");
    // It makes the hashes four times as fast, and so the floor of signing.
    let has_sha = field("flags").is_some_and(|flags| flags.split(' ').any(|f| f == "sha_ni"));
    format!("{model}{}", if has_sha { " with SHA extensions" } else { "" })
}

fn rustc() -> Option<String> {
    let output = Command::new("rustc").arg("--version").output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    // Without the commit and its date.
    Some(version.split(" (").next()?.trim().to_owned())
}
