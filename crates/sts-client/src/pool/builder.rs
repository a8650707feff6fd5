//! Builder of session pools.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;

use crate::session::{SessionObserver, SessionPolicy};
use crate::transport::{MaybeSend, MaybeSync};

/// The capacity by default.
const CAPACITY: NonZeroUsize = match NonZeroUsize::new(1000) {
    Some(capacity) => capacity,
    None => NonZeroUsize::MIN,
};

/// Builder of a [`SessionPool`](super::SessionPool) or a
/// [blocking one](super::blocking::SessionPool).
pub struct SessionPoolBuilder<P> {
    options: Options,
    build: Box<dyn Build<P>>,
}

/// A closure that makes a pool.
trait Build<P>: FnOnce(Options) -> P + MaybeSend + MaybeSync {}

impl<P, F> Build<P> for F where F: FnOnce(Options) -> P + MaybeSend + MaybeSync {}

/// What the builder sets.
pub(super) struct Options {
    pub(super) capacity: NonZeroUsize,
    pub(super) policy: SessionPolicy,
    pub(super) observer: Option<Arc<dyn SessionObserver>>,
}

impl<P> SessionPoolBuilder<P> {
    pub(super) fn new(build: impl FnOnce(Options) -> P + MaybeSend + MaybeSync + 'static) -> Self {
        let options =
            Options { capacity: CAPACITY, policy: SessionPolicy::default(), observer: None };
        Self { options, build: Box::new(build) }
    }

    /// Sets the largest number of sessions; 1000 by default, and at least one.
    #[must_use]
    pub fn capacity(mut self, sessions: usize) -> Self {
        self.options.capacity = NonZeroUsize::new(sessions).unwrap_or(NonZeroUsize::MIN);
        self
    }

    /// Sets the refresh policy of the sessions.
    #[must_use]
    pub fn session_policy(mut self, policy: SessionPolicy) -> Self {
        self.options.policy = policy;
        self
    }

    /// Sets the observer of all sessions. The [label](crate::session::SessionStatus::label) of the
    /// status names the agency and the session name.
    #[must_use]
    pub fn observed_by(mut self, observer: impl SessionObserver + 'static) -> Self {
        self.options.observer = Some(Arc::new(observer));
        self
    }

    /// Returns the pool.
    #[must_use]
    pub fn build(self) -> P {
        (self.build)(self.options)
    }
}

impl<P> fmt::Debug for SessionPoolBuilder<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionPoolBuilder")
            .field("capacity", &self.options.capacity)
            .field("policy", &self.options.policy)
            .finish_non_exhaustive()
    }
}
