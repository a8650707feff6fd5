//! The file that contains the secret of a server.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use huaweicloud_sts::sts_client::Secret;
use tempfile::TempDir;

/// File with a secret and without a line end, which only this user can read. It is removed on drop.
#[derive(Debug)]
pub(super) struct SecretFile {
    path: PathBuf,
    /// Has mode 0700, and is removed with its content on drop.
    _directory: TempDir,
}

impl SecretFile {
    /// Creates the file in the directory for files of running programs of this user, or else in that for
    /// temporary files: a program of `su` inherits a directory of another user.
    pub(super) fn create_in_default(secret: &Secret) -> io::Result<Self> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let runtime = runtime.filter(|path| path.is_absolute());
        let in_runtime = runtime.and_then(|parent| Self::create(&parent, secret).ok());
        in_runtime.map_or_else(|| Self::create(&std::env::temp_dir(), secret), Ok)
    }

    /// Creates the file in a new directory in `parent`.
    fn create(parent: &Path, secret: &Secret) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("sts-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let directory = builder.tempdir_in(parent)?;
        let path = directory.path().join("token");
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path)?.write_all(secret.expose_secret().as_bytes())?;
        Ok(Self { path, _directory: directory })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_the_secret_alone_and_is_removed() {
        let parent = tempfile::tempdir().unwrap();
        let file = SecretFile::create(parent.path(), &Secret::from("abc")).unwrap();
        assert_eq!(std::fs::read(file.path()).unwrap(), b"abc");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;

            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
            assert_eq!(mode(file.path()), 0o600);
            assert_eq!(mode(file.path().parent().unwrap()), 0o700);
        }
        drop(file);
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[test]
    fn two_files_have_different_directories() {
        let parent = tempfile::tempdir().unwrap();
        let secret = Secret::from("abc");
        let files = [(); 2].map(|()| SecretFile::create(parent.path(), &secret).unwrap());
        assert_ne!(files[0].path(), files[1].path());
    }
}
