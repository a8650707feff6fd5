//! Files that are opened without waiting, private files, and locks on files.

use std::fs::File;
use std::io;

#[cfg(not(unix))]
pub(super) use self::elsewhere::{open, open_private, try_lock, write_private};
#[cfg(unix)]
pub(super) use self::unix::{open, open_private, try_lock, write_private};

/// Returns `file` if it is a regular one. Another one may have no end, or wait for a writer.
fn regular(file: File) -> io::Result<File> {
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
}

#[cfg(unix)]
mod unix {
    use std::fs::{self, DirBuilder, File, OpenOptions};
    use std::io::{self, Write};
    use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
    use std::path::{Path, PathBuf};
    use std::process;
    use std::sync::atomic::{AtomicU32, Ordering};

    use rustix::fs::{FlockOperation, OFlags, flock};
    use rustix::process::geteuid;

    use crate::platform::file_lock::FileLock;

    pub(crate) fn open(path: &Path) -> io::Result<File> {
        // Nonblocking, so that opening a FIFO does not wait for a writer.
        let flags = raw(OFlags::NONBLOCK);
        super::regular(OpenOptions::new().read(true).custom_flags(flags).open(path)?)
    }

    pub(crate) fn open_private(path: &Path) -> io::Result<File> {
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file = OpenOptions::new().read(true).custom_flags(raw(flags)).open(path)?;
        check_directory(path)?;
        let metadata = file.metadata()?;
        let fault = if !metadata.is_file() {
            "is not a regular file"
        } else if metadata.uid() != geteuid().as_raw() {
            "belongs to another user"
        } else if metadata.mode() & 0o077 != 0 {
            "can be accessed by other users; set its mode to 0600 or remove it"
        } else {
            return Ok(file);
        };
        Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("the file {fault}")))
    }

    pub(crate) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
        static WRITES: AtomicU32 = AtomicU32::new(0);
        create_directory(path)?;
        let number = WRITES.fetch_add(1, Ordering::Relaxed);
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{}-{number}.tmp", process::id()));
        let temporary = PathBuf::from(name);
        // Left behind by a terminated process with the same id.
        let _ = fs::remove_file(&temporary);
        let written = write_new(&temporary, content).and_then(|()| fs::rename(&temporary, path));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(content)
    }

    pub(crate) fn try_lock(path: &Path) -> io::Result<Option<FileLock>> {
        create_directory(path)?;
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(raw(OFlags::NOFOLLOW | OFlags::NONBLOCK))
            .open(path)?;
        // Closing the file releases the lock, and so does the end of the process.
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(FileLock::new(file))),
            Err(error) if io::Error::from(error).kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn directory(path: &Path) -> &Path {
        let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
        directory.unwrap_or(Path::new("."))
    }

    fn create_directory(path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(directory(path))?;
        check_directory(path)
    }

    /// Checks that no other user can rename the files of this one: one file in place of another has the
    /// credentials of another identity. A sticky bit protects them, unless the directory is foreign.
    fn check_directory(path: &Path) -> io::Result<()> {
        let directory = directory(path);
        let metadata = fs::metadata(directory)?;
        let is_open = metadata.mode() & 0o022 != 0 && metadata.mode() & 0o1000 == 0;
        let fault = if ![geteuid().as_raw(), 0].contains(&metadata.uid()) {
            "belongs to another user"
        } else if is_open {
            "can be written by other users; set its mode to 0700"
        } else {
            return Ok(());
        };
        let message = format!("the directory {} {fault}", directory.display());
        Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
    }

    fn raw(flags: OFlags) -> i32 {
        flags.bits().cast_signed()
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    use crate::platform::file_lock::FileLock;

    pub(crate) fn open(path: &Path) -> io::Result<File> {
        super::regular(File::open(path)?)
    }

    pub(crate) fn open_private(_: &Path) -> io::Result<File> {
        Err(unsupported())
    }

    pub(crate) fn write_private(_: &Path, _: &[u8]) -> io::Result<()> {
        Err(unsupported())
    }

    pub(crate) fn try_lock(_: &Path) -> io::Result<Option<FileLock>> {
        Err(unsupported())
    }

    fn unsupported() -> io::Error {
        let message = "private files are supported on Unix only";
        io::Error::new(io::ErrorKind::Unsupported, message)
    }
}
