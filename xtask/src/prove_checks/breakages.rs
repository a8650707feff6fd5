//! What is broken for each check.

/// A change that a check must detect.
pub(super) struct Breakage {
    pub(super) check: &'static str,
    /// The check to run. Another one for a check of what the others do.
    pub(super) of: &'static str,
    pub(super) file: &'static str,
    pub(super) edit: Edit,
}

pub(super) enum Edit {
    Append(&'static str),
    /// Replaces each occurrence.
    Replace(&'static str, &'static str),
}

const fn append(check: &'static str, file: &'static str, text: &'static str) -> Breakage {
    Breakage { check, of: check, file, edit: Edit::Append(text) }
}

const fn replace(
    check: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
) -> Breakage {
    Breakage { check, of: check, file, edit: Edit::Replace(from, to) }
}

const HEX: &str = "crates/sts-sign/src/hex.rs";
const SIGN: &str = "crates/sts-sign/src/lib.rs";
const LOWER_CASE: &str = "b'a' + (value - 10)";
const UPPER_CASE: &str = "b'A' + (value - 10)";
const EXAMPLE: &str = "crates/huaweicloud-sts/examples/assume_agency.rs";
const CONSOLE: &str = "crates/sts-emulator/tests/console_browser/main.rs";
const DOCKERFILE: &str = "crates/sts-emulator/docker/Dockerfile";

/// One for each check. Words that a check finds are split, so that it does not find them here.
pub(super) const BREAKAGES: &[Breakage] = &[
    append("fmt", HEX, "fn  unformatted( ) {}\n"),
    append("typos", "docs/architecture.md", concat!("\nThis is te", "h end.\n")),
    append("imports", HEX, "\nuse crate::Signer as _;\n"),
    append("wording", "docs/errors.md", concat!("\nNo", "body asks.\n")),
    append(
        "clippy",
        HEX,
        "\npub(crate) fn broken(value: Option<u8>) -> u8 {\n    value.unwrap()\n}\n",
    ),
    append(
        "clippy, all features",
        "crates/sts-sign/src/key/sm3.rs",
        "\npub(crate) fn broken(value: Option<u8>) -> u8 {\n    value.unwrap()\n}\n",
    ),
    replace("test, doctests", HEX, LOWER_CASE, UPPER_CASE),
    replace("test of the sans-IO crates, no features", HEX, LOWER_CASE, UPPER_CASE),
    replace("test of the sans-IO crates, all features", HEX, LOWER_CASE, UPPER_CASE),
    replace(
        "concurrency",
        "crates/sts-client/src/session/in_flight.rs",
        "        refresh.is_leased.store(false, Ordering::SeqCst);\n        refresh.signals.change.notify(usize::MAX);",
        "        refresh.is_leased.store(false, Ordering::SeqCst);",
    ),
    append(
        "emulator, no features",
        "crates/sts-emulator/src/lib.rs",
        "\n#[cfg(not(feature = \"oidc\"))]\ncompile_error!(\"broken\");\n",
    ),
    replace(
        "conformance and tests of the transports and the facade, all features",
        "crates/sts-hyper/src/transport.rs",
        "TransportErrorKind::Timeout",
        "TransportErrorKind::Other",
    ),
    replace(
        "isahc's wire log, handed to log",
        "crates/sts-isahc/tests/log.rs",
        "#[test]",
        "#[test]\n#[should_panic]",
    ),
    replace(
        "isahc's wire log, always handed to log",
        "crates/sts-isahc/tests/log.rs",
        "#[test]",
        "#[test]\n#[should_panic]",
    ),
    replace(
        "logs of calls, each combination of log features",
        "crates/sts-isahc/src/transport.rs",
        "Unlogged::new(sending).await?",
        "sending.await?",
    ),
    replace("official Python client", HEX, LOWER_CASE, UPPER_CASE),
    replace("official Node signer", HEX, LOWER_CASE, UPPER_CASE),
    replace("official clients of sts serve", HEX, LOWER_CASE, UPPER_CASE),
    replace("console in a browser", CONSOLE, "from_secs(1)", "from_nanos(1)"),
    replace("lint of the emulator's image", DOCKERFILE, "FROM rust:1.88-alpine", "FROM rust"),
    replace(
        "image of the emulator",
        DOCKERFILE,
        "FROM scratch\n",
        "FROM scratch AS other\nRUN false\n",
    ),
    append("doc", "crates/sts-proto/README.md", "\nSee [nothing](crate::Missing).\n"),
    replace("vectors", HEX, LOWER_CASE, UPPER_CASE),
    replace("generated docs", "docs/errors.md", "| `APIGW.0202` | 502 |", "| `APIGW.0202` | 501 |"),
    replace(
        "example: assume_agency",
        EXAMPLE,
        "builtin::AGENCY_URN",
        "builtin::FORBIDDEN_AGENCY_URN",
    ),
    replace(
        "every example",
        "crates/sts-isahc/examples/one_call.rs",
        "Arc::new(builtin::credentials())",
        "Arc::new(sts_proto::Credentials::permanent(\"UNKNOWN\", \"secret\"))",
    ),
    append(
        "example: OpenDAL",
        "crates/sts-hyper/examples/opendal/src/main.rs",
        "\ncompile_error!(\"broken\");\n",
    ),
    replace("licences, bans, sources", "deny.toml", "    \"MIT\",\n", ""),
    replace(
        "advisories",
        "deny.toml",
        "[advisories]",
        "[advisories]\nunmaintained = \"everything\"",
    ),
    replace(
        "unused dependencies",
        "crates/sts-credentials/Cargo.toml",
        "[dependencies]\n",
        "[dependencies]\nfastrand.workspace = true\n",
    ),
    append(
        "each feature alone",
        SIGN,
        "\n#[cfg(all(feature = \"sm3\", not(feature = \"p256\")))]\ncompile_error!(\"broken\");\n",
    ),
    append("public API", SIGN, "\n/// Does nothing.\npub fn added() {}\n"),
    append(
        "features only add",
        SIGN,
        "\n/// Does nothing.\n#[cfg(not(feature = \"sm3\"))]\npub fn removed() {}\n",
    ),
    replace("minimal versions of dependencies", "Cargo.toml", "bytes = \"1.9\"", "bytes = \"1.0\""),
    replace(
        "packages",
        "crates/sts-proto/Cargo.toml",
        "readme = \"README.md\"",
        "readme = \"MISSING.md\"",
    ),
    replace(
        "README from a fresh clone",
        "README.md",
        "--example assume_agency",
        "--example assume_nothing",
    ),
    append("wasm", SIGN, "\n#[cfg(target_family = \"wasm\")]\ncompile_error!(\"broken\");\n"),
    replace(
        "fuzz",
        "xtask/fuzz/targets/urn.rs",
        "fuzz_target!(|text: &str| {",
        "fuzz_target!(|text: &str| {\n    assert!(text.len() < 3);",
    ),
    Breakage {
        of: "example: assume_agency",
        ..replace(
            "nothing written outside target",
            EXAMPLE,
            "    println!(\"over hyper\");",
            "    std::fs::write(\"left-behind.txt\", \"\")?;\n    println!(\"over hyper\");",
        )
    },
    // A test that passes and prints a secret.
    Breakage {
        of: "test of the sans-IO crates, no features",
        ..append(
            "no secret in the output of tests",
            "crates/sts-sign/tests/secrets.rs",
            "\n#[test]\nfn broken() {\n    println!(\"{SECRET}\");\n}\n",
        )
    },
];
