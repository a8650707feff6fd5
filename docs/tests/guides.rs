//! Guides show the code of their examples unchanged, and lists in guides are complete. `examples.rs`
//! runs the examples.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

/// Lines without indentation, so that a guide may show a piece from within.
fn unindented(code: &str) -> String {
    code.lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

fn blocks(guide: &str) -> impl Iterator<Item = &str> {
    guide.split("```rust\n").skip(1).map(|rest| rest.split_once("```").unwrap().0.trim_end())
}

fn shows_only(guide: &str, sources: &[&str]) {
    let sources: Vec<String> = sources.iter().map(|source| unindented(source)).collect();
    assert!(blocks(guide).count() > 3, "the guide shows code");
    for block in blocks(guide) {
        let block = unindented(block);
        let is_shown = sources.iter().any(|source| source.contains(&block));
        assert!(is_shown, "the sources do not have\n{block}");
    }
}

/// Returns the text of a file of an example.
macro_rules! example {
    ($path:literal) => {
        include_str!(concat!("../../crates/", $path, ".rs"))
    };
}

#[test]
fn the_guide_to_embedding_shows_what_the_example_compiles() {
    let sources = [
        example!("sts-reqwest/examples/embedding/sdk"),
        example!("sts-reqwest/examples/embedding/exchange"),
        example!("sts-reqwest/examples/embedding/retries"),
    ];
    shows_only(include_str!("../embedding.md"), &sources);
}

#[test]
fn the_guide_for_sdk_authors_shows_what_the_example_compiles() {
    let sdk = example!("sts-reqwest/examples/sdk_author/ecs");
    let exchange = example!("sts-reqwest/examples/sdk_author/exchange");
    shows_only(include_str!("../sdk-author.md"), &[sdk, exchange]);
    // Its lines that deal with credentials and signatures.
    let (_, send) = exchange.split_once("    async fn send(").unwrap();
    let (send, _) = send.split_once("\n    }\n").unwrap();
    let settings = ["signer: RequestSigner<", "= RequestSigner::new(", "self.signer.scope("];
    let is_setting = |line: &&str| settings.iter().any(|setting| line.contains(setting));
    let settings = sdk.lines().filter(is_setting).count();
    assert_eq!(settings + send.lines().skip(1).count(), 12);
}

#[test]
fn the_guide_to_runtimes_shows_what_the_examples_compile() {
    let sources = [
        example!("sts-isahc/examples/one_call"),
        example!("sts-isahc/examples/custom_runtime/task"),
        example!("sts-isahc/examples/custom_runtime/session"),
        example!("sts-isahc/examples/custom_runtime/event_loop"),
    ];
    shows_only(include_str!("../runtime.md"), &sources);
}

#[test]
fn the_guide_to_evolution_names_all_that_may_grow() {
    let guide = include_str!("../evolution.md");
    for api in PUBLIC_APIS {
        let items = ["#[non_exhaustive] pub enum ", "#[non_exhaustive] pub struct "];
        let is_open = |line: &&str| items.iter().any(|item| line.starts_with(item));
        for line in api.lines().filter(is_open) {
            let name = line.rsplit("::").next().unwrap();
            let name = name.split(['<', '(']).next().unwrap();
            let is_operation_or_output = OPERATIONS.iter().any(|operation| {
                name.strip_prefix(operation).is_some_and(|rest| matches!(rest, "" | "Output"))
            });
            assert!(is_operation_or_output || guide.contains(&format!("`{name}`")), "{name}");
        }
    }
}

#[test]
fn the_guide_to_evolution_names_all_exhaustive_enums() {
    let guide = include_str!("../evolution.md");
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("crates");
    let mut directories = vec![crates];
    let mut count = 0;
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                for rest in text.split("clippy::exhaustive_enums").skip(1) {
                    let rest = rest.split_once("pub enum ").unwrap().1;
                    let name = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap();
                    assert!(guide.contains(&format!("`{name}`")), "{name}");
                    count += 1;
                }
            }
        }
    }
    assert!(count > 3, "{count} exhaustive enums are found");
}

const OPERATIONS: [&str; 5] = [
    "AssumeAgency",
    "AssumeAgencyWithOidc",
    "AssumeAgencyWithSaml",
    "DecodeAuthorizationMessage",
    "GetCallerIdentity",
];

const PUBLIC_APIS: [&str; 11] = [
    include_str!("../../crates/huaweicloud-sts/public-api.txt"),
    include_str!("../../crates/sts-credentials/public-api.txt"),
    include_str!("../../crates/sts-client/public-api.txt"),
    include_str!("../../crates/sts-conformance/public-api.txt"),
    include_str!("../../crates/sts-emulator/public-api.txt"),
    include_str!("../../crates/sts-hyper/public-api.txt"),
    include_str!("../../crates/sts-isahc/public-api.txt"),
    include_str!("../../crates/sts-proto/public-api.txt"),
    include_str!("../../crates/sts-providers/public-api.txt"),
    include_str!("../../crates/sts-reqwest/public-api.txt"),
    include_str!("../../crates/sts-sign/public-api.txt"),
];

#[test]
fn the_life_of_one_request_visits_at_most_twelve_files() {
    let guide = include_str!("../architecture.md");
    let section = guide.split_once("## The life of one request").unwrap().1;
    let section = section.split_once("\n## ").unwrap().0;
    let quoted = section.split('`').skip(1).step_by(2);
    let files: Vec<&str> = quoted.filter(|text| text.starts_with("crates/")).collect();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for file in &files {
        assert!(root.join(file).is_file(), "{file}");
    }
    assert!((8..=12).contains(&files.len()), "{files:?}");
}

#[test]
fn the_map_for_contributors_names_paths_that_exist() {
    let guide = include_str!("../../CONTRIBUTING.md");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut count = 0;
    for path in guide.split('`').skip(1).step_by(2) {
        let is_path = ["crates/", "docs/", "xtask/"].iter().any(|start| path.starts_with(start));
        if !is_path || path.contains('*') {
            continue;
        }
        let (before, names) = path.split_once('{').unwrap_or((path, ""));
        for name in names.trim_end_matches('}').split(',') {
            let path = root.join(format!("{before}{name}"));
            assert!(path.exists() || path.with_extension("rs").exists(), "{}", path.display());
            count += 1;
        }
    }
    assert!(count > 15, "{count} paths are found");
}

#[test]
fn the_architecture_names_every_dependency() {
    let guide = include_str!("../architecture.md");
    for manifest in MANIFESTS {
        let (_, dependencies) = manifest.split_once("\n[dependencies]\n").unwrap();
        let dependencies = dependencies.split("\n[").next().unwrap();
        for line in dependencies.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let name = line.split(['.', ' ']).next().unwrap();
            let is_named = guide.split(|c: char| !(c.is_alphanumeric() || "-_".contains(c)));
            assert!({ is_named }.any(|word| word == name), "{name} has no reason");
        }
    }
}

const MANIFESTS: [&str; 12] = [
    include_str!("../../crates/huaweicloud-sts/Cargo.toml"),
    include_str!("../../crates/sts-cli/Cargo.toml"),
    include_str!("../../crates/sts-client/Cargo.toml"),
    include_str!("../../crates/sts-conformance/Cargo.toml"),
    include_str!("../../crates/sts-credentials/Cargo.toml"),
    include_str!("../../crates/sts-emulator/Cargo.toml"),
    include_str!("../../crates/sts-hyper/Cargo.toml"),
    include_str!("../../crates/sts-isahc/Cargo.toml"),
    include_str!("../../crates/sts-proto/Cargo.toml"),
    include_str!("../../crates/sts-providers/Cargo.toml"),
    include_str!("../../crates/sts-reqwest/Cargo.toml"),
    include_str!("../../crates/sts-sign/Cargo.toml"),
];
