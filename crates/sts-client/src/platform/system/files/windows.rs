//! Files of Windows, without access control lists: they are those of the directory.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::Path;

/// `FILE_FLAG_OPEN_REPARSE_POINT`: opens a link itself, which is not a regular file.
const NO_FOLLOW: u32 = 0x0020_0000;
/// `ERROR_SHARING_VIOLATION`.
const IS_SHARED: i32 = 32;

pub(super) fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

pub(super) fn open_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(NO_FOLLOW).open(path)
}

#[expect(clippy::unnecessary_wraps, reason = "other systems have something to check")]
pub(super) fn check_private(_: &File, _: &Path) -> io::Result<()> {
    Ok(())
}

pub(super) fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

pub(super) fn try_lock(path: &Path) -> io::Result<Option<File>> {
    // No other process can open the file until this one closes it or ends.
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .share_mode(0)
        .custom_flags(NO_FOLLOW)
        .open(path);
    match file {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.raw_os_error() == Some(IS_SHARED) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn create_directory(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)
}
