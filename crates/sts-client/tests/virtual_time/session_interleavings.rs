//! Every interleaving of a few callers of one session, to a depth, with cancellation after every
//! poll.
//!
//! All of a session's own state is behind one lock, and a caller takes it once between two polls,
//! so what can differ is the order of polls and of what happens outside: that order is enumerated.
//! The futures are the real ones, and so is the sharing of the refresh among them; tasks run only
//! when they were woken. Two polls at the same time are in `session_drivers` and the stress tests.

use sts_client::Session;
use sts_client::session::CredentialState;

use crate::session_tasks::{Tasks, at_once, get};
use crate::session_world::{Keys, Place, Reply};

const CALLERS: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Move {
    /// A caller asks: its future is made, and not polled yet.
    Ask,
    /// A caller who was woken is polled.
    Poll(usize),
    Cancel(usize),
    /// The service begins to do this.
    Habit(Reply),
    /// Time passes.
    Pass(u64),
    /// A caller asks, is polled once, and goes away.
    PassBy,
    /// Whoever has credentials reports that they were rejected.
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
        assert!(self.place.most_at_once() <= 1, "two fetches at once");
        for keys in self.tasks.outputs().flatten() {
            assert!(keys.security_token.is_some());
        }
    }

    /// The service is well again, and nobody is cancelled any more.
    fn end(mut self) {
        self.place.habit(Reply::Keys);
        self.tasks.run();
        for caller in 0..self.tasks.len() {
            assert!(!self.tasks.is_pending(caller), "caller {caller} was forgotten");
        }
        self.check();
        self.place.pass(61);
        get(&self.session).expect("the service is well");
        assert_ne!(self.session.state(), CredentialState::Expired);
        at_once(&self.session).expect("with keys, nobody waits").unwrap();
        assert!(self.place.requests() <= 12, "{} requests", self.place.requests());
    }
}

/// Replays `path`, then tries every move after it. Returns how many runs there were.
fn explore(has_keys: bool, path: &mut Vec<Move>, depth: usize) -> u64 {
    let mut runs = 0;
    for next in MOVES {
        let mut run = Run::new(has_keys);
        for past in path.iter() {
            run.make(*past);
        }
        if !run.make(next) {
            continue;
        }
        path.push(next);
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run.end()));
        assert!(ended.is_ok(), "after {path:?}");
        runs += 1;
        if path.len() < depth {
            runs += explore(has_keys, path, depth);
        }
        path.pop();
    }
    runs
}

#[test]
fn without_keys_no_order_of_events_loses_a_caller_or_fetches_twice() {
    let runs = explore(false, &mut Vec::new(), 6);
    assert!(runs > 50_000, "{runs}");
}

#[test]
fn with_keys_no_order_of_events_loses_a_caller_or_fetches_twice() {
    let runs = explore(true, &mut vec![Move::Pass(2900)], 6);
    assert!(runs > 20_000, "{runs}");
}
