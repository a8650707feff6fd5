//! Credentials that the processes of one user share by files.

mod entry;
mod names;
mod refresh;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use sts_client::session::RefreshProvider;
use sts_client::{CallContext, Platform};
use sts_credentials::{Credentials, CredentialsError};

pub use self::entry::CacheEntry;
pub use self::names::CacheFile;
pub use self::refresh::FileCacheRefresh;

/// Cache of the credentials of another provider in files, shared by the processes of one user: for
/// commands that run often and briefly.
///
/// It is a [`RefreshProvider`]. Credentials that are valid for at least five more minutes are read from
/// the file; otherwise one process refreshes them, while the others wait for up to 30 seconds. If
/// a session requests credentials again, because a service rejected them or their refresh is due, they
/// are refreshed. Credentials without an expiration are not stored.
///
/// The name of a file is a hash of the whole request, of the endpoints and of `identity`. Its mode is
/// 0600 and is checked before it is read, as is its directory, in which no other user may rename files;
/// files are replaced atomically, and locks are advisory.
/// Secret keys are stored in plain text: every program of the user can read them. Nothing is stored
/// unless a program creates this provider. If the file system is full or read-only, a refresh succeeds
/// without storing its credentials; see [`write_error`](Self::write_error). On Windows, the access control list of
/// the directory takes the place of modes, and is not checked; see `SystemEnvironment`.
///
/// [`CacheFile`] finds the files in the directory, and [`CacheEntry`] describes one.
///
/// ```
/// use sts_client::proto::AssumeAgency;
/// use sts_providers::FileCache;
///
/// let agency = AssumeAgency::new("iam::0a1b2c3d:agency:reader", "laptop");
/// let cached = FileCache::new(agency, "/home/me/.cache/sts", "profile work");
/// // let session = client.session(cached)?;
/// # let _ = cached;
/// ```
pub struct FileCache<P>(Arc<Shared<P>>);

/// What a cache shares with its refreshes.
struct Shared<P> {
    provider: P,
    directory: PathBuf,
    identity: String,
    found: Mutex<Found>,
}

#[derive(Default)]
struct Found {
    /// The credentials that this cache has returned. A session that requests credentials again needs
    /// others.
    last: Option<Arc<Credentials>>,
    write_error: Option<String>,
}

impl<P: RefreshProvider> FileCache<P> {
    /// Creates a cache of the credentials of `provider` in `directory`, which is created with mode
    /// 0700 if it is missing.
    ///
    /// `identity` is any text that distinguishes the signers of the request, such as the name of a
    /// profile or an access key id. The request itself does not contain its signer.
    #[must_use]
    pub fn new(provider: P, directory: impl Into<PathBuf>, identity: impl Into<String>) -> Self {
        Self(Arc::new(Shared {
            provider,
            directory: directory.into(),
            identity: identity.into(),
            found: Mutex::default(),
        }))
    }

    /// Returns why the last credentials could not be stored; `None` if they were.
    #[must_use]
    pub fn write_error(&self) -> Option<String> {
        self.0.with_found(|found| found.write_error.clone())
    }
}

impl<P: RefreshProvider> Shared<P> {
    /// Returns the path of the file for the requests of the provider.
    fn path(&self, context: &CallContext) -> Result<PathBuf, CredentialsError> {
        let Some(request) = self.provider.cache_key() else {
            let label = self.provider.label();
            let message = format!("the credentials of {label} cannot be cached in a file");
            return Err(CredentialsError::new(message));
        };
        let mut hash = Sha256::new();
        let mut add = |part: &[u8]| {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        };
        add(b"sts-providers file cache 1");
        add(self.identity.as_bytes());
        add(request.as_ref());
        for endpoint in context.endpoints() {
            add(endpoint.to_string().as_bytes());
        }
        Ok(names::credentials_path(&self.directory, hash.finalize().into()))
    }

    fn with_found<T>(&self, f: impl FnOnce(&mut Found) -> T) -> T {
        // Poisoning is ignored: the data is never left half-updated.
        f(&mut self.found.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<P: RefreshProvider> RefreshProvider for FileCache<P> {
    type Refresh = FileCacheRefresh<P>;

    fn begin(
        &self,
        platform: &Platform,
        context: &Arc<CallContext>,
    ) -> Result<Self::Refresh, CredentialsError> {
        let path = self.0.path(context)?;
        Ok(FileCacheRefresh::new(Arc::clone(&self.0), path, platform.clone(), Arc::clone(context)))
    }

    fn label(&self) -> String {
        format!("{}, cached in files", self.0.provider.label())
    }

    fn lifetime(&self) -> Option<Duration> {
        self.0.provider.lifetime()
    }

    fn validate(&self, context: &CallContext) -> Result<(), CredentialsError> {
        self.0.path(context)?;
        self.0.provider.validate(context)
    }
}

impl<P: RefreshProvider> fmt::Debug for FileCache<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileCache")
            .field("provider", &self.0.provider.label())
            .field("directory", &self.0.directory)
            .finish_non_exhaustive()
    }
}
