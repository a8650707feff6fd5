//! The Dockerfile, the compose file and the recipes for containers.

use std::path::Path;

use crate::running::run;

const DOCKERFILE: &str = include_str!("../../docker/Dockerfile");
const COMPOSE: &str = include_str!("../../docker/compose.yaml");
const GUIDE: &str = include_str!("containers.md");

/// Expects that the program knows the options. The version is printed after all have been read.
fn assert_known(options: &[String]) {
    assert!(!options.is_empty());
    let options: Vec<_> = options.iter().map(String::as_str).chain(["--version"]).collect();
    let output = run(&options);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{options:?}: {stderr}");
}

/// Returns the instructions with their arguments. Lines that end with a backslash continue.
fn instructions() -> Vec<(String, String)> {
    let text = DOCKERFILE.replace("\\\n", " ");
    let lines =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let pair = |line: &str| {
        line.split_once(' ').map(|(name, rest)| (name.to_owned(), rest.trim().to_owned())).unwrap()
    };
    lines.map(pair).collect()
}

#[test]
fn the_dockerfile_is_built_in_two_stages_from_known_instructions() {
    let instructions = instructions();
    let all = |name: &str| {
        let found = instructions.iter().filter(|(instruction, _)| instruction == name);
        found.map(|(_, argument)| argument.as_str()).collect::<Vec<_>>()
    };
    for (name, _) in &instructions {
        let known = ["FROM", "RUN", "WORKDIR", "COPY", "USER", "EXPOSE", "ENTRYPOINT", "CMD"];
        assert!(known.contains(&name.as_str()), "{name}");
    }
    let [build, image] = all("FROM")[..] else { panic!("{:?}", all("FROM")) };
    assert!(build.ends_with(" AS build"), "{build}");
    assert_eq!(image, "scratch");
    let rust_version = format!("rust:{}-alpine ", env!("CARGO_PKG_RUST_VERSION"));
    assert!(build.starts_with(&rust_version), "{build} begins with {rust_version}");
    assert_eq!(all("COPY"), [". .", "--from=build /image/ /"]);
    assert_ne!(all("USER"), ["root"]);
    let entry: Vec<String> = serde_json::from_str(all("ENTRYPOINT")[0]).unwrap();
    assert_eq!(entry, ["/sts-emulator"]);
    assert_known(&serde_json::from_str::<Vec<String>>(all("CMD")[0]).unwrap());
}

#[test]
fn the_options_of_the_compose_file_are_known() {
    let (_, command) = COMPOSE.split_once("    command:\n").unwrap();
    let options = command.lines().map_while(|line| line.trim().strip_prefix("- "));
    let options: Vec<_> = options.map(str::to_owned).collect();
    assert_known(&options);
    assert!(options.iter().any(|option| option == "--allow-remote"));
    assert!(COMPOSE.contains("STS_EMULATOR_CONTROL_SECRET: ${STS_EMULATOR_CONTROL_SECRET:?"));
    let (_, file) = COMPOSE.split_once("dockerfile: ").unwrap();
    assert!(file.starts_with("crates/sts-emulator/docker/Dockerfile\n"));
    let (_, check) = COMPOSE.split_once("test: ").unwrap();
    let check: Vec<String> = serde_json::from_str(check.lines().next().unwrap()).unwrap();
    assert_eq!(check[..3], ["CMD", "/sts-emulator", "--health"]);
    assert_eq!(run(&["--health", &check[3]]).status.code(), Some(1), "nothing listens there");
    // Published for this machine only.
    let (_, ports) = COMPOSE.split_once("    ports:\n").unwrap();
    let ports = ports.lines().map(str::trim).take_while(|line| !line.is_empty());
    for port in ports.filter(|line| line.starts_with('-')) {
        assert!(port.starts_with("- \"127.0.0.1:"), "{port}");
    }
}

#[test]
fn the_options_of_the_recipes_are_known() {
    let mut found = 0;
    for line in GUIDE.lines().filter(|line| line.contains("--listen")) {
        let options =
            line.split(|c: char| " \"`'[](),".contains(c)).filter(|word| !word.is_empty());
        let options = options.skip_while(|word| !word.starts_with("--listen"));
        let options = options.take_while(|word| !word.starts_with('.') && *word != "Mount");
        let options: Vec<_> = options.map(str::to_owned).collect();
        assert_known(&options);
        found += 1;
    }
    assert_eq!(found, 5);
    for path in GUIDE.split("../crates/sts-emulator/").skip(1) {
        let (path, _) = path.split_once(')').unwrap();
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists(), "{path}");
    }
}
