//! Credentials that are read once, and again when the service rejects them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use sts_credentials::{CredentialsError, CredentialsRequest};
use sts_proto::Credentials;

/// Cache of the credentials that were read, so that callers are served from memory.
#[derive(Default)]
pub(crate) struct ReadOnce(Mutex<Option<Arc<Credentials>>>);

impl ReadOnce {
    /// Returns the cached credentials. They are read again if there are none, or if the service has
    /// rejected them, because they may have been rotated.
    pub(crate) fn credentials(
        &self,
        request: &CredentialsRequest,
        read: impl FnOnce() -> Result<Credentials, CredentialsError>,
    ) -> Result<Arc<Credentials>, CredentialsError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_refused = |keys| request.rejected.as_ref().is_some_and(|rejected| rejected == keys);
        if let Some(keys) = kept.as_ref().filter(|keys| !is_refused(*keys)) {
            return Ok(keys.clone());
        }
        let read = read()?;
        // Keep the same `Arc` for the same credentials.
        let same = kept.take().filter(|keys| **keys == read);
        Ok(kept.insert(same.unwrap_or_else(|| Arc::new(read))).clone())
    }
}

impl fmt::Debug for ReadOnce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReadOnce")
    }
}
