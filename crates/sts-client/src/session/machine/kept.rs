//! The credentials that a session serves.

use std::sync::Arc;
use std::time::Duration;

use sts_proto::Credentials;

use crate::platform::Now;

/// Credentials and their refresh windows, in monotonic time.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) credentials: Arc<Credentials>,
    pub(super) since: Now,
    pub(super) lifetime: Duration,
    pub(super) fresh_until: Duration,
}

impl Kept {
    /// Returns the monotonic reading, or the one derived from the wall clock if that is later: a
    /// monotonic clock may stand still while a machine sleeps.
    pub(super) fn monotonic(&self, now: Now) -> Duration {
        let by_wall = Duration::try_from(now.wall - self.since.wall).unwrap_or_default();
        now.monotonic.max(self.since.monotonic.saturating_add(by_wall))
    }
}
