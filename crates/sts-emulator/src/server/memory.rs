//! The memory that requests take while they arrive and are served: one bound for all connections.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::error::ConnectionError;

/// Bytes of all requests that are arriving or being served, as they were received. Buffers of the
/// HTTP library and of bodies that grow take about twice as much besides.
const LIMIT: usize = 64 * 1024 * 1024;

/// Connections with less are closed last: it takes many of them to free much.
const WORTH_CLOSING: usize = 16 * 1024;

/// The bytes that all connections of an emulator hold. Clones share one bound.
///
/// A connection never waits for memory. When there is none left, those whose request began first
/// and has not arrived in full are closed: a stalled sender gives way to one that sends.
#[derive(Clone)]
pub(crate) struct Memory(Arc<Mutex<State>>);

struct State {
    limit: usize,
    used: usize,
    /// Requests so far, which tells the order of their beginnings.
    requests: u64,
    next_id: u64,
    holders: HashMap<u64, Holder>,
    /// Connections that may be closed and hold much, by the order in which their requests began.
    candidates: BTreeMap<u64, u64>,
}

/// What one connection holds.
#[derive(Default)]
struct Holder {
    bytes: usize,
    /// How much the last read gave: it may hold the beginning of the next request.
    last_read: usize,
    /// When its request began, as a number of [`State::requests`].
    request: u64,
    phase: Phase,
    waker: Option<Waker>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    /// Nothing of a request has been read.
    #[default]
    Idle,
    Arriving,
    /// The request has arrived in full.
    Served,
    /// It gave way to others, and is about to be closed.
    Closed,
}

impl Default for Memory {
    fn default() -> Self {
        Self::with_limit(LIMIT)
    }
}

impl Memory {
    fn with_limit(limit: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            limit,
            used: 0,
            requests: 0,
            next_id: 0,
            holders: HashMap::new(),
            candidates: BTreeMap::new(),
        })))
    }

    /// The account of a new connection.
    pub(super) fn account(&self) -> Account {
        let mut state = self.lock();
        let id = state.next_id;
        state.next_id += 1;
        state.holders.insert(id, Holder::default());
        Account { memory: self.clone(), id }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one connection holds of the [`Memory`]. It is given back when this is dropped.
pub(crate) struct Account {
    memory: Memory,
    id: u64,
}

impl Account {
    /// Counts bytes that were read from the connection. An error says that the connection has to
    /// be closed.
    pub(super) fn read(&self, bytes: usize) -> Result<(), ConnectionError> {
        let mut state = self.memory.lock();
        let State { requests, used, holders, candidates, .. } = &mut *state;
        let holder = holders.get_mut(&self.id).ok_or(ConnectionError)?;
        match holder.phase {
            Phase::Closed => return Err(ConnectionError),
            Phase::Idle => {
                candidates.remove(&holder.request);
                *requests += 1;
                holder.request = *requests;
                holder.phase = Phase::Arriving;
            }
            Phase::Arriving | Phase::Served => {}
        }
        holder.bytes += bytes;
        holder.last_read = bytes;
        *used += bytes;
        state.list(self.id);
        let wakers = state.make_room(self.id);
        let has_room = state.used <= state.limit;
        if !has_room {
            state.close(self.id);
        }
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
        if has_room { Ok(()) } else { Err(ConnectionError) }
    }

    /// Wakes this task when the connection has to be closed. An error says that it has to be
    /// already.
    pub(super) fn watch(&self, waker: &Waker) -> Result<(), ConnectionError> {
        let mut state = self.memory.lock();
        let holder = state.holders.get_mut(&self.id).ok_or(ConnectionError)?;
        if holder.phase == Phase::Closed {
            return Err(ConnectionError);
        }
        match &mut holder.waker {
            Some(known) => known.clone_from(waker),
            none => *none = Some(waker.clone()),
        }
        Ok(())
    }

    /// The request has arrived in full: the connection is not closed for the sake of others.
    pub(super) fn arrived(&self) {
        let mut state = self.memory.lock();
        if let Some(holder) = state.holders.get_mut(&self.id)
            && holder.phase == Phase::Arriving
        {
            holder.phase = Phase::Served;
            state.list(self.id);
        }
    }

    /// What was read so far is not held any more.
    pub(super) fn let_go(&self) {
        let mut state = self.memory.lock();
        let State { used, holders, .. } = &mut *state;
        if let Some(holder) = holders.get_mut(&self.id)
            && holder.phase != Phase::Closed
        {
            let left = holder.bytes.min(holder.last_read);
            *used -= holder.bytes - left;
            holder.bytes = left;
            state.list(self.id);
        }
    }

    /// The request was served, and the next one may come.
    pub(super) fn served(&self) {
        self.let_go();
        let mut state = self.memory.lock();
        if let Some(holder) = state.holders.get_mut(&self.id)
            && holder.phase != Phase::Closed
        {
            holder.phase = Phase::Idle;
            state.list(self.id);
        }
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let mut state = self.memory.lock();
        let holder = state.holders.remove(&self.id);
        if let Some(holder) = &holder {
            state.used -= holder.bytes;
            state.candidates.remove(&holder.request);
        }
        // A waker may run anything when it is dropped.
        drop(state);
    }
}

impl State {
    /// Lists a connection among those that may be closed, or takes it from the list.
    fn list(&mut self, id: u64) {
        let Some(holder) = self.holders.get(&id) else { return };
        if holder.may_be_closed() && holder.bytes >= WORTH_CLOSING {
            self.candidates.insert(holder.request, id);
        } else {
            self.candidates.remove(&holder.request);
        }
    }

    /// Closes connections other than the one that reads until the bound holds, or none is left
    /// that may be closed.
    fn make_room(&mut self, reader: u64) -> Vec<Waker> {
        let mut wakers = Vec::new();
        while self.used > self.limit {
            let Some(oldest) = self.oldest_but(reader) else { break };
            wakers.extend(self.close(oldest));
        }
        wakers
    }

    fn oldest_but(&self, reader: u64) -> Option<u64> {
        let large = self.candidates.values().find(|id| **id != reader);
        large.copied().or_else(|| {
            let holders = self.holders.iter();
            let small = holders.filter(|(id, holder)| {
                **id != reader && holder.may_be_closed() && holder.bytes > 0
            });
            small.min_by_key(|(_, holder)| holder.request).map(|(id, _)| *id)
        })
    }

    fn close(&mut self, id: u64) -> Option<Waker> {
        let holder = self.holders.get_mut(&id)?;
        self.candidates.remove(&holder.request);
        self.used -= holder.bytes;
        holder.bytes = 0;
        holder.phase = Phase::Closed;
        holder.waker.take()
    }
}

impl Holder {
    fn may_be_closed(&self) -> bool {
        matches!(self.phase, Phase::Idle | Phase::Arriving)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use super::*;

    const KB: usize = 1024;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn used(memory: &Memory) -> usize {
        memory.lock().used
    }

    #[test]
    fn the_request_that_began_first_gives_way() {
        let memory = Memory::with_limit(100 * KB);
        let [first, second, third] = [(); 3].map(|()| memory.account());
        let woken = Arc::new(Woken::default());
        first.read(20 * KB).unwrap();
        second.read(40 * KB).unwrap();
        first.read(20 * KB).unwrap();
        first.watch(&Arc::clone(&woken).into()).unwrap();
        third.read(30 * KB).unwrap();
        assert_eq!((used(&memory), woken.0.load(Ordering::Relaxed)), (70 * KB, 1));
        first.read(1).unwrap_err();
        first.watch(Waker::noop()).unwrap_err();
        second.read(1).unwrap();
        // What it does after that changes nothing.
        first.served();
        first.read(1).unwrap_err();
        drop(first);
        assert_eq!(used(&memory), 70 * KB + 1);
        drop((second, third));
        assert_eq!(used(&memory), 0);
    }

    #[test]
    fn many_that_stall_never_keep_another_from_arriving() {
        let memory = Memory::with_limit(1000 * KB);
        let stalled: Vec<_> = std::iter::repeat_with(|| memory.account()).take(500).collect();
        for account in &stalled {
            account.read(64 * KB).unwrap();
        }
        let sender = memory.account();
        for _ in 0..15 {
            sender.read(64 * KB).unwrap();
        }
        assert!(used(&memory) <= 1000 * KB);
        assert!(stalled.iter().any(|account| account.watch(Waker::noop()).is_err()));
    }

    #[test]
    fn what_has_arrived_stays() {
        let memory = Memory::with_limit(100 * KB);
        let [served, late] = [(); 2].map(|()| memory.account());
        served.read(90 * KB).unwrap();
        served.arrived();
        // There is nobody else to give way.
        late.read(20 * KB).unwrap_err();
        assert_eq!(used(&memory), 90 * KB);
        served.read(1).unwrap();
    }

    #[test]
    fn small_requests_give_way_after_large_ones() {
        let memory = Memory::with_limit(100 * KB);
        let small: Vec<_> = std::iter::repeat_with(|| memory.account()).take(6).collect();
        for account in &small {
            account.read(10 * KB).unwrap();
        }
        let [large, late] = [(); 2].map(|()| memory.account());
        large.read(40 * KB).unwrap();
        late.read(30 * KB).unwrap();
        large.read(1).unwrap_err();
        late.read(30 * KB).unwrap();
        let is_closed: Vec<_> =
            small.iter().map(|account| account.watch(Waker::noop()).is_err()).collect();
        assert_eq!(is_closed, [true, true, false, false, false, false]);
        assert_eq!(used(&memory), 100 * KB);
    }

    #[test]
    fn an_idle_connection_that_still_holds_much_gives_way() {
        let memory = Memory::with_limit(100 * KB);
        let [idle, late] = [(); 2].map(|()| memory.account());
        idle.read(60 * KB).unwrap();
        idle.arrived();
        idle.served();
        late.read(60 * KB).unwrap();
        idle.read(1).unwrap_err();
        // With its next request it is the last in the order.
        let memory = Memory::with_limit(100 * KB);
        let [idle, other, late] = [(); 3].map(|()| memory.account());
        idle.read(30 * KB).unwrap();
        idle.served();
        other.read(30 * KB).unwrap();
        idle.read(30 * KB).unwrap();
        late.read(20 * KB).unwrap();
        other.read(1).unwrap_err();
        idle.read(1).unwrap();
    }

    #[test]
    fn a_served_request_is_given_back_but_for_the_last_read() {
        let memory = Memory::with_limit(100 * KB);
        let account = memory.account();
        account.read(50 * KB).unwrap();
        account.read(3 * KB).unwrap();
        account.arrived();
        account.served();
        assert_eq!(used(&memory), 3 * KB);
        account.read(KB).unwrap();
        account.let_go();
        assert_eq!(used(&memory), KB);
    }

    #[test]
    fn a_connection_over_the_whole_bound_is_closed_itself() {
        let memory = Memory::with_limit(100 * KB);
        let account = memory.account();
        account.read(101 * KB).unwrap_err();
        assert_eq!(used(&memory), 0);
    }
}
