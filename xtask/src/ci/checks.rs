//! The checks, in one list.

use super::advisories;
use crate::tools::is_there;
use crate::wasm;

/// One check: arguments of cargo without spaces, and when to skip it. `test-all` is an alias in
/// `.cargo/config.toml`: checks that use the same packages and features share one build.
#[derive(Clone, Copy)]
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) arguments: &'static str,
    /// Whether `--quick` skips it.
    pub(crate) is_slow: bool,
    /// Returns the reason to skip it on this machine, if any.
    pub(crate) missing: fn() -> Option<&'static str>,
}

const fn quick(name: &'static str, arguments: &'static str) -> Check {
    Check { name, arguments, is_slow: false, missing: || None }
}

const fn slow(name: &'static str, arguments: &'static str) -> Check {
    Check { is_slow: true, ..quick(name, arguments) }
}

/// Ordered by cost and probability of failure. The meaning of each check, and what to
/// do when it fails, is in CONTRIBUTING.md.
pub(crate) const CHECKS: &[Check] = &[
    quick("fmt", "fmt --all --check"),
    Check { missing: no_python, ..quick("typos", "xtask tool typos") },
    quick("imports", "xtask imports"),
    quick("wording", "xtask language"),
    quick("clippy", "clippy --quiet --workspace --all-targets -- --deny warnings"),
    slow(
        "clippy, all features",
        "clippy --quiet --workspace --all-targets --all-features -- --deny warnings",
    ),
    // A test needs a feature, which all features include, or the lack of one, which the checks without features
    // test. None needs the default features. Without `--all-targets`, which builds examples as tests: tests run
    // them as programs.
    slow("test, doctests, all features", "test-all"),
    // In a workspace build, each crate has the features that the other crates enable.
    quick(
        "test of the sans-IO crates, no features",
        "test -p sts-credentials -p sts-proto -p sts-sign -p sts-client -p sts-providers",
    ),
    quick("concurrency", "xtask concurrency"),
    quick("emulator, no features", "test -p sts-emulator --no-default-features --test features"),
    // Features of dependencies that any crate of a program may enable.
    slow(
        "isahc's wire log, handed to log",
        "test -p sts-isahc --test log --test log_without_subscriber \
         --features isahc/log,tracing/log",
    ),
    slow(
        "isahc's wire log, always handed to log",
        "test -p sts-isahc --test log --test log_without_subscriber \
         --features isahc/log,tracing/log-always",
    ),
    // Features only add records, apart from those that hand records of `tracing` to `log`.
    slow(
        "logs of calls, each combination of log features",
        "xtask tool cargo-hack hack test --quiet -p xtask-logs --feature-powerset \
         --mutually-exclusive-features log,log-always",
    ),
    // `--required` turns a skipped test into a failure.
    Check {
        missing: no_python,
        ..slow("official Python client", "test-all --test official_python_client -- --required")
    },
    Check {
        missing: || (!is_there("npm")).then_some("needs Node.js and npm"),
        ..slow("official Node signer", "test-all --test official_node_signer -- --required")
    },
    Check {
        missing: || no_python().or((!is_there("npm")).then_some("needs Node.js and npm")),
        ..slow("official clients of sts serve", "test-all --test official_clients -- --required")
    },
    Check {
        missing: || (!is_there("chromium")).then_some("needs Debian's package chromium"),
        ..slow("console in a browser", "test-all --test console_browser -- --required")
    },
    Check {
        missing: no_python,
        ..slow(
            "lint of the emulator's image",
            "xtask tool hadolint crates/sts-emulator/docker/Dockerfile",
        )
    },
    Check {
        missing: no_docker,
        ..slow("image of the emulator", "test-all --test container -- --required")
    },
    slow("doc", "doc --workspace --no-deps --all-features"),
    quick(
        "vectors",
        "xtask vectors \
         crates/sts-proto/tests/vectors/responses.json \
         crates/sts-proto/tests/vectors/wire-requests.json \
         crates/sts-sign/tests/vectors/signing-sdk-hmac-sha256.json \
         crates/sts-sign/tests/vectors/signing-v11-hmac-sha256.json \
         crates/sts-providers/tests/vectors/ci-identity.json \
         crates/sts-providers/tests/vectors/iam-v3-requests.json \
         crates/sts-providers/tests/vectors/iam-v3-responses.json \
         crates/sts-providers/tests/vectors/identity-center-requests.json \
         crates/sts-providers/tests/vectors/identity-center-responses.json \
         crates/sts-providers/tests/vectors/local-identity.json",
    ),
    quick("generated docs", "xtask docs --check"),
    slow("every example", "xtask examples"),
    slow(
        "example: OpenDAL",
        "run --quiet --locked --manifest-path crates/sts-hyper/examples/opendal/Cargo.toml --target-dir target/opendal",
    ),
    slow(
        "licences, bans, sources",
        "xtask tool cargo-deny --all-features check --hide-inclusion-graph licenses bans sources",
    ),
    Check {
        missing: advisories::missing,
        ..slow(
            "advisories",
            "xtask tool cargo-deny --all-features check --hide-inclusion-graph advisories",
        )
    },
    slow("unused dependencies", "xtask tool cargo-machete"),
    slow(
        "each feature alone",
        // The command has neither a library nor features; the tests of logs have a check.
        "xtask tool cargo-hack \
         hack clippy --quiet --workspace --exclude sts-cli --exclude xtask-logs --lib --ignore-private --each-feature \
         -- --deny warnings",
    ),
    slow("public API", "xtask api --check"),
    slow("features only add", "xtask api --features"),
    slow("minimal versions of dependencies", "xtask minimal-versions"),
    slow("packages", "xtask package"),
    slow("README from a fresh clone", "xtask readme"),
    Check { missing: wasm::missing, ..slow("wasm", "xtask wasm") },
    Check {
        missing: || (!is_there("c++")).then_some("needs a C++ compiler, Debian's package g++"),
        ..slow("fuzz", "xtask fuzz --seconds 5")
    },
];

fn no_docker() -> Option<&'static str> {
    let info = std::process::Command::new("docker").arg("info").output();
    let has_daemon = info.is_ok_and(|output| output.status.success());
    (!has_daemon).then_some("needs a Docker daemon")
}

fn no_python() -> Option<&'static str> {
    (!is_there("python3")).then_some("needs python3 with venv, Debian's package python3-venv")
}
