//! Private files and locks that Unix and Windows have in common.
#![cfg(all(any(unix, windows), feature = "system"))]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
#![cfg_attr(unix, expect(clippy::disallowed_types, reason = "another reader of a file"))]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sts_client::proto::Body;
use sts_client::{Environment, SystemEnvironment};

fn directory(name: &str) -> PathBuf {
    let name = format!("private-files-{name}-{}", std::process::id());
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&directory);
    directory
}

fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_file_is_replaced() {
    let directory = directory("replaced");
    let path = directory.join("inner").join("file");
    let write = |text: &[u8]| {
        SystemEnvironment.write_private_file(&path, &Body::from(text.to_vec())).unwrap();
    };
    let read = || SystemEnvironment.read_private_file(&path);
    assert_eq!(read().unwrap_err().kind(), io::ErrorKind::NotFound);
    write(b"a longer first text");
    // Not every version of Windows replaces a file that is open.
    #[cfg(unix)]
    let _reader = fs::File::open(&path).unwrap();
    write(b"second");
    assert_eq!(read().unwrap().as_ref(), b"second");
    assert_eq!(names_in(path.parent().unwrap()), ["file"], "no temporary file remains");
    SystemEnvironment.read_private_file(&directory).unwrap_err();
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
    fs::remove_dir_all(&directory).unwrap();
}
