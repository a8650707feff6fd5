//! The checks, in one list.

use crate::tools::is_there;
use crate::wasm;

/// One check: arguments of cargo, and when it is left out.
#[derive(Clone, Copy)]
pub(crate) struct Check {
    pub(crate) name: &'static str,
    pub(crate) arguments: &'static [&'static str],
    /// `--quick` leaves it out.
    pub(crate) is_slow: bool,
    /// Why it cannot be made on this machine, if so.
    pub(crate) missing: fn() -> Option<&'static str>,
}

const fn quick(name: &'static str, arguments: &'static [&'static str]) -> Check {
    Check { name, arguments, is_slow: false, missing: || None }
}

const fn slow(name: &'static str, arguments: &'static [&'static str]) -> Check {
    Check { is_slow: true, ..quick(name, arguments) }
}

/// In this order: what fails most often and costs least comes first. What each means, and what to do
/// when it fails, is in docs/contributing.md.
pub(crate) const CHECKS: &[Check] = &[
    quick("fmt", &["fmt", "--all", "--check"]),
    Check { missing: no_python, ..quick("typos", &["xtask", "tool", "typos"]) },
    quick(
        "clippy",
        &["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"],
    ),
    slow(
        "clippy of the sans-IO crates, all features",
        &[
            "clippy",
            "--quiet",
            "-p",
            "sts-proto",
            "-p",
            "sts-sign",
            "-p",
            "sts-client",
            "--all-targets",
            "--all-features",
            "--",
            "--deny",
            "warnings",
        ],
    ),
    slow("test", &["test", "--workspace"]),
    // In the workspace each crate gets the features that others ask of it.
    quick(
        "test of the sans-IO crates, no features",
        &["test", "-p", "sts-proto", "-p", "sts-sign", "-p", "sts-client"],
    ),
    slow(
        "test of the sans-IO crates, all features",
        &["test", "-p", "sts-proto", "-p", "sts-sign", "-p", "sts-client", "--all-features"],
    ),
    // The workspace's tests have these too. Here they are seen, and cannot be skipped unseen.
    slow("conformance: hyper", &["test", "-p", "sts-hyper", "--test", "conformance"]),
    slow("conformance: isahc", &["test", "-p", "sts-isahc", "--test", "conformance"]),
    Check {
        missing: no_python,
        ..slow(
            "official Python client",
            &["test", "-p", "sts-emulator", "--test", "official_python_client", "--", "--required"],
        )
    },
    Check {
        missing: || (!is_there("npm")).then_some("needs Node.js and npm"),
        ..slow(
            "official Node signer",
            &["test", "-p", "sts-emulator", "--test", "official_node_signer", "--", "--required"],
        )
    },
    slow("doc", &["doc", "--workspace", "--no-deps"]),
    quick(
        "vectors",
        &[
            "xtask",
            "vectors",
            "crates/sts-proto/tests/vectors/responses.json",
            "crates/sts-proto/tests/vectors/wire-requests.json",
            "crates/sts-sign/tests/vectors/signing-sdk-hmac-sha256.json",
            "crates/sts-sign/tests/vectors/signing-v11-hmac-sha256.json",
        ],
    ),
    quick("generated docs", &["xtask", "docs", "--check"]),
    quick("example: assume_agency", &["run", "--quiet", "--example", "assume_agency"]),
    slow("example: own_transport", &["run", "--quiet", "--example", "own_transport"]),
    slow("example: reqwest_transport", &["run", "--quiet", "--example", "reqwest_transport"]),
    slow("example: obs_credentials", &["run", "--quiet", "--example", "obs_credentials"]),
    slow("example: credential_sources", &["run", "--quiet", "--example", "credential_sources"]),
    slow("example: credential_process", &["run", "--quiet", "--example", "credential_process"]),
    slow(
        "example: OpenDAL",
        &[
            "run",
            "--quiet",
            "--locked",
            "--manifest-path",
            "docs/opendal/Cargo.toml",
            "--target-dir",
            "target/opendal",
        ],
    ),
    slow(
        "licences, bans, sources",
        &[
            "xtask",
            "tool",
            "cargo-deny",
            "--all-features",
            "check",
            "--hide-inclusion-graph",
            "licenses",
            "bans",
            "sources",
        ],
    ),
    slow("unused dependencies", &["xtask", "tool", "cargo-machete"]),
    slow(
        "each feature alone",
        &[
            "xtask",
            "tool",
            "cargo-hack",
            "hack",
            "check",
            "--quiet",
            "--workspace",
            "--lib",
            "--ignore-private",
            "--each-feature",
            "--target-dir",
            "target/features",
        ],
    ),
    slow("public API", &["xtask", "api", "--check"]),
    slow("features only add", &["xtask", "api", "--features"]),
    slow("least versions of dependencies", &["xtask", "least-versions"]),
    slow("packages", &["xtask", "package"]),
    slow("README from a fresh clone", &["xtask", "readme"]),
    Check { missing: wasm::missing, ..slow("wasm", &["xtask", "wasm"]) },
    Check {
        missing: || (!is_there("c++")).then_some("needs a C++ compiler, Debian's package g++"),
        ..slow("fuzz", &["xtask", "fuzz", "--seconds", "10"])
    },
];

fn no_python() -> Option<&'static str> {
    (!is_there("python3")).then_some("needs python3 with venv, Debian's package python3-venv")
}
