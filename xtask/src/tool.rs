//! Tools of others, each of a certain version, installed below the target directory when they are
//! first needed.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::report;
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
    /// A program in a Python package, which spares minutes of compiling.
    PythonPackage,
}

const TOOLS: [Tool; 4] = [
    Tool { name: "cargo-deny", version: "0.20.2", origin: Origin::Crate },
    Tool { name: "cargo-hack", version: "0.6.46", origin: Origin::Crate },
    Tool { name: "cargo-machete", version: "0.9.2", origin: Origin::Crate },
    Tool { name: "typos", version: "1.52.0", origin: Origin::PythonPackage },
];

/// `tool NAME ARGUMENTS...`
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let known = || TOOLS.map(|tool| tool.name).join(", ");
    let Some((name, arguments)) = arguments.split_first() else {
        eprintln!("xtask: tool needs the name of a tool: {}", known());
        return ExitCode::from(2);
    };
    let Some(tool) = TOOLS.iter().find(|tool| tool.name == name) else {
        eprintln!("xtask: there is no tool {name}, but {}", known());
        return ExitCode::from(2);
    };
    let outcome = tool
        .program()
        .and_then(|program| succeeds(Command::new(program).current_dir(root()).args(arguments)));
    report(outcome)
}

impl Tool {
    /// Where it is, now that it is there.
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
                    // They run for seconds; to optimise them takes minutes.
                    .args(["install", "--quiet", "--locked", "--debug", "--root"])
                    .arg(place)
                    .env("CARGO_PROFILE_DEV_DEBUG", "0")
                    .args(["--target-dir", "target/tools/build"])
                    .arg(format!("{name}@{version}")),
            ),
            Origin::PythonPackage => {
                let is_made = succeeds(Command::new("python3").args(["-m", "venv"]).arg(place))?;
                let pip = place.join("bin/pip");
                let package = format!("{name}=={version}");
                Ok(is_made && succeeds(Command::new(pip).args(["install", "--quiet", &package]))?)
            }
        }
    }
}
