//! Files of Windows, without access control lists: they are those of the directory.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::Path;

use super::{directory, regular};
use crate::platform::file_lock::FileLock;

/// `FILE_FLAG_OPEN_REPARSE_POINT`: opens a link itself, which is not a regular file.
const NO_FOLLOW: u32 = 0x0020_0000;
/// `ERROR_SHARING_VIOLATION`.
const IS_SHARED: i32 = 32;

pub(crate) fn open(path: &Path) -> io::Result<File> {
    regular(File::open(path)?)
}

pub(crate) fn open_private(path: &Path) -> io::Result<File> {
    regular(OpenOptions::new().read(true).custom_flags(NO_FOLLOW).open(path)?)
}

pub(super) fn create_new(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

pub(crate) fn try_lock(path: &Path) -> io::Result<Option<FileLock>> {
    create_directory(directory(path))?;
    // No other process can open the file until this one closes it or ends.
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .share_mode(0)
        .custom_flags(NO_FOLLOW)
        .open(path);
    match file {
        Ok(file) => Ok(Some(FileLock::new(regular(file)?))),
        Err(error) if error.raw_os_error() == Some(IS_SHARED) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn create_directory(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)
}
