//! Names of the files of a cache.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Length of a key in bytes, which is a hash.
pub(super) const KEY_LENGTH: usize = 32;

const CREDENTIALS: &str = "json";
const LOCK: &str = "lock";
/// End of the names under which `SystemEnvironment` writes files.
const TEMPORARY: &str = ".tmp";

/// Kind of a file in the directory of a [`FileCache`](crate::FileCache), for programs that list or
/// remove files.
///
/// ```
/// use std::path::Path;
///
/// use sts_providers::CacheFile;
///
/// let key = "w0f07ZLMhDWzUnWGmIbwXioKAz_Q80IxyTt7X_JtWtg";
/// let kind = |name: &str| CacheFile::of(Path::new(name));
/// assert_eq!(kind(&format!("{key}.json")), Some(CacheFile::Credentials));
/// assert_eq!(kind(&format!("{key}.lock")), Some(CacheFile::Lock));
/// assert_eq!(kind("notes.json"), None);
///
/// let lock = CacheFile::lock_of(Path::new(&format!("{key}.json")));
/// assert_eq!(lock.as_deref(), Some(Path::new(&format!("{key}.lock"))));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CacheFile {
    /// Credentials, which [`CacheEntry`](crate::CacheEntry) describes.
    Credentials,
    /// Lock of the credentials whose file has the same stem. A process that refreshes them holds it.
    Lock,
    /// File that a process writes before it replaces the credentials. It stays if the process is
    /// terminated meanwhile.
    Temporary,
}

impl CacheFile {
    /// Returns the kind of the file with this path, by its name. `None` if it does not belong to a
    /// cache.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        match parts(path)? {
            (_, CREDENTIALS) => Some(Self::Credentials),
            (_, LOCK) => Some(Self::Lock),
            (_, end) => end.ends_with(TEMPORARY).then_some(Self::Temporary),
        }
    }

    /// Returns the path of the lock that a process holds while it writes this file, or the path itself
    /// if it is a lock. `None` if the file does not belong to a cache.
    #[must_use]
    pub fn lock_of(path: &Path) -> Option<PathBuf> {
        Self::of(path)?;
        let (key, _) = parts(path)?;
        Some(lock_path(&path.with_file_name(key)))
    }
}

/// Splits the name of a file into the key and what follows it.
fn parts(path: &Path) -> Option<(&str, &str)> {
    let (key, end) = path.file_name()?.to_str()?.split_once('.')?;
    (URL_SAFE_NO_PAD.decode(key).ok()?.len() == KEY_LENGTH).then_some((key, end))
}

/// Returns the path of the credentials with this key.
pub(super) fn credentials_path(directory: &Path, key: [u8; KEY_LENGTH]) -> PathBuf {
    directory.join(URL_SAFE_NO_PAD.encode(key)).with_extension(CREDENTIALS)
}

/// Returns the path of the lock of these credentials.
pub(super) fn lock_path(credentials: &Path) -> PathBuf {
    credentials.with_extension(LOCK)
}
