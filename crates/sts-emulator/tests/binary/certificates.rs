//! Files of CA certificates.

use std::path::{Path, PathBuf};

use crate::running::{File, Running, emulator, emulator_that_hangs_up, run};

#[test]
fn with_tls_it_names_the_file_of_its_certificate() {
    let mut running = Running::start(&["--tls", "--listen", "[::1]:0"]);
    running.line("listening on https://[::1]:");
    let path = running.line("ca certificate: ");
    let pem = std::fs::read_to_string(&path).unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"));
    running.stop("TERM");
    assert!(!Path::new(&path).exists());
}

#[test]
fn the_certificate_goes_where_it_is_wanted() {
    let file = File::new("ca.pem", "");
    let path = file.0.to_str().unwrap();
    let mut running = Running::start(&["--tls", "--ca-file", path]);
    running.line("listening on https://127.0.0.1:");
    assert_eq!(running.line("ca certificate: "), path);
    running.stop("TERM");
    assert!(std::fs::read_to_string(path).unwrap().contains("CERTIFICATE"));
}

#[test]
fn a_certificate_authority_is_kept_between_runs() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("kept-authority");
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir(&directory).unwrap();
    let [certificate, key] = ["ca.pem", "ca-key.pem"].map(|name| directory.join(name));
    let arguments =
        ["--tls", "--ca-file", certificate.to_str().unwrap(), "--ca-key", key.to_str().unwrap()];
    let start = || {
        let mut running = Running::start(&arguments);
        running.line("listening on https://127.0.0.1:");
        running.stop("TERM");
        [&certificate, &key].map(|path| std::fs::read_to_string(path).unwrap())
    };
    let first = start();
    assert!(first[1].contains("PRIVATE KEY"));
    assert_eq!(std::fs::metadata(&key).unwrap().mode() & 0o777, 0o600);
    assert_eq!(start(), first);

    let rejected = |expected: &str| {
        let output = run(&arguments);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
        assert!(!stderr.contains("PRIVATE KEY"), "{stderr}");
    };
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    rejected("--ca-key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::remove_file(&certificate).unwrap();
    rejected("--ca-file");
    // The certificate of another authority.
    std::fs::remove_file(&key).unwrap();
    let other = start();
    std::fs::write(&certificate, &first[0]).unwrap();
    rejected("--ca-file or --ca-key");
    std::fs::write(&certificate, &other[0]).unwrap();
    std::fs::write(&key, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").unwrap();
    rejected("--ca-file or --ca-key");
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let failed = |command: &mut std::process::Command, path: &str| {
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(path), "{stderr}");
    };
    failed(emulator().arg("--tls").env("TMPDIR", "/nowhere"), "\"/nowhere/sts-emulator-ca-");
    let arguments = ["--tls", "--ca-file", "/nowhere/ca.pem"];
    failed(emulator().args(arguments), "\"/nowhere/ca.pem\"");

    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("ca-without-key.pem");
    let _ = std::fs::remove_file(&path);
    let arguments = ["--tls", "--ca-file", path.to_str().unwrap(), "--ca-key", "/nowhere/key.pem"];
    failed(emulator().args(arguments), "\"/nowhere/key.pem\"");
    // The next start would reject a certificate without its key.
    assert!(!path.exists());
}

#[test]
fn a_hangup_stops_it_and_removes_its_certificate() {
    let mut running = Running::spawn(emulator_that_hangs_up().arg("--tls"));
    running.line("listening on https://");
    let path = running.line("ca certificate: ");
    assert_eq!(running.stop("HUP").0, Some(0));
    assert!(!Path::new(&path).exists());
}

#[test]
fn certificates_of_killed_emulators_are_removed_and_others_stay() {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("stale-certificates");
    let _ = std::fs::remove_dir_all(&directory);
    std::fs::create_dir(&directory).unwrap();
    let start = || {
        let mut running = Running::spawn(emulator().arg("--tls").env("TMPDIR", &directory));
        running.line("listening on https://");
        let path = PathBuf::from(running.line("ca certificate: "));
        assert!(path.starts_with(&directory) && path.exists());
        (running, path)
    };
    let (killed, stale) = start();
    let (alive, kept) = start();
    assert!(stale.exists());
    assert_eq!(killed.stop("KILL").0, None);
    assert!(stale.exists());
    // Not made by an emulator.
    for name in
        ["sts-emulator-ca-mine.pem", "sts-emulator-ca-1-2-3.pem", "sts-emulator-ca-1-2.pem.old"]
    {
        std::fs::write(directory.join(name), "").unwrap();
    }
    std::os::unix::fs::symlink(
        directory.join("nowhere"),
        directory.join("sts-emulator-ca-1-2.pem"),
    )
    .unwrap();
    // Any start removes it, with TLS or without.
    let mut last = Running::spawn(emulator().env("TMPDIR", &directory));
    last.line("listening on http://");
    assert!(!stale.exists());
    assert!(kept.exists());
    alive.stop("TERM");
    last.stop("TERM");
    assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 4, "what no emulator made stays");
    std::fs::remove_dir_all(&directory).unwrap();
}
