//! Files of other systems: no private ones, and no locks.

use std::fs::File;
use std::io;
use std::path::Path;

use super::regular;
use crate::platform::file_lock::FileLock;

pub(crate) fn open(path: &Path) -> io::Result<File> {
    regular(File::open(path)?)
}

pub(crate) fn open_private(_: &Path) -> io::Result<File> {
    Err(unsupported())
}

pub(super) fn create_new(_: &Path) -> io::Result<File> {
    Err(unsupported())
}

pub(crate) fn try_lock(_: &Path) -> io::Result<Option<FileLock>> {
    Err(unsupported())
}

pub(super) fn create_directory(_: &Path) -> io::Result<()> {
    Err(unsupported())
}

fn unsupported() -> io::Error {
    let message = "private files are supported on Unix and Windows only";
    io::Error::new(io::ErrorKind::Unsupported, message)
}
