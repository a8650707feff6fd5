//! Commands, private files and locks of the operating system.
#![cfg(all(unix, feature = "system"))]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
#![expect(clippy::disallowed_methods, reason = "it measures the time of a command")]

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
fn a_lock_is_exclusive_until_it_is_dropped() {
    let directory = directory("lock");
    let path = directory.join("lock");
    let lock = SystemEnvironment.try_lock_file(&path).unwrap();
    assert!(lock.is_some());
    assert!(SystemEnvironment.try_lock_file(&path).unwrap().is_none());
    drop(lock);
    assert!(SystemEnvironment.try_lock_file(&path).unwrap().is_some());
    assert_eq!(mode(&path), 0o600);
    fs::remove_dir_all(&directory).unwrap();
}
