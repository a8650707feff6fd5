//! State that all calls of a client share: their policy, and what they have learned.

use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use sts_proto::{Credentials, Endpoint, ErrorKind};
use sts_sign::SignerError;
use time::OffsetDateTime;

use crate::platform::Now;
use crate::shared::backoff::{self, Backoff};
use crate::shared::clock_offset::ClockOffset;
use crate::shared::endpoint_pool::EndpointPool;
use crate::shared::rejected_keys::RejectedKeys;
use crate::shared::retry_budget::RetryBudget;
use crate::signing_credentials::SigningCredentials;
use crate::sync::Mutex;
use crate::transport::Limits;

/// Limits, timeouts and backoff of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallPolicy {
    /// The maximum number of attempts, 3 by default. Failing over to an endpoint that has not
    /// failed in the call does not count, so a call may try each endpoint. 1 and 0 disable retries
    /// and failover.
    pub attempts: u32,
    /// The backoff between attempts at the same endpoint when the service requests no wait.
    pub backoff: Backoff,
    /// The longest wait that the service may request, by `Retry-After` or in a throttling message,
    /// and the longest that the call waits, jitter included. 20 seconds by default. When the
    /// service requests a longer one, the call fails at once and the error contains the wait.
    pub longest_wait: Duration,
    /// The deadline of the whole call, including waits, attempts and the credential provider. 30
    /// seconds by default. A wait that would exceed it is not begun. A provider that blocks the
    /// thread cannot be interrupted; the call ends when it returns.
    pub deadline: Duration,
    /// The limits of one attempt. An attempt that would exceed the deadline gets half of the
    /// remaining time if another endpoint is left.
    pub limits: Limits,
    /// Whether requests are checked against the documented limits before they are sent. `true` by
    /// default; disable it for limits that the service has changed.
    pub validate: bool,
}

impl CallPolicy {
    /// Sets the maximum number of attempts; 0 counts as 1.
    #[must_use]
    pub fn attempts(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }

    /// Sets the backoff.
    #[must_use]
    pub fn backoff(self, backoff: Backoff) -> Self {
        Self { backoff, ..self }
    }

    /// Sets the longest wait.
    #[must_use]
    pub fn longest_wait(self, longest_wait: Duration) -> Self {
        Self { longest_wait, ..self }
    }

    /// Sets the deadline of the whole call.
    #[must_use]
    pub fn deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Sets the limits of one attempt.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Returns the wait after the failure number `failures` of a request, which counts from 1, for machines
    /// that repeat requests to other services: the `requested` wait plus up to a fifth of it, 2 to 5
    /// seconds if the service was throttled without one, or else the backoff. `None` if the requested
    /// wait exceeds the longest one, which bounds all others. `random` is any number.
    #[must_use]
    pub fn wait(
        &self,
        kind: ErrorKind,
        requested: Option<Duration>,
        failures: u32,
        random: u64,
    ) -> Option<Duration> {
        let longest = self.longest_wait;
        match requested {
            Some(wait) if wait > longest => None,
            Some(wait) => Some(backoff::requested(wait, longest, random)),
            None if kind == ErrorKind::Throttled => Some(backoff::throttled(longest, random)),
            None => Some(self.backoff.at_most(longest).wait_at(failures, random)),
        }
    }

    /// Sets whether requests are checked against the documented limits.
    #[must_use]
    pub fn validate(self, validate: bool) -> Self {
        Self { validate, ..self }
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

/// Time of the service's clock, as a client has learned it from a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceTime {
    /// The service's time.
    pub time: OffsetDateTime,
    /// The largest difference from the clock of the service when the response was received: half of
    /// the duration of the exchange, and the second that a `Date` header omits at most.
    pub precision: Duration,
}

/// State that all calls of a client share: endpoints, policy, and what the calls have learned.
///
/// They learn the offset of the service's clock, which endpoints are down, which credentials the
/// service rejected, and how many retries the retry budget has left.
///
/// ```
/// use sts_client::{CallContext, CallPolicy};
/// use sts_proto::{Endpoint, Region};
///
/// let order = [Endpoint::from(Region::AP_SOUTHEAST_1), Endpoint::from(Region::AP_SOUTHEAST_3)];
/// let context = CallContext::new(order, CallPolicy::default());
/// ```
pub struct CallContext {
    pub(crate) pool: EndpointPool,
    pub(crate) policy: CallPolicy,
    pub(crate) budget: RetryBudget,
    pub(crate) clock_offset: ClockOffset,
    pub(crate) rejected_keys: RejectedKeys,
    last_prepared: Mutex<Option<Arc<SigningCredentials>>>,
}

impl CallContext {
    /// Creates a context for calls to `endpoints`, in order of preference, under `policy`.
    ///
    /// Duplicate endpoints count once. Without any endpoint every call fails with
    /// [`Failure::NoEndpoint`](crate::Failure::NoEndpoint).
    #[must_use]
    pub fn new(endpoints: impl IntoIterator<Item = Endpoint>, policy: CallPolicy) -> Arc<Self> {
        Arc::new(Self {
            pool: EndpointPool::new(endpoints),
            policy,
            budget: RetryBudget::default(),
            clock_offset: ClockOffset::default(),
            rejected_keys: RejectedKeys::default(),
            last_prepared: Mutex::default(),
        })
    }

    /// Returns the endpoints of the calls, in order of preference.
    #[must_use]
    pub fn endpoints(&self) -> &[Endpoint] {
        self.pool.endpoints()
    }

    /// Returns the policy of the calls.
    #[must_use]
    pub fn policy(&self) -> &CallPolicy {
        &self.policy
    }

    /// Returns the service's time at `now`, as far as it is known.
    ///
    /// Calls learn the offset of the service's clock from the `Date` of its responses. Until then
    /// this is the wall time. If the wall clock was set or the machine slept since, it is the
    /// earlier of the wall time with and without the offset. Credentials expire by the service's
    /// time, and a [`SessionMachine`](crate::session::SessionMachine) takes it as an argument.
    #[must_use]
    pub fn estimated_service_time(&self, now: Now) -> OffsetDateTime {
        self.clock_offset.estimated_service_time(now)
    }

    /// Returns the service's time and its precision, if a response of the service contained it and
    /// the wall clock has not been set since.
    #[must_use]
    pub fn service_time(&self, now: Now) -> Option<ServiceTime> {
        let (time, precision) = self.clock_offset.precise_service_time(now)?;
        Some(ServiceTime { time, precision })
    }

    /// Returns the credentials with their signer, which is reused while the credentials are the
    /// same.
    pub(crate) fn prepare(
        &self,
        credentials: &Arc<Credentials>,
    ) -> Result<Arc<SigningCredentials>, SignerError> {
        let mut last = self.last_prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(prepared) = &*last
            && Arc::ptr_eq(&prepared.credentials, credentials)
        {
            return Ok(Arc::clone(prepared));
        }
        let prepared = Arc::new(SigningCredentials::new(credentials)?);
        *last = Some(Arc::clone(&prepared));
        Ok(prepared)
    }
}

impl fmt::Debug for CallContext {
    /// Omits what is behind locks: a writer that makes a call must not find them taken.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallContext").field("policy", &self.policy).finish_non_exhaustive()
    }
}
