//! The fast path: credentials that are read without a lock.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use arc_swap::Guard;
use sts_proto::Credentials;

/// Credentials that are served without consulting the state machine until that time.
pub(super) struct Fast {
    served: Served,
    until: Duration,
}

/// Credentials for one caller. The status counts the request if they are stale.
#[derive(Clone)]
pub(super) struct Served {
    credentials: Arc<Credentials>,
    is_stale: bool,
}

impl Fast {
    pub(super) const fn new(served: Served, until: Duration) -> Self {
        Self { served, until }
    }

    /// A value that is never served. In place of an `Option` it saves the fast path a branch, and
    /// its guard an impossible case.
    pub(super) fn nothing() -> Arc<Self> {
        static NOTHING: LazyLock<Arc<Fast>> = LazyLock::new(|| {
            let unused = Arc::new(Credentials::permanent("", ""));
            Arc::new(Fast::new(Served::new(unused, false), Duration::ZERO))
        });
        Arc::clone(&NOTHING)
    }

    pub(super) const fn served(&self) -> &Served {
        &self.served
    }

    /// The monotonic time until which they are served.
    pub(super) const fn until(&self) -> Duration {
        self.until
    }
}

impl Served {
    pub(super) const fn new(credentials: Arc<Credentials>, is_stale: bool) -> Self {
        Self { credentials, is_stale }
    }

    pub(super) const fn credentials(&self) -> &Arc<Credentials> {
        &self.credentials
    }

    pub(super) const fn is_stale(&self) -> bool {
        self.is_stale
    }
}

/// Current credentials of a session, borrowed without touching a reference count that threads
/// share.
///
/// Keep it for the duration of one signature, not across an `.await`. A thread that holds more than
/// eight such guards at a time pays for a reference count, and the memory of replaced credentials is
/// freed only after the last guard. To keep credentials for longer, use
/// [`Session::credentials`](super::Session::credentials).
pub struct CredentialsGuard(Guard<Arc<Fast>>);

impl CredentialsGuard {
    pub(super) fn new(fast: Guard<Arc<Fast>>) -> Self {
        Self(fast)
    }
}

impl Deref for CredentialsGuard {
    type Target = Credentials;

    fn deref(&self) -> &Credentials {
        &self.0.served.credentials
    }
}

impl fmt::Debug for CredentialsGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CredentialsGuard").field(&**self).finish()
    }
}
