//! Files of Unix: modes, owners and `flock`.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::process::geteuid;

pub(super) fn open(path: &Path) -> io::Result<File> {
    // Nonblocking, so that opening a FIFO does not wait for a writer.
    OpenOptions::new().read(true).custom_flags(raw(OFlags::NONBLOCK)).open(path)
}

pub(super) fn open_private(path: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    OpenOptions::new().read(true).custom_flags(raw(flags)).open(path)
}

/// Checks that no other user can read or replace the file.
pub(super) fn check_private(file: &File, directory: &Path) -> io::Result<()> {
    check_directory(directory)?;
    let metadata = file.metadata()?;
    let fault = if metadata.uid() != geteuid().as_raw() {
        "belongs to another user"
    } else if metadata.mode() & 0o077 != 0 {
        "can be accessed by other users; set its mode to 0600 or remove it"
    } else {
        return Ok(());
    };
    Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("the file {fault}")))
}

/// Creates a file for this user.
pub(super) fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

pub(super) fn try_lock(path: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(raw(OFlags::NOFOLLOW | OFlags::NONBLOCK))
        .open(path)?;
    // Closing the file releases the lock, and so does the end of the process.
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(error) if io::Error::from(error).kind() == io::ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Creates a directory for this user, or checks that it is safe.
pub(super) fn create_directory(directory: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    check_directory(directory)
}

/// Checks that no other user can rename the files of this one: one file in place of another has the
/// credentials of another identity. A sticky bit protects them, unless the directory is foreign.
fn check_directory(directory: &Path) -> io::Result<()> {
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
