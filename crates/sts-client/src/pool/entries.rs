//! The sessions of a pool, in the order of their last use.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::num::NonZeroUsize;
use std::sync::PoisonError;

use sts_proto::AssumeAgency;

use super::scope::Scope;
use crate::sync::{Mutex, MutexGuard};

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
    state: Mutex<State<X>>,
}

struct State<X> {
    sessions: HashMap<Scope, Entry<X>, BuildHasherDefault<DefaultHasher>>,
    /// Keys by the number of their last use, the oldest first.
    uses: BTreeMap<u64, Scope>,
    next_use: u64,
    hits: u64,
    misses: u64,
    evictions: u64,
}

struct Entry<X> {
    session: X,
    last_use: u64,
}

impl<X: Clone> Entries<X> {
    pub(super) fn new(capacity: NonZeroUsize, seed: u64) -> Self {
        let state = State {
            sessions: HashMap::default(),
            uses: BTreeMap::new(),
            next_use: 0,
            hits: 0,
            misses: 0,
            evictions: 0,
        };
        Self { capacity, seed, state: Mutex::new(state) }
    }

    /// Returns the session of `request`. A new one is made under the lock, so that there is one per
    /// key; `open` does no IO.
    pub(super) fn get_or_insert<E>(
        &self,
        request: AssumeAgency,
        open: impl FnOnce(Scope) -> Result<X, E>,
    ) -> Result<X, E> {
        let scope = Scope::new(request, self.seed);
        let mut state = self.lock();
        if let Some(session) = state.used(&scope) {
            return Ok(session);
        }
        let session = open(scope.clone())?;
        state.misses = state.misses.saturating_add(1);
        let is_full = state.sessions.len() >= self.capacity.get();
        let evicted = if is_full { state.evict() } else { None };
        state.insert(scope, session.clone());
        drop(state);
        // It may be the last reference to a session and its observer.
        drop(evicted);
        Ok(session)
    }

    pub(super) fn remove(&self, request: AssumeAgency) {
        let scope = Scope::new(request, self.seed);
        let mut state = self.lock();
        let removed = state.sessions.remove(&scope);
        if let Some(entry) = &removed {
            state.uses.remove(&entry.last_use);
        }
        drop(state);
        drop(removed);
    }

    pub(super) fn clear(&self) {
        let mut state = self.lock();
        state.uses.clear();
        let sessions = std::mem::take(&mut state.sessions);
        drop(state);
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
        // Poisoning is ignored: the two maps are changed together, after the code that may panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<X: Clone> State<X> {
    /// Returns a session and records its use.
    fn used(&mut self, scope: &Scope) -> Option<X> {
        let entry = self.sessions.get_mut(scope)?;
        let key = self.uses.remove(&entry.last_use)?;
        entry.last_use = self.next_use;
        self.uses.insert(self.next_use, key);
        self.next_use += 1;
        self.hits = self.hits.saturating_add(1);
        Some(entry.session.clone())
    }

    fn insert(&mut self, scope: Scope, session: X) {
        self.uses.insert(self.next_use, scope.clone());
        self.sessions.insert(scope, Entry { session, last_use: self.next_use });
        self.next_use += 1;
    }

    /// Removes the session that was used least recently.
    fn evict(&mut self) -> Option<Entry<X>> {
        let (_, scope) = self.uses.pop_first()?;
        self.evictions = self.evictions.saturating_add(1);
        self.sessions.remove(&scope)
    }
}
