//! Fuzz targets, built on the stable toolchain: libFuzzer needs the compiler's coverage pass and
//! nothing that is unstable.

use std::env;
use std::fs::{self, File};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;

use lexopt::Parser;
use lexopt::prelude::{Long, Value, ValueExt};
use xtask_progress::Progress;

use crate::task::{Arguments, Stop, Task, unexpected};
use crate::tools::{cargo, names_in, root, succeeds};

/// The compiler flags of `cargo fuzz`, without the sanitizer, since the crates forbid unsafe code.
const COVERAGE: &str = "-Cpasses=sancov-module \
     -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
     -Cllvm-args=-sanitizer-coverage-pc-table \
     -Cllvm-args=-sanitizer-coverage-trace-compares \
     -Ccodegen-units=1 --cfg fuzzing";

/// The options of `fuzz`.
struct Plan {
    seconds: u32,
    targets: Vec<String>,
    minimizes: bool,
}

pub(crate) const TASK: Task = Task {
    name: "fuzz",
    summary: "run fuzz targets",
    help: "\
usage: cargo xtask fuzz [OPTIONS] [TARGET...]

Builds the fuzz targets in xtask/fuzz and runs them, as many at a time as the machine has
processors: those named, or all. All run even if one has a finding. It needs a C++ compiler. For less
than a minute, the targets are built with few optimizations.

  --seconds N   how long each target runs, at least 1 (600)
  --minutes N   the same in minutes
  --smoke       the same as --seconds 60
  --all         all targets, as without TARGET
  --minimize    afterwards, keep only the inputs that add coverage in target/fuzz/corpus
",
    run: |arguments| {
        let plan = Plan::parse(arguments)?;
        Ok(fuzz(&plan)?)
    },
};

impl Plan {
    fn parse(arguments: Arguments) -> Result<Self, Stop> {
        let mut seconds = None;
        let mut targets = Vec::new();
        let (mut is_all, mut minimizes) = (false, false);
        let mut parser = Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            let given = match argument {
                Long("smoke") => 60,
                Long("seconds") => positive("--seconds", &mut parser)?,
                Long("minutes") => positive("--minutes", &mut parser)?.saturating_mul(60),
                Long("all") => {
                    is_all = true;
                    continue;
                }
                Long("minimize") => {
                    minimizes = true;
                    continue;
                }
                Value(target) => {
                    targets.push(target.string()?);
                    continue;
                }
                other => return Err(unexpected(other)),
            };
            if seconds.replace(given).is_some() {
                return Err(Stop::Usage(
                    "give one of --smoke, --seconds and --minutes, and once".to_owned(),
                ));
            }
        }
        if is_all && !targets.is_empty() {
            return Err(Stop::Usage("give either --all or targets".to_owned()));
        }
        let mut plan = Self { seconds: seconds.unwrap_or(600), targets, minimizes };
        let all = names_in(&root().join("xtask/fuzz/targets"))?;
        if let Some(unknown) = plan.targets.iter().find(|target| !all.contains(target)) {
            let all = all.join(", ");
            return Err(Stop::Usage(format!("unknown target {unknown:?}, expected one of {all}")));
        }
        if plan.targets.is_empty() {
            plan.targets = all;
        }
        Ok(plan)
    }
}

/// Reads the value of an option. libFuzzer takes 0 for no limit.
fn positive(option: &str, parser: &mut Parser) -> Result<u32, Stop> {
    let given = parser.value()?.string()?;
    given
        .parse()
        .ok()
        .filter(|&number| number > 0)
        .ok_or_else(|| Stop::Usage(format!("{option} must be a number from 1 on, not {given:?}")))
}

/// Where the targets are.
struct Places {
    package: PathBuf,
    binaries: PathBuf,
    target_dir: PathBuf,
}

/// Runs the targets. Returns whether none has a finding.
fn fuzz(plan: &Plan) -> Result<bool, String> {
    let places = build(if plan.seconds < 60 { "smoke" } else { "release" })?;
    let count = plan.targets.len();
    // A unit for each second of each target.
    let progress = Progress::new(count as u64 * u64::from(plan.seconds));
    let waiting = Mutex::new(plan.targets.iter().zip(1..));
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    let failures = Mutex::new(Vec::new());
    let run_waiting = || {
        while let Some((target, number)) = next() {
            progress.begin(format!("{number} of {count}: {target}"));
            if let Err(failure) = run_target(target, plan, &places, &progress) {
                failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(run_waiting);
        }
    });
    progress.end();
    let failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    for failure in &failures {
        eprintln!("xtask: fuzz: {failure}");
    }
    if failures.is_empty() {
        println!("{count} targets, {} s each: no finding", plan.seconds);
    }
    Ok(failures.is_empty())
}

fn build(profile: &str) -> Result<Places, String> {
    let package = root().join("xtask/fuzz");
    let host = host_triple()?;
    let target_dir = root().join("target/fuzz");
    // With `--target` the flags leave build scripts alone.
    let mut build = cargo();
    build
        .args(["build", "--quiet", "--profile", profile, "--bins", "--target", &host])
        .arg("--target-dir")
        .arg(&target_dir)
        .current_dir(&package)
        .env("RUSTFLAGS", COVERAGE)
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    if !succeeds(&mut build)? {
        return Err("the targets do not build; they need a C++ compiler".to_owned());
    }
    Ok(Places { package, binaries: target_dir.join(host).join(profile), target_dir })
}

fn run_target(
    target: &str,
    plan: &Plan,
    places: &Places,
    progress: &Progress,
) -> Result<(), String> {
    let Places { package, binaries, target_dir } = places;
    // New inputs are kept here, so that the corpus in the repository stays small.
    let grown = target_dir.join("corpus").join(target);
    let artifacts = target_dir.join("artifacts").join(target);
    for directory in [&grown, &artifacts] {
        fs::create_dir_all(directory)
            .map_err(|error| format!("{}: {error}", directory.display()))?;
    }
    let path = target_dir.join(format!("{target}.log"));
    let log = File::create(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut run = Command::new(binaries.join(target));
    run.arg(&grown)
        .arg(package.join("corpus").join(target))
        .arg(format!("-max_total_time={}", plan.seconds))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .args(["-max_len=65536", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"])
        // A backtrace would push the panic message out of the lines that are shown, and its mangled names look
        // like secrets. The input is kept, to reproduce a finding with a backtrace.
        .env("RUST_BACKTRACE", "0")
        .stderr(log);
    let status = run.spawn().and_then(|mut process| progress.wait_for(&mut process, plan.seconds));
    let status = status.map_err(|error| format!("cannot run {target}: {error}"))?;
    let log = fs::read_to_string(&path).unwrap_or_default();
    if !status.success() {
        let lines: Vec<&str> = log.lines().collect();
        let tail = lines.get(lines.len().saturating_sub(40)..).unwrap_or_default();
        progress.suspend(|| eprintln!("{}", tail.join("\n")));
        return Err(format!("{target} has a finding: see {}", artifacts.display()));
    }
    let executed =
        log.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    let executed = executed.map_or("?", str::trim);
    progress.suspend(|| println!("{target}: {executed} inputs"));
    if plan.minimizes { minimize(target, places) } else { Ok(()) }
}

/// Replaces the collected inputs by those that add coverage.
fn minimize(target: &str, places: &Places) -> Result<(), String> {
    let corpus = places.target_dir.join("corpus");
    let (grown, minimal) = (corpus.join(target), corpus.join(format!("{target}.minimal")));
    let failed = |error: std::io::Error| format!("{}: {error}", minimal.display());
    fs::create_dir_all(&minimal).map_err(failed)?;
    let mut merge = Command::new(places.binaries.join(target));
    merge.arg("-merge=1").arg(&minimal).arg(&grown).stderr(std::process::Stdio::null());
    if !succeeds(&mut merge)? {
        return Err(format!("the inputs of {target} cannot be merged"));
    }
    fs::remove_dir_all(&grown).and_then(|()| fs::rename(&minimal, &grown)).map_err(failed)
}

fn host_triple() -> Result<String, String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output();
    let output = output.map_err(|error| format!("cannot run rustc: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc -vV has no host line".to_owned())
}
