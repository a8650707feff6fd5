//! How far the service's clock is from ours.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use time::OffsetDateTime;

use crate::Now;

/// Clocks closer than this are good enough for signing dates. The service allows 15 minutes; a
/// network and a `Date` of whole seconds make a few seconds, so minutes mean a clock that is wrong.
const TOLERANCE: time::Duration = time::Duration::minutes(4);

/// An exchange that took longer tells too little about the moment its answer was made.
const LONGEST_EXCHANGE: Duration = Duration::from_secs(60);

/// The offset of the service's clock to our wall clock, learned from answers and kept for all
/// calls of a client.
#[derive(Debug, Default)]
pub(crate) struct Skew {
    milliseconds: AtomicI64,
}

impl Skew {
    /// The offset as it was measured last. It decides about the end of keys.
    pub(crate) fn measured(&self) -> time::Duration {
        time::Duration::milliseconds(self.milliseconds.load(Ordering::Relaxed))
    }

    /// The offset that signing dates are corrected by: none, unless a clock is wrong by minutes.
    pub(crate) fn for_signing(&self) -> time::Duration {
        Some(self.measured())
            .filter(|offset| offset.abs() >= TOLERANCE)
            .unwrap_or(time::Duration::ZERO)
    }

    /// Compares the `Date` of an answer with the middle of its exchange, and keeps what lies
    /// between. Returns whether the request was signed by a clock that is wrong by minutes:
    /// `signed_with` is the offset it was signed with, which other calls may have corrected since.
    pub(crate) fn learn(
        &self,
        date: OffsetDateTime,
        sent: Now,
        received: Now,
        signed_with: time::Duration,
    ) -> bool {
        let took = received.ticks.saturating_sub(sent.ticks);
        if took > LONGEST_EXCHANGE {
            return false;
        }
        // Read off the monotonic clock: the wall clock may have jumped meanwhile.
        let offset = date - sent.after(took / 2).wall;
        let milliseconds = i64::try_from(offset.whole_milliseconds()).unwrap_or_default();
        self.milliseconds.store(milliseconds, Ordering::Relaxed);
        (offset - signed_with).abs() >= TOLERANCE
    }
}
