use std::io;
use std::path::Path;
use std::time::Duration;

use sts_client::{Host, Now};

use crate::world::START;

struct Bare;

impl Host for Bare {
    fn now(&self) -> Now {
        Now::new(START, Duration::ZERO)
    }

    fn seed(&self) -> u64 {
        0
    }
}

#[test]
fn a_host_has_no_files_unless_it_says_so() {
    let error = Bare.read_file(Path::new("/etc/keys")).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::Unsupported);
    assert_eq!(error.to_string(), "file access is not available");
}

#[cfg(feature = "system")]
#[test]
fn the_operating_system_reads_files_up_to_64_kib() {
    use sts_client::SystemHost;

    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = directory.join(format!("sources-host-{}", std::process::id()));
    std::fs::write(&path, vec![b'x'; 65_535]).unwrap();
    assert_eq!(SystemHost.read_file(&path).unwrap().len(), 65_535);

    std::fs::write(&path, vec![b'x'; 65_536]).unwrap();
    let error = SystemHost.read_file(&path).unwrap_err();
    assert_eq!(error.to_string(), "file exceeds 64 KiB");

    std::fs::remove_file(&path).unwrap();
    assert_eq!(SystemHost.read_file(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
}

/// A variable that is not text is not one that is not set.
#[cfg(all(unix, feature = "system"))]
#[test]
fn the_operating_system_tells_of_all_variables_that_are_set() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::process::Command;

    use sts_client::SystemHost;

    // A process has one environment, so the test runs itself again.
    if SystemHost.variable("STS_TEST_AGAIN").unwrap().is_some() {
        let error = SystemHost.variable("STS_TEST_VARIABLE").unwrap_err();
        assert_eq!(error.name(), "STS_TEST_VARIABLE");
        assert_eq!(error.to_string(), "environment variable STS_TEST_VARIABLE is not valid UTF-8");
        assert_eq!(SystemHost.variable("STS_TEST_TEXT"), Ok(Some(" s ".to_owned())));
        assert_eq!(SystemHost.variable("STS_TEST_UNSET"), Ok(None));
        return;
    }
    let test = "host::the_operating_system_tells_of_all_variables_that_are_set";
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
