//! Command-line options and configuration files.

use sts_emulator::builtin;

use crate::running::{File, Running, run};

/// One line on standard error, exit code 2.
#[track_caller]
fn assert_rejected(arguments: &[&str], expected: &[&str]) {
    let output = run(arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(output.stdout.is_empty());
    for text in expected {
        assert!(stderr.contains(text), "{stderr:?} contains {text:?}");
    }
}

#[test]
fn a_wrong_configuration_file_is_named_with_line_and_key() {
    let file = File::new("wrong.toml", "[[accounts]]\nid = \"a\"\nagency = 1\n");
    let path = file.0.to_str().unwrap();
    assert_rejected(&["--config", path], &[path, "line 3", "agency", "unknown field"]);
    assert_rejected(&["--config", "/nowhere/at/all.toml"], &["/nowhere/at/all.toml"]);
    let file = File::new("empty.toml", "# nothing yet\n");
    let path = file.0.to_str().unwrap();
    assert_rejected(&["--config", path], &[path, "accounts", "missing"]);
}

#[test]
fn a_configuration_file_takes_the_place_of_the_built_in_world() {
    let file = File::new("world.toml", "[[accounts]]\nid = \"a\"\n");
    let mut running = Running::start(&["--config", file.0.to_str().unwrap()]);
    running.line("listening on http://");
    running.stop("TERM");
}

#[test]
fn wrong_options_are_named_in_one_line() {
    assert_rejected(&["--lisen", "x"], &["--lisen"]);
    assert_rejected(&["--listen"], &["--listen"]);
    assert_rejected(&["extra"], &["extra"]);
    assert_rejected(&["--tls=yes"], &["--tls"]);
    assert_rejected(&["--ca-file", "x"], &["--ca-file requires --tls"]);
    assert_rejected(&["--seed", "x", "--seed=y"], &["duplicate option --seed"]);
    assert_rejected(&["--tls", "--tls"], &["duplicate option --tls"]);
    assert_rejected(
        &["--health", "http://127.0.0.1:1/", "--tls"],
        &["--health cannot be combined"],
    );
    assert_rejected(&["--ca-key", "k", "--tls"], &["--ca-key requires --ca-file"]);
}

#[test]
fn wrong_values_are_named_with_their_option() {
    for option in [
        "--listen",
        "--config",
        "--seed",
        "--control",
        "--metadata",
        "--oidc-issuer",
        "--host-name",
        "--control-secret-file",
        "--log",
    ] {
        assert_rejected(&[option, ""], &[option, "\"\": must not be empty"]);
    }
    for option in ["--listen", "--control", "--metadata", "--oidc-issuer"] {
        assert_rejected(&[option, "x"], &[option, "\"x\"", "expected HOST:PORT"]);
        assert_rejected(&[option, "127.0.0.1:99999"], &[option, "\"127.0.0.1:99999\""]);
        let remote = [option, "\"0.0.0.0:0\"", "not a loopback address", "--allow-remote"];
        assert_rejected(&[option, "0.0.0.0:0"], &remote);
    }
    for value in ["0", "256", "two"] {
        let shown = format!("--workers {value:?}: must be a number from 1 to 255");
        assert_rejected(&["--workers", value], &[&shown]);
    }
    assert_rejected(&["--log", "xml"], &["--log", "\"xml\"", "text or json"]);
    for name in ["a b", "evil.example:80", "-a", "a..b", "é"] {
        assert_rejected(&["--host-name", name], &["--host-name", name, "host name"]);
    }
    assert_rejected(
        &["--control-secret-file", "/nowhere/at/all"],
        &["--control-secret-file", "/nowhere"],
    );
    let bytes = std::os::unix::ffi::OsStrExt::from_bytes(b"x\xff");
    let output = crate::running::emulator().arg("--seed").arg::<&std::ffi::OsStr>(bytes).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("--seed \"x\\xFF\": must be UTF-8"));
}

#[test]
fn beyond_loopback_the_control_endpoint_requires_a_secret() {
    let remote = ["--control", "0.0.0.0:0", "--allow-remote"];
    assert_rejected(&remote, &["--control", "\"0.0.0.0:0\"", "--control-secret-file"]);
    let short = File::new("short-secret", "too-short\n");
    let short = [&remote[..], &["--control-secret-file", short.0.to_str().unwrap()]].concat();
    assert_rejected(&short, &["--control-secret-file", "at least 16"]);
    let output = run(&short);
    assert!(!String::from_utf8(output.stderr).unwrap().contains("too-short"));
    let variable = ("STS_EMULATOR_CONTROL_SECRET", "too-short");
    let output = crate::running::emulator().args(remote).env(variable.0, variable.1).output();
    let stderr = String::from_utf8(output.unwrap().stderr).unwrap();
    let expected = format!("--control-secret-file or {}: must be at least 16", variable.0);
    assert!(stderr.contains(&expected), "{stderr}");

    let file = File::new("secret", "0123456789abcdef\n");
    let with_file = [&remote[..], &["--control-secret-file", file.0.to_str().unwrap()]].concat();
    let mut running = Running::start(&with_file);
    running.line("listening on http://127.0.0.1:");
    running.line("control on http://0.0.0.0:");
    running.stop("TERM");
    let variable = ("STS_EMULATOR_CONTROL_SECRET", "0123456789abcdef");
    let mut running =
        Running::spawn(crate::running::emulator().args(remote).env(variable.0, variable.1));
    running.line("listening on http://127.0.0.1:");
    running.stop("TERM");
    let output =
        crate::running::emulator().args(&with_file).env(variable.0, variable.1).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn it_prints_its_version() {
    for option in ["--version", "-V"] {
        let output = run(&[option]);
        assert_eq!(output.status.code(), Some(0));
        let expected = concat!("sts-emulator ", env!("CARGO_PKG_VERSION"), "\n");
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    }
}

#[test]
fn an_address_it_cannot_have_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(&["--listen", &address]);
    assert_eq!(output.status.code(), Some(1));
    let expected = format!("--listen {address:?}: ");
    assert!(String::from_utf8(output.stderr).unwrap().contains(&expected));
}

#[test]
fn its_help_names_every_option_and_the_built_in_world() {
    let output = run(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    let help = String::from_utf8(output.stdout).unwrap();
    for word in [
        "--listen",
        "--workers",
        "--config",
        "--tls",
        "--ca-file",
        "--seed",
        "--echo",
        "--any-service",
        "--health",
        "--control",
        "--metadata",
        "--oidc-issuer",
        "--ca-key",
        "--host-name",
        "--allow-remote",
        "--control-secret-file",
        "STS_EMULATOR_CONTROL_SECRET",
        "--quiet",
        "--log",
        "--version",
        "Examples:",
        builtin::ACCESS_KEY_ID,
        builtin::SECRET_ACCESS_KEY,
        builtin::AGENCY_URN,
    ] {
        assert!(help.contains(word), "{word}");
    }
}

#[test]
fn it_checks_the_health_of_another_emulator() {
    let mut running = Running::start(&["--control", "127.0.0.1:0"]);
    let sts = running.line("listening on ");
    let control = running.line("control on ");
    let check = |url: &str| {
        let output = run(&["--health", url]);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for path in ["health", "ready"] {
        let url = format!("{control}/_emulator/v1/{path}");
        assert_eq!(check(&url), (Some(0), String::new()), "{url}");
    }
    // Not a path of the STS.
    let (code, stderr) = check(&format!("{sts}/_emulator/v1/health"));
    assert_eq!(code, Some(1));
    assert!(stderr.contains("status \"404\", expected 200"), "{stderr}");
    for url in ["", "127.0.0.1", "https://127.0.0.1/", "http:///x"] {
        assert_ne!(check(url).0, Some(0), "{url}");
    }
    running.stop("TERM");
    let (code, stderr) = check(&format!("{control}/_emulator/v1/health"));
    assert_eq!(code, Some(1));
    assert!(stderr.contains("no response: "), "{stderr}");
}

#[test]
fn an_error_about_the_url_to_check_has_no_part_of_a_password() {
    for scheme in ["http://", "https://", "//", ""] {
        for password in [
            "mysecret",
            "my?secret",
            "my#secret",
            "my/secret",
            "my:secret",
            "my@secret",
            "my@secret?word",
            "8080?mysecret",
            "8080/mysecret",
            "my secret",
        ] {
            for at in ["@", "%40"] {
                let url = format!("{scheme}myuser:{password}{at}127.0.0.1:1/health");
                let output = run(&["--health", &url]);
                let stderr = String::from_utf8(output.stderr).unwrap();
                assert_eq!(output.status.code(), Some(1), "{url}: {stderr}");
                for secret in ["myuser", "secret", "word"] {
                    assert!(!stderr.contains(secret), "{url}: {stderr}");
                }
            }
        }
    }
    let url = "http://127.0.0.1:1/health";
    let stderr = String::from_utf8(run(&["--health", url]).stderr).unwrap();
    assert!(stderr.contains(url), "{stderr}");
}

#[test]
fn any_path_is_served_only_with_the_option() {
    for (arguments, status) in [(&[][..], "HTTP/1.1 404"), (&["--any-service"], "HTTP/1.1 401")] {
        let mut running = Running::start(arguments);
        let address = running.line("listening on http://");
        // The request is not signed.
        assert_eq!(crate::running::status_at(&address), status);
        running.stop("TERM");
    }
}
