//! Commands, private files and locks of the operating system.
#![cfg(all(unix, feature = "system"))]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
#![expect(clippy::disallowed_methods, reason = "it measures the time of a command")]
#![expect(clippy::disallowed_types, reason = "it writes a large file")]

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sts_client::proto::Body;
use sts_client::{Command, Environment, SystemEnvironment};

fn shell(script: &str) -> Command {
    Command::new("/bin/sh").arguments(["-c", script])
}

fn directory(name: &str) -> PathBuf {
    let name = format!("system-environment-{name}-{}", std::process::id());
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&directory);
    directory
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_command_has_arguments_and_an_empty_input() {
    let command = shell("cat; printf '%s|' \"$0\" \"$@\"; echo warning >&2; exit 3")
        .arguments(["a b", "$HOME", ""]);
    let output = SystemEnvironment.run_command(&command).unwrap();
    assert_eq!(output.stdout.as_ref(), b"a b|$HOME||");
    assert_eq!(output.stderr.as_ref(), b"warning\n");
    assert_eq!(output.status, Some(3));
    assert!(!format!("{command:?} {output:?}").contains("HOME"), "{command:?} {output:?}");
}

#[test]
fn a_missing_program_is_an_error() {
    let command = Command::new("/nonexistent/program");
    let error = SystemEnvironment.run_command(&command).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

#[test]
fn a_command_is_killed_at_its_timeout() {
    // One that keeps its output open, and one that closes it.
    for script in ["exec sleep 60", "exec >&- 2>&-; exec sleep 60"] {
        let start = Instant::now();
        let command = shell(script).timeout(Duration::from_millis(200));
        let error = SystemEnvironment.run_command(&command).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{error}");
        assert!(error.to_string().contains("did not end within 0.2 seconds"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(30));
    }
}

#[test]
fn the_output_of_a_command_is_bounded() {
    let script = "head -c 65535 /dev/zero; head -c 200000 /dev/zero >&2";
    let output = SystemEnvironment.run_command(&shell(script)).unwrap();
    assert_eq!(output.stdout.len(), 65_535);
    assert_eq!(output.stderr.len(), 4096);

    let error = SystemEnvironment.run_command(&shell("exec cat /dev/zero")).unwrap_err();
    assert_eq!(error.to_string(), "the output of the command exceeds 64 KiB");
}

#[test]
fn private_files_are_for_one_user() {
    let directory = directory("private");
    let path = directory.join("inner").join("file");
    let read = || SystemEnvironment.read_private_file(&path);
    assert_eq!(read().unwrap_err().kind(), io::ErrorKind::NotFound);
    for content in [&b"a longer first text"[..], b"second"] {
        SystemEnvironment.write_private_file(&path, &Body::from(content.to_vec())).unwrap();
        assert_eq!(read().unwrap().as_ref(), content);
    }
    assert_eq!((mode(&path), mode(&directory.join("inner"))), (0o600, 0o700));
    let names = fs::read_dir(directory.join("inner")).unwrap();
    assert_eq!(names.count(), 1, "no temporary file remains");

    for bits in [0o640, 0o604, 0o620] {
        fs::set_permissions(&path, Permissions::from_mode(bits)).unwrap();
        let error = read().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
        assert!(error.to_string().contains("set its mode to 0600"), "{error}");
    }
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    let link = directory.join("link");
    symlink(&path, &link).unwrap();
    assert!(SystemEnvironment.read_private_file(&link).is_err(), "links are not followed");
    assert!(SystemEnvironment.read_private_file(&directory).is_err(), "not a file");
    fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn private_files_are_not_in_a_directory_of_others() {
    let directory = directory("shared");
    let path = directory.join("file");
    SystemEnvironment.write_private_file(&path, &Body::from(b"text".to_vec())).unwrap();
    for bits in [0o777, 0o770, 0o722] {
        fs::set_permissions(&directory, Permissions::from_mode(bits)).unwrap();
        let errors = [
            SystemEnvironment.read_private_file(&path).unwrap_err(),
            SystemEnvironment.write_private_file(&path, &Body::empty()).unwrap_err(),
            SystemEnvironment.try_lock_file(&directory.join("lock")).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
            assert!(error.to_string().contains("set its mode to 0700"), "{error}");
        }
    }
    // Only the owner of a file renames it in a directory like /tmp.
    for bits in [0o1777, 0o755, 0o700] {
        fs::set_permissions(&directory, Permissions::from_mode(bits)).unwrap();
        assert_eq!(SystemEnvironment.read_private_file(&path).unwrap().as_ref(), b"text");
    }
    fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn a_replaced_cache_or_lock_is_not_followed() {
    let directory = directory("replaced");
    let (path, lock) = (directory.join("file"), directory.join("lock"));
    SystemEnvironment.write_private_file(&path, &Body::from(b"text".to_vec())).unwrap();
    let target = directory.join("target");
    for link in [&path, &lock] {
        let _ = fs::remove_file(link);
        symlink(&target, link).unwrap();
    }
    SystemEnvironment.read_private_file(&path).unwrap_err();
    SystemEnvironment.try_lock_file(&lock).unwrap_err();
    SystemEnvironment.write_private_file(&path, &Body::from(b"new".to_vec())).unwrap();
    assert!(!target.exists(), "the link is replaced, and its target is not written");
    assert_eq!(SystemEnvironment.read_private_file(&path).unwrap().as_ref(), b"new");

    for fifo in [&path, &lock] {
        fs::remove_file(fifo).unwrap();
        make_fifo(fifo);
    }
    SystemEnvironment.read_private_file(&path).unwrap_err();
    SystemEnvironment.try_lock_file(&lock).unwrap_err();
    fs::remove_dir_all(&directory).unwrap();
}

fn make_fifo(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg("-m").arg("600").arg(path).status();
    assert!(made.unwrap().success());
}

#[test]
fn a_file_without_an_end_is_an_error() {
    let directory = directory("endless");
    fs::create_dir_all(&directory).unwrap();
    let fifo = directory.join("fifo");
    make_fifo(&fifo);
    let link = directory.join("link");
    symlink(&fifo, &link).unwrap();
    for path in [&*fifo, &*link, &*directory, Path::new("/dev/zero"), Path::new("/dev/null")] {
        let error = SystemEnvironment.read_file(path).unwrap_err();
        assert_eq!(error.to_string(), "not a regular file", "{}", path.display());
    }
    // A sparse file of 1 GB.
    let large = directory.join("large");
    fs::File::create(&large).unwrap().set_len(1 << 30).unwrap();
    let error = SystemEnvironment.read_file(&large).unwrap_err();
    assert_eq!(error.to_string(), "file exceeds 1 MiB");
    fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn a_command_that_does_not_cooperate_is_an_error() {
    let start = Instant::now();
    for script in [
        "trap '' TERM INT HUP; while :; do sleep 1; done",
        "(trap '' TERM; sleep 5) & wait",
        "while :; do printf x; sleep 0.01; done",
    ] {
        let command = shell(script).timeout(Duration::from_millis(300));
        let error = SystemEnvironment.run_command(&command).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut, "{script}: {error}");
    }
    // One that has ended is not said to run, and its status may be the reason.
    let command = shell("sleep 20 & exit 3").timeout(Duration::from_secs(3));
    let error = SystemEnvironment.run_command(&command).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    let expected = "the command ended (exit status: 3), but a program that it started kept its";
    assert!(error.to_string().starts_with(expected), "{error}");
    // One that has closed its output is not waited for.
    let command = shell("sleep 5 >&- 2>&- & printf token").timeout(Duration::from_secs(60));
    let output = SystemEnvironment.run_command(&command).unwrap();
    assert_eq!(output.stdout.as_ref(), b"token");
    let error = SystemEnvironment.run_command(&shell("exec yes")).unwrap_err();
    assert_eq!(error.to_string(), "the output of the command exceeds 64 KiB");
    let output = SystemEnvironment.run_command(&shell("kill -9 $$")).unwrap();
    assert_eq!(output.status, None);
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_lock_is_a_private_file() {
    let directory = directory("lock");
    let path = directory.join("lock");
    drop(SystemEnvironment.try_lock_file(&path).unwrap());
    assert_eq!(mode(&path), 0o600);
    fs::remove_dir_all(&directory).unwrap();
}
