//! The groups of modules that are mutated.

/// Modules with one purpose, and the tests that check them.
pub(super) struct Group<'a> {
    pub(super) name: &'a str,
    /// Globs of files.
    pub(super) files: &'a [&'a str],
    pub(super) tests: Tests,
}

/// The tests in the package of a mutant that are run.
#[derive(Clone, Copy)]
pub(super) enum Tests {
    All,
    /// The unit tests and these files, since to link all takes longer than to run them. Tests that
    /// take many seconds are skipped.
    Of(&'static [&'static str]),
}

/// Modules of tests in virtual time that simulate days, or all orders of events.
const SLOW: [&str; 3] = ["failover_load", "session_interleavings", "soak"];

pub(super) const GROUPS: [Group<'_>; 17] = [
    Group {
        name: "signer",
        files: &[
            "crates/sts-sign/src/authorization.rs",
            "crates/sts-sign/src/hash.rs",
            "crates/sts-sign/src/hex.rs",
            "crates/sts-sign/src/key.rs",
            "crates/sts-sign/src/key/**",
            "crates/sts-sign/src/payload.rs",
            "crates/sts-sign/src/scope.rs",
            "crates/sts-sign/src/signature.rs",
            "crates/sts-sign/src/signer.rs",
            "crates/sts-sign/src/signer/**",
            "crates/sts-sign/src/sink.rs",
        ],
        tests: Tests::All,
    },
    Group {
        name: "canonical-request",
        files: &[
            "crates/sts-sign/src/canonical_request.rs",
            "crates/sts-sign/src/canonical_request/**",
            "crates/sts-sign/src/host.rs",
            "crates/sts-sign/src/signed_headers.rs",
            "crates/sts-sign/src/string_to_sign.rs",
        ],
        tests: Tests::All,
    },
    Group {
        name: "verifier",
        files: &["crates/sts-sign/src/verify.rs", "crates/sts-sign/src/verify/**"],
        tests: Tests::All,
    },
    Group {
        name: "request-signer",
        files: &["crates/sts-sign/src/request_signer.rs", "crates/sts-sign/src/request_signer/**"],
        tests: Tests::All,
    },
    Group {
        name: "session",
        files: &["crates/sts-client/src/session.rs", "crates/sts-client/src/session/**"],
        tests: Tests::Of(&["virtual_time", "session_runtimes", "one_time", "trace"]),
    },
    Group {
        name: "call",
        files: &[
            "crates/sts-client/src/call.rs",
            "crates/sts-client/src/call/**",
            "crates/sts-client/src/classify.rs",
        ],
        tests: Tests::Of(&["virtual_time", "classify", "deadline", "trace"]),
    },
    Group {
        name: "rejected-keys",
        files: &["crates/sts-client/src/shared/rejected_keys.rs"],
        tests: Tests::Of(&["virtual_time"]),
    },
    Group {
        name: "clock",
        files: &["crates/sts-client/src/shared/clock_offset.rs"],
        tests: Tests::Of(&["virtual_time"]),
    },
    Group {
        name: "endpoint",
        files: &["crates/sts-client/src/shared/endpoint_pool.rs"],
        tests: Tests::Of(&["virtual_time", "outage"]),
    },
    Group {
        name: "classification",
        files: &[
            "crates/sts-proto/src/error/classify.rs",
            "crates/sts-proto/src/error/code.rs",
            "crates/sts-proto/src/error/table.rs",
            "crates/sts-proto/src/error/throttling.rs",
            "crates/sts-proto/src/error/words.rs",
            "crates/sts-proto/src/status.rs",
        ],
        tests: Tests::Of(&["errors"]),
    },
    Group {
        name: "dates",
        files: &[
            "crates/sts-proto/src/http_date.rs",
            "crates/sts-proto/src/timestamp.rs",
            "crates/sts-sign/src/date.rs",
        ],
        tests: Tests::All,
    },
    Group {
        name: "retry-after",
        files: &["crates/sts-proto/src/retry_after.rs"],
        tests: Tests::All,
    },
    Group { name: "urns", files: &["crates/sts-proto/src/urn.rs"], tests: Tests::Of(&["urns"]) },
    Group { name: "credentials", files: &["crates/sts-credentials/src/**"], tests: Tests::All },
    Group {
        name: "providers",
        files: &["crates/sts-providers/src/**"],
        tests: Tests::Of(&["providers"]),
    },
    Group {
        name: "reqwest",
        files: &["crates/sts-reqwest/src/**"],
        // The others run examples, which are not built.
        tests: Tests::Of(&[
            "conformance",
            "emulator",
            "own_client",
            "proxies",
            "sdk_author",
            "wiped",
        ]),
    },
    Group {
        name: "facade",
        files: &["crates/huaweicloud-sts/src/**"],
        tests: Tests::Of(&["from_env"]),
    },
];

impl Tests {
    /// The options of `cargo test`. Documentation tests are left out: each is a program to link.
    pub(super) fn options(self) -> Vec<String> {
        match self {
            Self::All => vec!["--tests".to_owned()],
            Self::Of(names) => {
                let files = names.iter().map(|name| format!("--test={name}"));
                std::iter::once("--lib".to_owned()).chain(files).collect()
            }
        }
    }

    /// The options of the test programs.
    pub(super) fn program_options(self) -> Vec<&'static str> {
        match self {
            Self::All => Vec::new(),
            Self::Of(_) => SLOW.iter().flat_map(|module| ["--skip", module]).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::GROUPS;
    use crate::tools::root;

    #[test]
    fn the_files_of_all_groups_are_there() {
        for glob in GROUPS.iter().flat_map(|group| group.files) {
            assert!(root().join(glob.trim_end_matches("/**")).exists(), "{glob}");
        }
    }
}
