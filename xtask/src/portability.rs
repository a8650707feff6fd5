//! Tests and builds for other targets than that of this machine.

mod missing;

use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::task::{Arguments, Stop, Task, names};
use crate::toolchain::Toolchain;
use crate::tools::{is_there, root, succeeds};

/// The crates of the standard library that are built for tests.
const LIBRARY: &str = "std,panic_unwind,test,proc_macro";
/// The setting of proptest for the number of inputs of each test.
const CASES: &str = "PROPTEST_CASES";
/// Inputs of each property test where a processor is emulated: more would take hours.
const EMULATED_CASES: &str = "16";
/// Where cargo builds, below the top of the workspace.
const DIRECTORY: &str = "target/portability";
const CORE: [&str; 3] = ["sts-credentials", "sts-proto", "sts-sign"];
const SYSTEM: [&str; 4] = ["sts-hyper", "sts-providers", "sts-cli", "sts-emulator"];
const PROGRAMS: [(&str, &str); 2] = [("sts-cli", "sts"), ("sts-emulator", "sts-emulator")];

/// A target, and what is done for it.
struct Target {
    name: &'static str,
    /// The compiler of C and linker, of a package of Debian.
    linker: &'static str,
    packages: &'static str,
    /// What runs its programs, if the system does not: a program and its arguments.
    runner: &'static [&'static str],
    work: &'static [Work],
}

#[derive(Clone, Copy)]
enum Work {
    /// Checks the crates that use the system.
    CheckSystem,
    /// Runs the tests of the core crates.
    TestCore,
    /// Runs the tests of the clocks, files and locks of the system.
    TestSystem,
    /// Builds the programs, starts them, and lets one call the other.
    RunPrograms,
    /// Checks that the programs need no shared library.
    AreStatic,
}

const TARGETS: [Target; 4] = [
    Target {
        name: "i686-unknown-linux-gnu",
        linker: "i686-linux-gnu-gcc",
        packages: "gcc-i686-linux-gnu libc6-dev-i386-cross qemu-user",
        runner: &["qemu-i386", "-L", "/usr/i686-linux-gnu"],
        work: &[Work::TestCore],
    },
    Target {
        name: "s390x-unknown-linux-gnu",
        linker: "s390x-linux-gnu-gcc",
        packages: "gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user",
        runner: &["qemu-s390x", "-L", "/usr/s390x-linux-gnu"],
        work: &[Work::TestCore],
    },
    Target {
        name: "x86_64-pc-windows-gnu",
        linker: "x86_64-w64-mingw32-gcc",
        packages: "gcc-mingw-w64-x86-64 wine64 wine",
        runner: &["wine"],
        work: &[Work::CheckSystem, Work::TestCore, Work::TestSystem, Work::RunPrograms],
    },
    Target {
        name: "x86_64-unknown-linux-musl",
        linker: "musl-gcc",
        packages: "musl-tools",
        runner: &[],
        work: &[Work::RunPrograms, Work::AreStatic],
    },
];

pub(crate) const TASK: Task = Task {
    name: "portability",
    summary: "test and build for 32-bit, big-endian, Windows and static targets",
    help: "\
usage: cargo xtask portability [TARGET...]

  i686-unknown-linux-gnu     32 bits: tests of the core crates, under QEMU
  s390x-unknown-linux-gnu    big-endian: tests of the core crates, under QEMU
  x86_64-pc-windows-gnu      checks the crates that use the system; tests of the core crates and of
                             the files of the system, and one program that calls the other, under Wine
  x86_64-unknown-linux-musl  static binaries, one of which calls the other

By default for all targets, which takes an hour. Under QEMU, property tests have 16 inputs, or
PROPTEST_CASES. Needs each target, as `rustup target add` gives it, or Debian's packages rustc-web,
cargo-web and rust-web-src, which build its standard library, and the packages that are named if
they are missing.
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
        if ![self.linker].iter().chain(self.runner.first()).all(|program| is_there(program)) {
            return Ok(format!("needs Debian's packages {}", self.packages));
        }
        for work in self.work {
            if !self.perform(*work, toolchain)? {
                return Ok("FAILED".to_owned());
            }
        }
        Ok("passed".to_owned())
    }

    fn perform(&self, work: Work, toolchain: Toolchain) -> Result<bool, String> {
        let of = |command, packages: &[&str]| {
            let mut cargo = self.cargo(toolchain, command)?;
            cargo.args(packages.iter().flat_map(|name| ["-p", name]));
            Ok::<_, String>(cargo)
        };
        match work {
            Work::CheckSystem => succeeds(&mut of("check", &SYSTEM)?),
            Work::TestCore => {
                let mut test = of("test", &CORE)?;
                // Without doctests: rustdoc does not find a standard library that cargo has built.
                succeeds(test.args(["--all-features", "--no-fail-fast", "--tests"]))
            }
            Work::TestSystem => {
                let mut test = of("test", &["sts-client"])?;
                test.args(["--features", "system", "--no-fail-fast"]);
                succeeds(test.args(["--test", "platform", "--test", "private_files"]))
            }
            Work::RunPrograms => {
                let mut build = of("build", &PROGRAMS.map(|(package, _)| package))?;
                Ok(succeeds(&mut build)? && self.are_running()?)
            }
            Work::AreStatic => {
                let mut are_static = true;
                for (_, program) in PROGRAMS {
                    are_static &= is_static(&self.file(program))?;
                }
                Ok(are_static)
            }
        }
    }

    /// Starts the emulator and calls it.
    fn are_running(&self) -> Result<bool, String> {
        let mut emulator = self.program("sts-emulator")?;
        emulator.args(["--listen", "127.0.0.1:0", "--quiet"]).stdout(Stdio::piped());
        let mut emulator = emulator.spawn().map_err(|error| {
            format!("cannot run {}: {error}", self.file("sts-emulator").display())
        })?;
        let outcome = self.call(&mut emulator);
        // It may have ended by itself, with a message.
        let _ = emulator.kill();
        let _ = emulator.wait();
        outcome
    }

    fn call(&self, emulator: &mut Child) -> Result<bool, String> {
        let output = emulator.stdout.take().ok_or("the emulator has no output")?;
        let mut line = String::new();
        let read = BufReader::new(output).read_line(&mut line);
        read.map_err(|error| format!("cannot read the output of the emulator: {error}"))?;
        let Some(url) = line.trim_end().strip_prefix("listening on ") else {
            return Err(format!("the emulator prints {line:?}"));
        };
        let mut whoami = self.program("sts")?;
        whoami
            .args(["whoami", "--endpoint", url])
            .env("HUAWEICLOUD_SDK_AK", "HSTAEMULATOR00000001")
            .env("HUAWEICLOUD_SDK_SK", "emulator-secret-key");
        Ok(succeeds(self.program("sts")?.arg("--version"))? && succeeds(&mut whoami)?)
    }

    /// Returns a command of a program that was built.
    fn program(&self, name: &str) -> Result<Command, String> {
        let file = self.file(name);
        let [runner, arguments @ ..] = self.runner else { return Ok(Command::new(file)) };
        let mut command = Command::new(runner);
        command.args(arguments).arg(file).envs(self.of_wine()?);
        Ok(command)
    }

    /// Returns the variables of Wine: where a missing library is, and no messages of its own.
    fn of_wine(&self) -> Result<Vec<(&'static str, String)>, String> {
        if self.runner != ["wine"] {
            return Ok(Vec::new());
        }
        let path = missing::path_for_wine(self.linker)?;
        Ok(vec![("WINEPATH", path), ("WINEDEBUG", "-all".to_owned())])
    }

    fn file(&self, program: &str) -> PathBuf {
        let suffix = if self.name.contains("windows") { ".exe" } else { "" };
        let name = format!("{program}{suffix}");
        root().join(DIRECTORY).join(self.name).join("debug").join(name)
    }

    fn cargo(&self, toolchain: Toolchain, command: &str) -> Result<Command, String> {
        let mut cargo = toolchain.cargo(command, self.name, DIRECTORY, LIBRARY);
        cargo.env(self.variable("LINKER"), self.linker);
        cargo.env(format!("CC_{}", self.name.replace('-', "_")), self.linker);
        if let Some(runner) = self.runner.first() {
            cargo.env(self.variable("RUNNER"), self.runner.join(" "));
            if runner.starts_with("qemu") && env::var_os(CASES).is_none() {
                cargo.env(CASES, EMULATED_CASES);
            }
        }
        cargo.envs(self.of_wine()?);
        if toolchain == Toolchain::Debian && self.name.ends_with("musl") {
            cargo.env(self.variable("RUSTFLAGS"), missing::flags_for_musl(self.linker)?);
        }
        Ok(cargo)
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
