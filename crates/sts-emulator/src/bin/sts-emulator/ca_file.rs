//! The file with the CA certificate.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use sts_emulator::Emulator;

/// Prefix and suffix of the names of temporary files.
const PREFIX: &str = "sts-emulator-ca-";
const SUFFIX: &str = ".pem";

/// The file with the CA certificate. A temporary file is removed at exit.
pub(crate) struct CaFile {
    path: PathBuf,
    /// The locked file, open until exit. A file without a lock is stale.
    temporary: Option<File>,
}

impl CaFile {
    /// Writes the CA certificate to `path` or to a temporary file, if the emulator uses TLS.
    pub(crate) fn of(emulator: &Emulator, path: Option<&Path>) -> io::Result<Option<Self>> {
        let Some(pem) = emulator.ca_certificate_pem() else {
            return Ok(None);
        };
        if let Some(path) = path {
            std::fs::write(path, pem).map_err(|error| of_path(path, &error))?;
            return Ok(Some(Self { path: path.to_owned(), temporary: None }));
        }
        let (pid, port) = (std::process::id(), emulator.address().port());
        let path = std::env::temp_dir().join(format!("{PREFIX}{pid}-{port}{SUFFIX}"));
        let mut file = create(&path).map_err(|error| of_path(&path, &error))?;
        file.write_all(pem.as_bytes()).map_err(|error| of_path(&path, &error))?;
        Ok(Some(Self { path, temporary: Some(file) }))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for CaFile {
    fn drop(&mut self) {
        if self.temporary.is_some() {
            // The file may have been removed already.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Adds the path to an error.
fn of_path(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{:?}: {error}", path.display()))
}

/// Creates and locks a new file. Existing files are not overwritten.
#[cfg(unix)]
fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::MetadataExt as _;

    use rustix::fs::{FlockOperation, flock};

    // Another starting emulator may remove the file as stale before it is locked.
    for _ in 0..10 {
        let file = File::create_new(path)?;
        flock(&file, FlockOperation::LockExclusive)?;
        let is_there = std::fs::symlink_metadata(path)
            .and_then(|there| Ok(there.ino() == file.metadata()?.ino()))
            .unwrap_or(false);
        if is_there {
            return Ok(file);
        }
    }
    Err(io::Error::other("it is removed repeatedly by other processes"))
}

/// Creates a new file. Existing files are not overwritten.
#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<File> {
    File::create_new(path)
}

/// Removes the files of emulators that were killed. Errors are ignored.
#[cfg(unix)]
pub(crate) fn remove_stale() {
    use rustix::fs::{FlockOperation, Mode, OFlags, flock, open};

    let Ok(entries) = std::fs::read_dir(std::env::temp_dir()) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_file = || entry.file_type().is_ok_and(|kind| kind.is_file());
        if !name.to_str().is_some_and(is_temporary_name) || !is_file() {
            continue;
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let Ok(file) = open(entry.path(), flags, Mode::empty()) else { continue };
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Files are locked on Unix only, so stale files cannot be recognized.
#[cfg(not(unix))]
pub(crate) fn remove_stale() {}

/// Whether [`CaFile::of`] creates files with this name.
#[cfg(unix)]
fn is_temporary_name(name: &str) -> bool {
    let numbers = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    numbers
        .and_then(|numbers| numbers.split_once('-'))
        .is_some_and(|(pid, port)| is_number(pid) && is_number(port))
}
