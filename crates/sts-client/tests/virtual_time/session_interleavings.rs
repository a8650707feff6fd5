//! Every interleaving of a few callers of one session up to a depth, with cancellation after every
//! poll.
//!
//! All of a session's own state is behind one lock, which a caller takes once between two polls, so
//! only the order of polls and of external events can differ: that order is enumerated. The futures
//! are the real ones, and so is their shared refresh; tasks run only when they were woken.
//! Concurrent polls are tested in `session_drivers` and the stress tests.

use std::thread;

use sts_client::Session;
use sts_client::session::CredentialState;

use crate::session_tasks::{Tasks, at_once, get};
use crate::session_world::{Keys, Place, Reply};

const CALLERS: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Move {
    /// A caller starts: its future is created, and not polled yet.
    Ask,
    /// A woken caller is polled.
    Poll(usize),
    Cancel(usize),
    /// The service changes to this behavior.
    Habit(Reply),
    /// Time passes.
    Pass(u64),
    /// A caller starts, is polled once, and is dropped.
    PassBy,
    /// Every caller that has credentials reports that they were rejected.
    Invalidate,
}

const MOVES: [Move; 14] = [
    Move::Ask,
    Move::Poll(0),
    Move::Poll(1),
    Move::Poll(2),
    Move::Cancel(0),
    Move::Cancel(1),
    Move::Cancel(2),
    Move::Habit(Reply::Keys),
    Move::Habit(Reply::Unavailable),
    Move::Habit(Reply::Panic),
    Move::Pass(41),
    Move::Pass(2900),
    Move::PassBy,
    Move::Invalidate,
];

struct Run {
    place: Place,
    session: Session,
    tasks: Tasks<Keys>,
    habit: Reply,
}

impl Run {
    fn new(has_keys: bool) -> Self {
        let place = Place::new();
        let session = place.unsigned_session();
        if has_keys {
            get(&session).unwrap();
        }
        place.habit(Reply::Silence);
        Self { place, session, tasks: Tasks::new(), habit: Reply::Silence }
    }

    /// Returns whether the move changes anything.
    fn make(&mut self, next: Move) -> bool {
        match next {
            Move::Ask if self.tasks.len() < CALLERS => {
                self.tasks.ask(&self.session);
            }
            Move::Poll(caller) if caller < self.tasks.len() => return self.tasks.poll(caller),
            Move::Cancel(caller) if caller < self.tasks.len() && self.tasks.is_pending(caller) => {
                self.tasks.cancel(caller);
            }
            Move::Habit(reply) if reply != self.habit => {
                self.habit = reply;
                self.place.habit(reply);
            }
            Move::Pass(seconds) => self.place.pass(seconds),
            Move::PassBy => drop(at_once(&self.session)),
            Move::Invalidate => {
                let Some(Ok(keys)) = self.tasks.outputs().last() else { return false };
                self.session.invalidate(keys);
            }
            _ => return false,
        }
        self.check();
        true
    }

    fn check(&self) {
        assert!(self.place.most_at_once() <= 1, "two refreshes at once");
        for keys in self.tasks.outputs().flatten() {
            assert!(keys.security_token.is_some());
        }
    }

    /// The service is healthy again, and callers are no longer cancelled.
    fn end(mut self) {
        self.place.habit(Reply::Keys);
        self.tasks.run();
        for caller in 0..self.tasks.len() {
            assert!(!self.tasks.is_pending(caller), "caller {caller} was not woken");
        }
        self.check();
        self.place.pass(61);
        get(&self.session).expect("the service is healthy");
        assert_ne!(self.session.state(), CredentialState::Expired);
        at_once(&self.session).expect("callers with credentials never wait").unwrap();
        assert!(self.place.requests() <= 12, "{} requests", self.place.requests());
    }
}

/// Explores each first move after `start` in a thread of its own. Returns the number of runs.
fn explore_all(has_keys: bool, start: &[Move], depth: usize) -> u64 {
    thread::scope(|scope| {
        let explore = |first| move || explore(has_keys, start, first, depth);
        let threads = MOVES.map(|first| scope.spawn(explore(first)));
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

/// Replays `past`, makes the next move, then tries every move after it. Returns the number of runs.
fn explore(has_keys: bool, past: &[Move], next: Move, depth: usize) -> u64 {
    let mut run = Run::new(has_keys);
    for past in past {
        run.make(*past);
    }
    if !run.make(next) {
        return 0;
    }
    let path = [past, &[next]].concat();
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run.end()));
    assert!(ended.is_ok(), "after {path:?}");
    if path.len() == depth {
        return 1;
    }
    1 + MOVES.into_iter().map(|next| explore(has_keys, &path, next, depth)).sum::<u64>()
}

#[test]
fn without_credentials_no_order_of_events_loses_a_caller_or_refreshes_twice() {
    let runs = explore_all(false, &[], 6);
    assert!(runs > 50_000, "{runs}");
}

#[test]
fn with_credentials_no_order_of_events_loses_a_caller_or_refreshes_twice() {
    let runs = explore_all(true, &[Move::Pass(2900)], 6);
    assert!(runs > 20_000, "{runs}");
}
