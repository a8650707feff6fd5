//! Files that are opened without waiting, private files, and locks on files.

#[cfg(not(any(unix, windows)))]
mod elsewhere;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

#[cfg(not(any(unix, windows)))]
use self::elsewhere as system;
#[cfg(unix)]
use self::unix as system;
#[cfg(windows)]
use self::windows as system;
use crate::platform::file_lock::FileLock;

pub(super) fn open(path: &Path) -> io::Result<File> {
    regular(system::open(path)?)
}

pub(super) fn open_private(path: &Path) -> io::Result<File> {
    let file = regular(system::open_private(path)?)?;
    system::check_private(&file, directory(path))?;
    Ok(file)
}

pub(super) fn try_lock(path: &Path) -> io::Result<Option<FileLock>> {
    system::create_directory(directory(path))?;
    let file = system::try_lock(path)?.map(regular).transpose()?;
    Ok(file.map(FileLock::new))
}

pub(super) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    static WRITES: AtomicU32 = AtomicU32::new(0);
    system::create_directory(directory(path))?;
    let number = WRITES.fetch_add(1, Ordering::Relaxed);
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}-{number}.tmp", process::id()));
    let temporary = PathBuf::from(name);
    // Left behind by a terminated process with the same id.
    let _ = fs::remove_file(&temporary);
    let written = system::create_new(&temporary)
        // Closed before it is renamed, which Windows requires.
        .and_then(|mut file| file.write_all(content))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Returns `file` if it is a regular one. Another one may have no end, or wait for a writer.
fn regular(file: File) -> io::Result<File> {
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
}

/// Returns the directory of a file.
fn directory(path: &Path) -> &Path {
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    directory.unwrap_or(Path::new("."))
}
