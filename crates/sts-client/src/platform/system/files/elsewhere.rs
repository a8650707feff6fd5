//! Files of other systems: no private ones, and no locks.

use std::fs::File;
use std::io;
use std::path::Path;

pub(super) fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

pub(super) fn open_private(_: &Path) -> io::Result<File> {
    Err(unsupported())
}

pub(super) fn check_private(_: &File, _: &Path) -> io::Result<()> {
    Err(unsupported())
}

pub(super) fn create_new(_: &Path) -> io::Result<File> {
    Err(unsupported())
}

pub(super) fn try_lock(_: &Path) -> io::Result<Option<File>> {
    Err(unsupported())
}

pub(super) fn create_directory(_: &Path) -> io::Result<()> {
    Err(unsupported())
}

fn unsupported() -> io::Error {
    let message = "private files are supported on Unix and Windows only";
    io::Error::new(io::ErrorKind::Unsupported, message)
}
