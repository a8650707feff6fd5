//! What all calls of a client share: how calls are made, and what was learned by making them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sts_proto::{Credentials, Endpoint};
use sts_sign::InvalidKeys;
use time::OffsetDateTime;

use crate::backoff::Backoff;
use crate::budget::RetryBudget;
use crate::key_guard::KeyGuard;
use crate::keys::Keys;
use crate::route::Route;
use crate::skew::Skew;
use crate::transport::Limits;

/// How calls are made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallPolicy {
    /// How often a request is sent at most, whichever the endpoint. 3 by default: one failure is
    /// common, two in a row happen, and a third says that more of them will not help.
    pub attempts: u32,
    /// The waits between attempts when the service names none.
    pub backoff: Backoff,
    /// The longest wait that the service may ask for, by `Retry-After` or in a throttling
    /// message. 20 seconds by default. When it asks for a longer one the call fails at once, and
    /// the error tells the wait.
    pub longest_wait: Duration,
    /// The time for the whole call: waits, attempts and the source of the keys. 30 seconds by
    /// default. A wait that would not end before is not begun. A source that blocks the thread
    /// cannot be interrupted, and ends the call when it comes back.
    pub deadline: Duration,
    /// The limits of one attempt.
    pub limits: Limits,
    /// Whether requests are held against the documented limits before anything is sent. `true` by
    /// default; switch it off for limits that the service has changed.
    pub validate: bool,
}

impl CallPolicy {
    /// The same with another number of attempts; 0 counts as 1.
    #[must_use]
    pub fn with_attempts(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }

    /// The same with another back-off.
    #[must_use]
    pub fn with_backoff(self, backoff: Backoff) -> Self {
        Self { backoff, ..self }
    }

    /// The same with another longest wait.
    #[must_use]
    pub fn with_longest_wait(self, longest_wait: Duration) -> Self {
        Self { longest_wait, ..self }
    }

    /// The same with another time for the whole call.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// The same with other limits of one attempt.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same, but requests are sent whatever the documented limits.
    #[must_use]
    pub fn without_validation(self) -> Self {
        Self { validate: false, ..self }
    }
}

impl Default for CallPolicy {
    fn default() -> Self {
        Self {
            attempts: 3,
            backoff: Backoff::default(),
            longest_wait: Duration::from_secs(20),
            deadline: Duration::from_secs(30),
            limits: Limits::default(),
            validate: true,
        }
    }
}

/// What all calls of a client share: its endpoints and policy, and what it learned by calling.
///
/// Learned are the offset of the service's clock, endpoints that are out, keys that were refused,
/// and how many retries the present troubles leave.
///
/// ```
/// use sts_client::{CallContext, CallPolicy};
/// use sts_proto::{Endpoint, Region};
///
/// let order = [Endpoint::from(Region::AP_SOUTHEAST_1), Endpoint::from(Region::AP_SOUTHEAST_3)];
/// let context = CallContext::new(order, CallPolicy::default());
/// ```
#[derive(Debug)]
pub struct CallContext {
    pub(crate) route: Route,
    pub(crate) policy: CallPolicy,
    pub(crate) budget: RetryBudget,
    pub(crate) skew: Skew,
    pub(crate) key_guard: KeyGuard,
    last_keys: Mutex<Option<Arc<Keys>>>,
}

impl CallContext {
    /// Calls to the first of `endpoints` that can be reached, under `policy`.
    ///
    /// Without any endpoint every call fails, and says so.
    #[must_use]
    pub fn new(endpoints: impl IntoIterator<Item = Endpoint>, policy: CallPolicy) -> Arc<Self> {
        Arc::new(Self {
            route: Route::new(endpoints),
            policy,
            budget: RetryBudget::default(),
            skew: Skew::default(),
            key_guard: KeyGuard::default(),
            last_keys: Mutex::default(),
        })
    }

    /// The policy of its calls.
    #[must_use]
    pub fn policy(&self) -> &CallPolicy {
        &self.policy
    }

    /// The service's time when our wall clock reads `wall`, as its calls learned it from the `Date`
    /// of answers; `wall` itself as long as there was none. Keys end by this time, and a
    /// [`SessionMachine`](crate::session::SessionMachine) wants to be told of it.
    #[must_use]
    pub fn service_time(&self, wall: OffsetDateTime) -> OffsetDateTime {
        wall.saturating_add(self.skew.measured())
    }

    /// These keys, ready to sign: the last ones that were made ready, if they are the same.
    pub(crate) fn keys(&self, credentials: &Arc<Credentials>) -> Result<Arc<Keys>, InvalidKeys> {
        let mut last = self.last_keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = &*last
            && Arc::ptr_eq(&keys.credentials, credentials)
        {
            return Ok(Arc::clone(keys));
        }
        let keys = Arc::new(Keys::new(credentials)?);
        *last = Some(Arc::clone(&keys));
        Ok(keys)
    }
}
