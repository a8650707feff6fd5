//! Tests and builds for other targets than that of this machine.

use std::path::Path;
use std::process::Command;

use crate::task::{Arguments, Stop, Task, names};
use crate::toolchain::Toolchain;
use crate::tools::{is_there, root, succeeds};

/// The crates of the standard library that are built for tests.
const LIBRARY: &str = "std,panic_unwind,test,proc_macro";
const CORE: [&str; 3] = ["sts-credentials", "sts-proto", "sts-sign"];
const SYSTEM: [&str; 4] = ["sts-hyper", "sts-providers", "sts-cli", "sts-emulator"];
const PROGRAMS: [(&str, &str); 2] = [("sts-cli", "sts"), ("sts-emulator", "sts-emulator")];

/// A target, and what is done for it.
struct Target {
    name: &'static str,
    /// The compiler of C and linker, of a package of Debian.
    linker: &'static str,
    packages: &'static str,
    work: Work,
}

enum Work {
    /// Runs the tests of the core crates with this program and this directory of libraries.
    Test { emulator: &'static str, libraries: &'static str },
    /// Checks the crates that use the system.
    Check,
    /// Builds the programs as static binaries and starts them.
    Static,
}

const TARGETS: [Target; 4] = [
    Target {
        name: "i686-unknown-linux-gnu",
        linker: "i686-linux-gnu-gcc",
        packages: "gcc-i686-linux-gnu libc6-dev-i386-cross qemu-user",
        work: Work::Test { emulator: "qemu-i386", libraries: "/usr/i686-linux-gnu" },
    },
    Target {
        name: "s390x-unknown-linux-gnu",
        linker: "s390x-linux-gnu-gcc",
        packages: "gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user",
        work: Work::Test { emulator: "qemu-s390x", libraries: "/usr/s390x-linux-gnu" },
    },
    Target {
        name: "x86_64-pc-windows-gnu",
        linker: "x86_64-w64-mingw32-gcc",
        packages: "gcc-mingw-w64-x86-64",
        work: Work::Check,
    },
    Target {
        name: "x86_64-unknown-linux-musl",
        linker: "musl-gcc",
        packages: "musl-tools",
        work: Work::Static,
    },
];

pub(crate) const TASK: Task = Task {
    name: "portability",
    summary: "test and build for 32-bit, big-endian, Windows and static targets",
    help: "\
usage: cargo xtask portability [TARGET...]

Runs the tests of the core crates for i686-unknown-linux-gnu (32 bits) and s390x-unknown-linux-gnu
(big-endian) under QEMU, checks the crates that use the system for x86_64-pc-windows-gnu, and builds
the programs as static binaries for x86_64-unknown-linux-musl. By default for all targets, which takes
half an hour. Needs each target, as `rustup target add` gives it, or Debian's packages rustc-web,
cargo-web and rust-web-src, which build its standard library (not that of musl).
",
    run,
};

fn run(arguments: Arguments) -> Result<bool, Stop> {
    let names = names(arguments)?;
    if let Some(unknown) =
        names.iter().find(|name| !TARGETS.iter().any(|target| target.name == **name))
    {
        return Err(Stop::Usage(format!("unknown target {unknown:?}")));
    }
    let mut all_passed = true;
    for target in TARGETS {
        if names.is_empty() || names.iter().any(|name| name == target.name) {
            let outcome = target.run()?;
            println!("{}: {outcome}", target.name);
            all_passed &= outcome == "passed";
        }
    }
    Ok(all_passed)
}

impl Target {
    fn run(&self) -> Result<String, String> {
        let Some(toolchain) = Toolchain::find(self.name) else {
            return Ok("missing toolchain".to_owned());
        };
        if !is_there(self.linker) {
            return Ok(format!("needs Debian's packages {}", self.packages));
        }
        let is_passed = match self.work {
            Work::Test { emulator, libraries } => {
                let mut test = self.cargo(toolchain, "test");
                let runner = format!("{emulator} -L {libraries}");
                test.env(self.variable("RUNNER"), runner)
                    .args(["--all-features", "--no-fail-fast"]);
                succeeds(test.args(CORE.iter().flat_map(|name| ["-p", name])))?
            }
            Work::Check => {
                let mut check = self.cargo(toolchain, "check");
                succeeds(check.args(SYSTEM.iter().flat_map(|name| ["-p", name])))?
            }
            Work::Static => self.build_and_start(toolchain)?,
        };
        Ok(if is_passed { "passed" } else { "FAILED" }.to_owned())
    }

    fn build_and_start(&self, toolchain: Toolchain) -> Result<bool, String> {
        let mut build = self.cargo(toolchain, "build");
        if !succeeds(build.args(PROGRAMS.iter().flat_map(|(package, _)| ["-p", package])))? {
            return Ok(false);
        }
        for (_, program) in PROGRAMS {
            let file =
                root().join("target/portability").join(self.name).join("debug").join(program);
            if !succeeds(Command::new(&file).arg("--version"))? || !is_static(&file)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn cargo(&self, toolchain: Toolchain, command: &str) -> Command {
        let mut cargo = toolchain.cargo(command, self.name, "target/portability", LIBRARY);
        cargo.env(self.variable("LINKER"), self.linker);
        cargo.env(format!("CC_{}", self.name.replace('-', "_")), self.linker);
        cargo
    }

    /// The name of a setting of cargo for this target.
    fn variable(&self, setting: &str) -> String {
        format!("CARGO_TARGET_{}_{setting}", self.name.to_uppercase().replace('-', "_"))
    }
}

/// Returns whether a program needs no shared library.
fn is_static(file: &Path) -> Result<bool, String> {
    let output = Command::new("readelf").arg("--dynamic").arg(file).output();
    let output = output.map_err(|error| format!("cannot run readelf: {error}"))?;
    Ok(!String::from_utf8_lossy(&output.stdout).contains("(NEEDED)"))
}
