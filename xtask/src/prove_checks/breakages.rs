//! What is broken for each check.

/// A change that a check must detect.
pub(super) struct Breakage {
    pub(super) check: &'static str,
    /// The check to run. Another one for a check of what the others do.
    pub(super) of: &'static str,
    pub(super) file: &'static str,
    pub(super) edit: Edit,
    /// Part of the output of the check if it fails because of this change.
    pub(super) shows: &'static str,
}

pub(super) enum Edit {
    Append(&'static str),
    /// Replaces each occurrence.
    Replace(&'static str, &'static str),
}

const fn append(
    check: &'static str,
    file: &'static str,
    text: &'static str,
    shows: &'static str,
) -> Breakage {
    Breakage { check, of: check, file, edit: Edit::Append(text), shows }
}

const fn replace(
    check: &'static str,
    file: &'static str,
    [from, to]: [&'static str; 2],
    shows: &'static str,
) -> Breakage {
    Breakage { check, of: check, file, edit: Edit::Replace(from, to), shows }
}

const HEX: &str = "crates/sts-sign/src/hex.rs";
const SIGN: &str = "crates/sts-sign/src/lib.rs";
const EXAMPLE: &str = "crates/huaweicloud-sts/examples/assume_agency.rs";
const CONSOLE: &str = "crates/sts-emulator/tests/console_browser/main.rs";
const DOCKERFILE: &str = "crates/sts-emulator/docker/Dockerfile";
const WIRE_LOG: &str = "crates/sts-isahc/src/wire_log.rs";

/// Signatures in upper-case digits, which are wrong.
const UPPER_CASE: [&str; 2] = ["b'a' + (value - 10)", "b'A' + (value - 10)"];
/// A function that clippy rejects.
const UNWRAPS: &str = "\npub(crate) fn broken(value: Option<u8>) -> u8 {\n    value.unwrap()\n}\n";
const UNWRAP: &str = "used `unwrap()`";
const FAILED_TEST: &str = "test result: FAILED";
/// Of a test with a runner of its own.
const FAILED_CLIENT: &str = "... FAILED";

/// One for each check or more. Words that a check finds are split, so that it does not find them here.
pub(super) const BREAKAGES: &[Breakage] = &[
    append("fmt", HEX, "fn  unformatted( ) {}\n", "unformatted"),
    append("typos", "docs/architecture.md", concat!("\nThis is te", "h end.\n"), "should be `the`"),
    append("imports", HEX, "\nuse crate::Signer as _;\n", "hex.rs"),
    append("wording", "docs/testing.md", concat!("\nNo", "body asks.\n"), "docs/testing.md"),
    append("clippy", HEX, UNWRAPS, UNWRAP),
    append("clippy, all features", "crates/sts-sign/src/key/sm3.rs", UNWRAPS, UNWRAP),
    replace("test, doctests, all features", HEX, UPPER_CASE, FAILED_TEST),
    replace(
        "test, doctests, all features",
        "crates/sts-hyper/src/transport.rs",
        ["TransportErrorKind::Timeout", "TransportErrorKind::Other"],
        FAILED_TEST,
    ),
    replace("test of the sans-IO crates, no features", HEX, UPPER_CASE, FAILED_TEST),
    replace(
        "concurrency",
        "crates/sts-client/src/session/in_flight.rs",
        [
            "        refresh.is_leased.store(false, Ordering::SeqCst);\n        refresh.signals.change.notify(usize::MAX);",
            "        refresh.is_leased.store(false, Ordering::SeqCst);",
        ],
        "deadlock! blocked tasks",
    ),
    append(
        "emulator, no features",
        "crates/sts-emulator/src/lib.rs",
        "\n#[cfg(not(feature = \"oidc\"))]\ncompile_error!(\"broken\");\n",
        "error: broken",
    ),
    replace(
        "isahc's wire log, handed to log",
        WIRE_LOG,
        ["if *HAS_LOG { &SILENCER } else { &NO_SUBSCRIBER }", "&NO_SUBSCRIBER"],
        "test subscriber_receives_no_secret ... FAILED",
    ),
    replace(
        "isahc's wire log, always handed to log",
        WIRE_LOG,
        ["is_first && is_wire_logged()", "is_first && false"],
        "test logger_receives_no_secret ... FAILED",
    ),
    replace(
        "logs of calls, each combination of log features",
        "crates/sts-isahc/src/transport.rs",
        ["Unlogged::new(sending).await?", "sending.await?"],
        FAILED_TEST,
    ),
    replace("official Python client", HEX, UPPER_CASE, FAILED_CLIENT),
    replace("official Node signer", HEX, UPPER_CASE, FAILED_CLIENT),
    replace("official clients of sts serve", HEX, UPPER_CASE, FAILED_CLIENT),
    replace("console in a browser", CONSOLE, ["from_secs(1)", "from_nanos(1)"], FAILED_CLIENT),
    replace(
        "lint of the emulator's image",
        DOCKERFILE,
        ["FROM rust:1.88-alpine", "FROM rust"],
        "DL3006",
    ),
    replace(
        "image of the emulator",
        DOCKERFILE,
        ["FROM scratch\n", "FROM scratch AS other\nRUN false\n"],
        FAILED_CLIENT,
    ),
    append(
        "doc",
        "crates/sts-proto/README.md",
        "\nSee [nothing](crate::Missing).\n",
        "unresolved link to `crate::Missing`",
    ),
    replace("vectors", HEX, UPPER_CASE, "signing-sdk-hmac-sha256.json"),
    replace(
        "generated docs",
        "docs/errors.md",
        ["| `APIGW.0202` | 502 |", "| `APIGW.0202` | 501 |"],
        "errors.md",
    ),
    replace(
        "every example",
        EXAMPLE,
        ["builtin::AGENCY_URN", "builtin::FORBIDDEN_AGENCY_URN"],
        "denied",
    ),
    replace(
        "every example",
        "crates/sts-isahc/examples/one_call.rs",
        [
            "Arc::new(builtin::credentials())",
            "Arc::new(sts_proto::Credentials::permanent(\"UNKNOWN\", \"secret\"))",
        ],
        "ak not exist",
    ),
    append(
        "example: OpenDAL",
        "crates/sts-hyper/examples/opendal/src/main.rs",
        "\ncompile_error!(\"broken\");\n",
        "error: broken",
    ),
    replace("licences, bans, sources", "deny.toml", ["    \"MIT\",\n", ""], "license = \"MIT\""),
    replace(
        "advisories",
        "crates/sts-credentials/Cargo.toml",
        ["[dependencies]\n", "[dependencies]\nremove_dir_all = \"=0.5.3\"\n"],
        "RUSTSEC-2023-0018",
    ),
    replace(
        "unused dependencies",
        "crates/sts-credentials/Cargo.toml",
        ["[dependencies]\n", "[dependencies]\nfastrand.workspace = true\n"],
        "fastrand",
    ),
    append(
        "each feature alone",
        SIGN,
        "\n#[cfg(all(feature = \"sm3\", not(feature = \"p256\")))]\ncompile_error!(\"broken\");\n",
        "error: broken",
    ),
    append("public API", SIGN, "\n/// Does nothing.\npub fn added() {}\n", "sts_sign::added"),
    append(
        "features only add",
        SIGN,
        "\n/// Does nothing.\n#[cfg(not(feature = \"sm3\"))]\npub fn removed() {}\n",
        "sts_sign::removed",
    ),
    replace(
        "minimal versions of dependencies",
        "Cargo.toml",
        ["bytes = \"1.9\"", "bytes = \"1.0\""],
        "failed to select a version for `bytes`",
    ),
    // Of bytes 1.10.
    append(
        "minimal versions of dependencies",
        "crates/sts-proto/src/lib.rs",
        "\npub use bytes::TryGetError;\n",
        "unresolved import `bytes::TryGetError`",
    ),
    replace(
        "packages",
        "crates/sts-proto/Cargo.toml",
        ["readme = \"README.md\"", "readme = \"MISSING.md\""],
        "MISSING.md",
    ),
    append("packages", "crates/sts-proto/LICENSE-MIT", "\n", "differs from LICENSE-MIT"),
    replace(
        "README from a fresh clone",
        "README.md",
        ["--example assume_agency", "--example assume_nothing"],
        "assume_nothing",
    ),
    append(
        "wasm",
        SIGN,
        "\n#[cfg(target_family = \"wasm\")]\ncompile_error!(\"broken\");\n",
        "error: broken",
    ),
    replace(
        "fuzz",
        "xtask/fuzz/targets/urn.rs",
        [
            "fuzz_target!(|text: &str| {",
            "fuzz_target!(|text: &str| {\n    assert!(text.len() < 3, \"broken\");",
        ],
        "broken",
    ),
    Breakage {
        of: "every example",
        ..replace(
            "nothing written outside target",
            EXAMPLE,
            [
                "    println!(\"over hyper\");",
                "    std::fs::write(\"left-behind.txt\", \"\")?;\n    println!(\"over hyper\");",
            ],
            "left-behind.txt",
        )
    },
    // A test that passes and prints a secret.
    Breakage {
        of: "test of the sans-IO crates, no features",
        ..append(
            "no secret in the output of tests",
            "crates/sts-sign/tests/secrets.rs",
            "\n#[test]\nfn broken() {\n    println!(\"{SECRET}\");\n}\n",
            "no-features.log:",
        )
    },
];
