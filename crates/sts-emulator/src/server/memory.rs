//! Memory limit for requests in flight, shared by all connections.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use super::error::ConnectionError;

/// Maximum number of bytes of all requests in flight, as received. The buffers of the HTTP library
/// and growing bodies add about twice as much.
const LIMIT: usize = 64 * 1024 * 1024;

/// Connections that hold less are closed last, because closing them frees little memory.
const WORTH_CLOSING: usize = 16 * 1024;

/// The bytes that all connections of an emulator hold. Clones share the limit.
///
/// Connections never wait for memory. When the limit is exceeded, connections whose incomplete
/// requests began first are closed, so stalled senders do not block others.
#[derive(Clone)]
pub(crate) struct Memory(Arc<Mutex<State>>);

struct State {
    limit: usize,
    used: usize,
    /// Number of requests so far, which orders their beginnings.
    requests: u64,
    next_id: u64,
    holders: BTreeMap<u64, Holder>,
    /// Connections that may be closed and hold much, ordered by the beginnings of their requests.
    candidates: BTreeMap<u64, u64>,
}

/// The share of one connection.
#[derive(Default)]
struct Holder {
    bytes: usize,
    /// Size of the last read, which may contain the beginning of the next request.
    last_read: usize,
    /// Beginning of the request, as a number of [`State::requests`].
    request: u64,
    phase: Phase,
    waker: Option<Waker>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Phase {
    /// No byte of a request has been read.
    #[default]
    Idle,
    Arriving,
    /// The request is complete.
    Served,
    /// The connection was chosen to free memory, and must be closed.
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
            holders: BTreeMap::new(),
            candidates: BTreeMap::new(),
        })))
    }

    /// Registers a new connection.
    pub(super) fn register(&self) -> ConnectionMemory {
        let mut state = self.lock();
        let id = state.next_id;
        state.next_id += 1;
        state.holders.insert(id, Holder::default());
        ConnectionMemory { memory: self.clone(), id }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection's share of the [`Memory`], released when it is dropped.
pub(crate) struct ConnectionMemory {
    memory: Memory,
    id: u64,
}

impl ConnectionMemory {
    /// Counts bytes read from the connection. On error, the connection must be closed.
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

    /// Registers a waker for the moment when the connection must be closed. Returns an error if it
    /// must be closed already.
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

    /// Marks the request as complete. The connection is no longer closed to free memory.
    pub(super) fn complete(&self) {
        let mut state = self.memory.lock();
        if let Some(holder) = state.holders.get_mut(&self.id)
            && holder.phase == Phase::Arriving
        {
            holder.phase = Phase::Served;
            state.list(self.id);
        }
    }

    /// Releases the bytes read so far.
    pub(super) fn release(&self) {
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

    /// Marks the request as served, and the connection as idle.
    pub(super) fn served(&self) {
        self.release();
        let mut state = self.memory.lock();
        if let Some(holder) = state.holders.get_mut(&self.id)
            && holder.phase != Phase::Closed
        {
            holder.phase = Phase::Idle;
            state.list(self.id);
        }
    }
}

impl Drop for ConnectionMemory {
    fn drop(&mut self) {
        let mut state = self.memory.lock();
        let holder = state.holders.remove(&self.id);
        if let Some(holder) = &holder {
            state.used -= holder.bytes;
            state.candidates.remove(&holder.request);
        }
        // Dropping a waker may run arbitrary code, so the lock is released first.
        drop(state);
    }
}

impl State {
    /// Adds a connection to the candidates for closing, or removes it.
    fn list(&mut self, id: u64) {
        let Some(holder) = self.holders.get(&id) else { return };
        if holder.may_be_closed() && holder.bytes >= WORTH_CLOSING {
            self.candidates.insert(holder.request, id);
        } else {
            self.candidates.remove(&holder.request);
        }
    }

    /// Closes connections other than `reader` until the limit holds, or none is left that may be
    /// closed.
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
    fn the_oldest_incomplete_request_is_closed_first() {
        let memory = Memory::with_limit(100 * KB);
        let [first, second, third] = [(); 3].map(|()| memory.register());
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
        // Further calls have no effect.
        first.served();
        first.read(1).unwrap_err();
        drop(first);
        assert_eq!(used(&memory), 70 * KB + 1);
        drop((second, third));
        assert_eq!(used(&memory), 0);
    }

    #[test]
    fn stalled_senders_do_not_block_others() {
        let memory = Memory::with_limit(1000 * KB);
        let stalled: Vec<_> = std::iter::repeat_with(|| memory.register()).take(500).collect();
        for connection in &stalled {
            connection.read(64 * KB).unwrap();
        }
        let sender = memory.register();
        for _ in 0..15 {
            sender.read(64 * KB).unwrap();
        }
        assert!(used(&memory) <= 1000 * KB);
        assert!(stalled.iter().any(|connection| connection.watch(Waker::noop()).is_err()));
    }

    #[test]
    fn complete_requests_are_not_closed() {
        let memory = Memory::with_limit(100 * KB);
        let [served, late] = [(); 2].map(|()| memory.register());
        served.read(90 * KB).unwrap();
        served.complete();
        // No other connection may be closed.
        late.read(20 * KB).unwrap_err();
        assert_eq!(used(&memory), 90 * KB);
        served.read(1).unwrap();
    }

    #[test]
    fn large_requests_are_closed_before_small_ones() {
        let memory = Memory::with_limit(100 * KB);
        let small: Vec<_> = std::iter::repeat_with(|| memory.register()).take(6).collect();
        for connection in &small {
            connection.read(10 * KB).unwrap();
        }
        let [large, late] = [(); 2].map(|()| memory.register());
        large.read(40 * KB).unwrap();
        late.read(30 * KB).unwrap();
        large.read(1).unwrap_err();
        late.read(30 * KB).unwrap();
        let is_closed: Vec<_> =
            small.iter().map(|connection| connection.watch(Waker::noop()).is_err()).collect();
        assert_eq!(is_closed, [true, true, false, false, false, false]);
        assert_eq!(used(&memory), 100 * KB);
    }

    #[test]
    fn an_idle_connection_that_holds_much_is_closed() {
        let memory = Memory::with_limit(100 * KB);
        let [idle, late] = [(); 2].map(|()| memory.register());
        idle.read(60 * KB).unwrap();
        idle.complete();
        idle.served();
        late.read(60 * KB).unwrap();
        idle.read(1).unwrap_err();
        // With its next request it becomes the last in the order.
        let memory = Memory::with_limit(100 * KB);
        let [idle, other, late] = [(); 3].map(|()| memory.register());
        idle.read(30 * KB).unwrap();
        idle.served();
        other.read(30 * KB).unwrap();
        idle.read(30 * KB).unwrap();
        late.read(20 * KB).unwrap();
        other.read(1).unwrap_err();
        idle.read(1).unwrap();
    }

    #[test]
    fn a_served_request_is_released_except_the_last_read() {
        let memory = Memory::with_limit(100 * KB);
        let connection = memory.register();
        connection.read(50 * KB).unwrap();
        connection.read(3 * KB).unwrap();
        connection.complete();
        connection.served();
        assert_eq!(used(&memory), 3 * KB);
        connection.read(KB).unwrap();
        connection.release();
        assert_eq!(used(&memory), KB);
    }

    #[test]
    fn a_connection_that_exceeds_the_limit_is_closed() {
        let memory = Memory::with_limit(100 * KB);
        let connection = memory.register();
        connection.read(101 * KB).unwrap_err();
        assert_eq!(used(&memory), 0);
    }
}
