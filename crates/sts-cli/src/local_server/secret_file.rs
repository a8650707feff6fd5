//! The file that contains the secret of a server.

use std::fs::OpenOptions;
#[cfg(unix)]
use std::fs::{self, Metadata};
use std::io::{self, Write as _};
#[cfg(unix)]
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::time::Duration;

use huaweicloud_sts::SystemEnvironment;
use huaweicloud_sts::sts_client::{Environment as _, FileLock, Secret};
use tempfile::TempDir;

/// Begin of the names of directories.
const PREFIX: &str = "sts-";
/// Name of the file with the secret.
const SECRET: &str = "token";
/// Name of the file that is locked while its server runs.
const LOCK: &str = "lock";

/// File with a secret and without a line end, which only this user can read. It is removed on drop.
///
/// The files of killed servers are removed by the next one.
#[derive(Debug)]
pub(super) struct SecretFile {
    path: PathBuf,
    /// `None` on systems without locks, where files of killed servers stay.
    _lock: Option<FileLock>,
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
        builder.prefix(PREFIX);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let directory = builder.tempdir_in(parent)?;
        let lock = SystemEnvironment.try_lock_file(&directory.path().join(LOCK)).ok().flatten();
        #[cfg(unix)]
        remove_stale(parent, directory.path());
        let path = directory.path().join(SECRET);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path)?.write_all(secret.expose_secret().as_bytes())?;
        Ok(Self { path, _lock: lock, _directory: directory })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// A younger directory may be that of a server that has not locked it yet.
#[cfg(unix)]
const STALE_AGE: Duration = Duration::from_secs(60);

/// Removes directories in `parent` that killed servers of this user have left. `own` is the
/// directory of this server. What cannot be removed stays.
#[cfg(unix)]
fn remove_stale(parent: &Path, own: &Path) {
    let Ok(user) = fs::symlink_metadata(own).map(|metadata| metadata.uid()) else { return };
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let directory = entry.path();
        let is_stale = |metadata: Metadata| {
            let age = metadata.modified().ok().and_then(|modified| modified.elapsed().ok());
            metadata.is_dir() && metadata.uid() == user && age.is_some_and(|age| age > STALE_AGE)
        };
        let is_named = entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes());
        let lock = directory.join(LOCK);
        if !is_named || !entry.metadata().is_ok_and(is_stale) || !lock.is_file() {
            continue;
        }
        // The system releases the lock of a killed server.
        if let Ok(Some(_locked)) = SystemEnvironment.try_lock_file(&lock) {
            let _ = fs::remove_file(directory.join(SECRET));
            let _ = fs::remove_file(&lock);
            let _ = fs::remove_dir(&directory);
        }
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

    #[cfg(unix)]
    #[test]
    fn files_of_killed_servers_are_removed() {
        use std::fs::File;
        use std::time::SystemTime;

        let parent = tempfile::tempdir().unwrap();
        let secret = Secret::from("abc");
        let running = SecretFile::create(parent.path(), &secret).unwrap();
        let left = |name: &str, files: &[&str]| {
            let directory = parent.path().join(name);
            fs::create_dir(&directory).unwrap();
            for file in files {
                fs::write(directory.join(file), "abc").unwrap();
            }
            directory
        };
        let killed = left("sts-killed", &[LOCK, SECRET]);
        let young = left("sts-young", &[LOCK, SECRET]);
        let with_others = left("sts-with-others", &[LOCK, SECRET, "other"]);
        let foreign = left("sts-foreign", &[SECRET]);
        let unnamed = left("unnamed", &[LOCK, SECRET]);
        let hour_ago = SystemTime::now() - Duration::from_secs(3600);
        for directory in
            [running.path().parent().unwrap(), &killed, &with_others, &foreign, &unnamed]
        {
            File::open(directory).unwrap().set_modified(hour_ago).unwrap();
        }
        let _next = SecretFile::create(parent.path(), &secret).unwrap();
        assert!(!killed.exists());
        assert!(with_others.join("other").exists(), "nothing else is removed");
        for directory in [running.path().parent().unwrap(), &young, &foreign, &unnamed] {
            assert!(directory.join(SECRET).exists(), "{directory:?}");
        }
    }
}
