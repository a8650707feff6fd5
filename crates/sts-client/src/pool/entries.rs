//! The sessions of a pool, in the order of their last use.

use std::hash::{BuildHasherDefault, DefaultHasher};
use std::num::NonZeroUsize;
use std::sync::PoisonError;

use lru::LruCache;
use sts_credentials::CredentialsError;
use sts_proto::AssumeAgency;

use super::scope::Scope;
use crate::sync::{Mutex, MutexGuard};
use crate::transport::{MaybeSend, MaybeSync};

/// Size and counters of a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolStatus {
    /// The number of sessions in the pool.
    pub sessions: usize,
    /// The largest number of sessions.
    pub capacity: usize,
    /// Requests whose session was in the pool.
    pub hits: u64,
    /// Requests for which a session was made.
    pub misses: u64,
    /// Sessions that left the pool because it was full. If it grows about as fast as
    /// [`misses`](Self::misses), the capacity is too small.
    pub evictions: u64,
}

/// At most `capacity` sessions of the type `X`.
pub(super) struct Entries<X> {
    capacity: NonZeroUsize,
    seed: u64,
    open: Box<dyn Open<X>>,
    state: Mutex<State<X>>,
}

/// A closure that makes a session, without IO.
trait Open<X>: Fn(Scope) -> Result<X, CredentialsError> + MaybeSend + MaybeSync {}

impl<X, F> Open<X> for F where F: Fn(Scope) -> Result<X, CredentialsError> + MaybeSend + MaybeSync {}

struct State<X> {
    /// Without a capacity: the cache would allocate memory for all of it.
    sessions: LruCache<Scope, X, BuildHasherDefault<DefaultHasher>>,
    hits: u64,
    misses: u64,
    evictions: u64,
}

impl<X: Clone> Entries<X> {
    pub(super) fn new(
        capacity: NonZeroUsize,
        seed: u64,
        open: impl Fn(Scope) -> Result<X, CredentialsError> + MaybeSend + MaybeSync + 'static,
    ) -> Self {
        let state = State {
            sessions: LruCache::unbounded_with_hasher(BuildHasherDefault::default()),
            hits: 0,
            misses: 0,
            evictions: 0,
        };
        Self { capacity, seed, open: Box::new(open), state: Mutex::new(state) }
    }

    /// Returns the session of `request`. A new one is made under the lock, so that there is one per
    /// key.
    pub(super) fn get_or_open(&self, request: AssumeAgency) -> Result<X, CredentialsError> {
        let scope = Scope::new(request, self.seed);
        let mut state = self.lock();
        if let Some(session) = state.sessions.get(&scope).cloned() {
            state.hits = state.hits.saturating_add(1);
            return Ok(session);
        }
        let session = (self.open)(scope.clone())?;
        state.misses = state.misses.saturating_add(1);
        let is_full = state.sessions.len() >= self.capacity.get();
        let evicted = if is_full { state.sessions.pop_lru() } else { None };
        state.evictions = state.evictions.saturating_add(evicted.is_some().into());
        state.sessions.put(scope, session.clone());
        drop(state);
        // It may be the last reference to a session and its observer.
        drop(evicted);
        Ok(session)
    }

    pub(super) fn remove(&self, request: AssumeAgency) {
        let scope = Scope::new(request, self.seed);
        let removed = self.lock().sessions.pop(&scope);
        drop(removed);
    }

    pub(super) fn clear(&self) {
        let none = LruCache::unbounded_with_hasher(BuildHasherDefault::default());
        let sessions = std::mem::replace(&mut self.lock().sessions, none);
        drop(sessions);
    }

    pub(super) fn status(&self) -> PoolStatus {
        let state = self.lock();
        PoolStatus {
            sessions: state.sessions.len(),
            capacity: self.capacity.get(),
            hits: state.hits,
            misses: state.misses,
            evictions: state.evictions,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<X>> {
        // Poisoning is ignored: nothing is changed before the code that may panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
