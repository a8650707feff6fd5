//! Credentials that IAM rejected.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sts_credentials::{Credentials, CredentialsError};
use sts_proto::{ACCESS_KEY_LOCKOUT, ErrorKind, ServiceError};

use crate::failure;

/// The last rejected credentials. More than five failed signatures lock an access key for all its
/// users, so they are not used again for as long as a lockout lasts.
#[derive(Default)]
pub(super) struct LastRejection(Mutex<Option<Rejection>>);

struct Rejection {
    credentials: Arc<Credentials>,
    response: ServiceError,
    /// Monotonic time.
    until: Duration,
}

impl LastRejection {
    /// Records that IAM rejected `credentials`, unless the response says that they are valid.
    pub(super) fn record(
        &self,
        credentials: &Arc<Credentials>,
        response: &ServiceError,
        monotonic: Duration,
    ) {
        if matches!(response.kind(), ErrorKind::InvalidCredentials | ErrorKind::AccessKeyLocked) {
            *self.lock() = Some(Rejection {
                credentials: Arc::clone(credentials),
                response: response.clone(),
                until: monotonic.saturating_add(ACCESS_KEY_LOCKOUT),
            });
        }
    }

    /// Returns an error if `credentials` must not be used yet.
    pub(super) fn check(
        &self,
        credentials: &Credentials,
        monotonic: Duration,
    ) -> Result<(), CredentialsError> {
        match &*self.lock() {
            Some(Rejection { credentials: rejected, response, until })
                if monotonic < *until && **rejected == *credentials =>
            {
                let wait = until.saturating_sub(monotonic);
                let message = format!(
                    "request to classic IAM not sent: it rejected these credentials, which are held \
                     back for {} s to avoid a lockout; other credentials are used at once",
                    wait.as_secs().max(1)
                );
                Err(failure::of_service(message, response.clone()).with_retry_in(wait))
            }
            _ => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Rejection>> {
        // Poisoning is ignored: the data is never left half-updated.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for LastRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LastRejection").finish_non_exhaustive()
    }
}
