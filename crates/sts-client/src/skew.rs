//! How far the service's clock is from ours.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use time::OffsetDateTime;

use crate::Now;

/// Clocks closer than this are taken as equal. The service allows 15 minutes; a network and a
/// `Date` of whole seconds make a few seconds, so minutes mean a clock that is wrong.
const TOLERANCE: time::Duration = time::Duration::minutes(4);

/// An exchange that took longer tells too little about the moment its answer was made.
const LONGEST_EXCHANGE: Duration = Duration::from_secs(60);

/// The offset to add to our wall clock, learned from answers and kept for all calls of a client.
#[derive(Debug, Default)]
pub(crate) struct Skew {
    milliseconds: AtomicI64,
}

impl Skew {
    /// The service's time at our reading `wall`, as far as it is known.
    pub(crate) fn correct(&self, wall: OffsetDateTime) -> OffsetDateTime {
        match self.milliseconds.load(Ordering::Relaxed) {
            0 => wall,
            offset => wall.saturating_add(time::Duration::milliseconds(offset)),
        }
    }

    /// Compares the `Date` of an answer with the middle of its exchange. Returns whether the
    /// clock that the request was signed with was wrong by minutes, and then corrects it.
    pub(crate) fn learn(&self, date: OffsetDateTime, sent: Now, received: Now) -> bool {
        let took = received.ticks.saturating_sub(sent.ticks);
        if took > LONGEST_EXCHANGE {
            return false;
        }
        // Read off the monotonic clock: the wall clock may have jumped meanwhile.
        let middle = sent.after(took / 2).wall;
        if (date - self.correct(middle)).abs() < TOLERANCE {
            return false;
        }
        let offset = i64::try_from((date - middle).whole_milliseconds()).unwrap_or_default();
        self.milliseconds.store(offset, Ordering::Relaxed);
        true
    }
}
