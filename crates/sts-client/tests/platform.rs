//! Clocks and environments of a platform.

use std::io;
use std::path::Path;
use std::time::Duration;

use sts_client::proto::Body;
use sts_client::{Clock, Command, Environment, Now};
use time::OffsetDateTime;
use time::macros::datetime;

const START: OffsetDateTime = datetime!(2026-03-05 07:08:09 UTC);

struct Bare;

impl Environment for Bare {}

#[test]
fn an_environment_has_no_files_by_default() {
    let error = Bare.read_file(Path::new("/etc/keys")).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::Unsupported);
    assert_eq!(error.to_string(), "file access is not available");
}

#[test]
fn an_environment_has_no_commands_and_private_files_by_default() {
    let path = Path::new("/cache");
    let errors = [
        Bare.run_command(&Command::new("program")).unwrap_err(),
        Bare.read_private_file(path).unwrap_err(),
        Bare.write_private_file(path, &Body::empty()).unwrap_err(),
        Bare.try_lock_file(path).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), io::ErrorKind::Unsupported);
        assert!(error.to_string().ends_with("not available"), "{error}");
    }
}

#[cfg(feature = "system")]
#[test]
fn the_operating_system_reads_files_up_to_1_mib() {
    use sts_client::SystemEnvironment;

    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = directory.join(format!("platform-{}", std::process::id()));
    for length in [0, 65_535, 65_536, 1 << 20] {
        std::fs::write(&path, vec![b'x'; length]).unwrap();
        assert_eq!(SystemEnvironment.read_file(&path).unwrap().len(), length);
    }
    std::fs::write(&path, vec![b'x'; (1 << 20) + 1]).unwrap();
    let error = SystemEnvironment.read_file(&path).unwrap_err();
    assert_eq!(error.to_string(), "file exceeds 1 MiB");

    std::fs::remove_file(&path).unwrap();
    assert_eq!(SystemEnvironment.read_file(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
}

/// A variable that is not UTF-8 does not count as unset.
#[cfg(all(unix, feature = "system"))]
#[test]
fn the_operating_system_returns_all_variables_that_are_set() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::process::Command;

    use sts_client::SystemEnvironment;

    // A process has one environment, so the test executes itself again.
    if SystemEnvironment.variable("STS_TEST_AGAIN").unwrap().is_some() {
        let error = SystemEnvironment.variable("STS_TEST_VARIABLE").unwrap_err();
        assert_eq!(error.name(), "STS_TEST_VARIABLE");
        assert_eq!(error.to_string(), "environment variable STS_TEST_VARIABLE is not valid UTF-8");
        assert_eq!(SystemEnvironment.variable("STS_TEST_TEXT"), Ok(Some(" s ".to_owned())));
        assert_eq!(SystemEnvironment.variable("STS_TEST_UNSET"), Ok(None));
        return;
    }
    let test = "the_operating_system_returns_all_variables_that_are_set";
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .env("STS_TEST_AGAIN", "")
        .env("STS_TEST_TEXT", " s ")
        .env("STS_TEST_VARIABLE", OsStr::from_bytes(b"a\xffb"))
        .output()
        .unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

#[test]
fn seeds_of_a_clock_without_randomness_are_derived_from_its_time() {
    struct At(Duration);
    impl Clock for At {
        fn now(&self) -> Now {
            Now::new(START, Duration::ZERO).after(self.0)
        }
    }
    let seeds: std::collections::BTreeSet<_> =
        (0..1000).map(|nanos| At(Duration::from_nanos(nanos)).seed()).collect();
    assert!(seeds.len() > 500, "{}", seeds.len());
}
