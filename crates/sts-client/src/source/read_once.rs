//! Credentials that are read once, and again when the service rejects them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use sts_proto::Credentials;

use super::{KeyRequest, SourceError};

/// Cache of the credentials that were read, so that callers are served from memory.
#[derive(Default)]
pub(super) struct ReadOnce(Mutex<Option<Arc<Credentials>>>);

impl ReadOnce {
    /// The cached credentials. They are read again when there are none, or when the service has
    /// rejected them: they may have been rotated.
    pub(super) fn credentials(
        &self,
        request: &KeyRequest,
        read: impl FnOnce() -> Result<Credentials, SourceError>,
    ) -> Result<Arc<Credentials>, SourceError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_refused = |keys| request.refused.as_ref().is_some_and(|refused| refused == keys);
        if let Some(keys) = kept.as_ref().filter(|keys| !is_refused(*keys)) {
            return Ok(keys.clone());
        }
        let read = read()?;
        // The same `Arc` for the same credentials.
        let same = kept.take().filter(|keys| **keys == read);
        Ok(kept.insert(same.unwrap_or_else(|| Arc::new(read))).clone())
    }
}

impl fmt::Debug for ReadOnce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReadOnce")
    }
}
