//! The offset between the service's clock and the local wall clock.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration as Interval;

use time::{Duration, OffsetDateTime};

use crate::platform::Now;
use crate::sync::{AtomicI64, Mutex, MutexGuard};

/// Smaller offsets are acceptable for signing dates. The service allows 15 minutes. Latency and a
/// `Date` of whole seconds account for a few seconds; minutes mean that a clock is wrong.
const TOLERANCE: Duration = Duration::minutes(4);

/// The service accepts signing dates within this distance of its clock.
const SERVICE_TOLERANCE: Duration = Duration::minutes(15);

/// The longest exchange whose `Date` is used. In a longer one, the time of the `Date` is too
/// uncertain.
const LONGEST_EXCHANGE: Interval = Interval::from_secs(60);

/// The largest difference between the offsets of two matching responses of unknown origin.
const AGREEMENT: Duration = Duration::minutes(1);

/// How long an accepted signature proves that its clock offset is right.
const PROOF_LASTS: Interval = Interval::from_secs(300);

/// The largest difference between the progress of the two clocks. A larger one means that the wall
/// clock was set or the machine slept.
const JUMP: Duration = Duration::minutes(1);

/// The clock offset of a client, learned from responses and shared by all its calls.
#[derive(Debug)]
pub(crate) struct ClockOffset {
    milliseconds: AtomicI64,
    knowledge: Mutex<Knowledge>,
}

#[derive(Debug)]
struct Knowledge {
    /// When the offset was last learned from the service.
    learned: Option<Now>,
    /// The precision of that offset.
    precision: Interval,
    /// The last request whose signature was accepted, and its offset.
    accepted: Option<(Now, Duration)>,
    /// The last request whose signature was accepted or rejected.
    judged: Option<Now>,
    /// An offset that only one response of unknown origin indicates.
    claimed: Option<Duration>,
    /// How often the signing offset has been corrected.
    corrections: u64,
    /// The last correction, until a signature made with it is accepted.
    unconfirmed: Option<Now>,
}

/// The offset that a request was signed with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SigningOffset {
    pub(crate) offset: Duration,
    /// How many corrections preceded it.
    corrections: u64,
}

/// What a response proves about the clock of its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Witness {
    /// The service accepted the signature, and with it the signing date.
    Accepted,
    /// The service rejected the credentials, possibly because of the signing date.
    Rejected,
    /// It is a response of the service.
    Service,
    /// It may be a response of a proxy, a load balancer or a captive portal.
    Unknown,
}

/// A response with the circumstances that give its `Date` a meaning.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DatedResponse {
    pub(crate) date: Option<OffsetDateTime>,
    pub(crate) sent: Now,
    pub(crate) received: Now,
    /// The clock offset of the request's signing date.
    pub(crate) signed_with: SigningOffset,
    pub(crate) witness: Witness,
}

impl Default for ClockOffset {
    fn default() -> Self {
        let knowledge = Knowledge {
            learned: None,
            precision: Interval::ZERO,
            accepted: None,
            judged: None,
            claimed: None,
            corrections: 0,
            unconfirmed: None,
        };
        Self { milliseconds: AtomicI64::new(0), knowledge: Mutex::new(knowledge) }
    }
}

impl ClockOffset {
    /// The last measured offset.
    pub(crate) fn measured(&self) -> Duration {
        Duration::milliseconds(self.milliseconds.load(Ordering::Relaxed))
    }

    /// The offset for signing dates: zero unless a clock is wrong by minutes.
    pub(crate) fn for_signing(&self) -> SigningOffset {
        let corrections = self.lock().corrections;
        SigningOffset { offset: signing_part(self.measured()), corrections }
    }

    /// The service's time, if the offset was learned from the service and the wall clock has not
    /// jumped since.
    pub(crate) fn service_time(&self, now: Now) -> Option<OffsetDateTime> {
        let is_known = is_current(self.lock().learned, now);
        is_known.then(|| now.wall.saturating_add(self.measured()))
    }

    /// The service's time as far as it is known, otherwise the wall time.
    ///
    /// After a jump of the wall clock, the offset is right if the machine slept, and wrong if the
    /// clock was set. The earlier time is returned: the service rejects expired credentials that
    /// seem valid, but valid credentials that seem expired would never be used.
    pub(crate) fn estimated_service_time(&self, now: Now) -> OffsetDateTime {
        let knowledge = self.lock();
        let corrected = now.wall.saturating_add(self.measured());
        let is_uncertain = knowledge.learned.is_some_and(|at| jumped(at, now));
        if is_uncertain { corrected.min(now.wall) } else { corrected }
    }

    /// Like [`service_time`](Self::service_time), with the largest difference from the clock of the
    /// service.
    pub(crate) fn precise_service_time(&self, now: Now) -> Option<(OffsetDateTime, Interval)> {
        Some((self.service_time(now)?, self.lock().precision))
    }

    /// Whether the wall clock has jumped since a signature was last accepted or rejected, or since
    /// the offset was learned if that was later.
    pub(crate) fn is_suspect(&self, now: Now) -> bool {
        let knowledge = self.lock();
        let Some(judged) = knowledge.judged else { return false };
        let learned = knowledge.learned.filter(|at| at.monotonic >= judged.monotonic);
        jumped(learned.unwrap_or(judged), now)
    }

    /// Learns from a response. Returns whether it is a rejection explained by clock skew: the
    /// request was signed with a wrong date, and a correction is known now.
    pub(crate) fn learn(&self, response: &DatedResponse) -> bool {
        let DatedResponse { signed_with, sent, received, witness, .. } = *response;
        let mut knowledge = self.lock();
        let offset = response.offset().filter(|offset| match witness {
            Witness::Accepted => response.agrees_with_its_signature(),
            Witness::Rejected | Witness::Service => !knowledge.disproves(*offset, received),
            Witness::Unknown => knowledge.hears_again(*offset, received),
        });
        if let Some(offset) = offset {
            let is_change = is_correction(self.measured(), offset);
            if witness == Witness::Unknown {
                knowledge.corrections += u64::from(is_change);
            } else {
                knowledge.correct(is_change, received);
                knowledge.learned = Some(received);
                knowledge.precision = response.precision();
            }
            let milliseconds = i64::try_from(offset.whole_milliseconds()).unwrap_or_default();
            self.milliseconds.store(milliseconds, Ordering::Relaxed);
        }
        // Responses may arrive out of order, across a jump of the wall clock.
        let is_latest =
            |last: Option<Now>| last.is_none_or(|last| last.monotonic <= sent.monotonic);
        if matches!(witness, Witness::Accepted | Witness::Rejected) && is_latest(knowledge.judged) {
            knowledge.judged = Some(sent);
        }
        match witness {
            Witness::Accepted => {
                if is_latest(knowledge.accepted.map(|(at, _)| at)) {
                    knowledge.accepted = Some((sent, signed_with.offset));
                }
                if signed_with.corrections == knowledge.corrections {
                    knowledge.unconfirmed = None;
                }
                false
            }
            Witness::Rejected => {
                // As of the time of the request; the wall clock may have been set since.
                let was = match offset {
                    Some(_) => response.offset_when_sent().unwrap_or_default(),
                    None => signing_part(self.measured()),
                };
                let is_off = (was - signed_with.offset).abs() >= TOLERANCE;
                let is_corrected = signed_with.corrections < knowledge.corrections;
                is_off && (is_corrected || jumped(sent, received))
            }
            Witness::Service | Witness::Unknown => false,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Knowledge> {
        // Poisoning is ignored: the data is never left half-updated.
        self.knowledge.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Knowledge {
    /// Whether a recently accepted signature contradicts this offset.
    fn disproves(&self, offset: Duration, now: Now) -> bool {
        self.accepted.is_some_and(|(at, accepted)| {
            let is_recent = now.monotonic.saturating_sub(at.monotonic) <= PROOF_LASTS;
            is_recent && !jumped(at, now) && (offset - accepted).abs() > SERVICE_TOLERANCE
        })
    }

    /// Whether a second response of unknown origin claims this offset, and no better evidence
    /// exists.
    fn hears_again(&mut self, offset: Duration, now: Now) -> bool {
        if is_current(self.learned, now) || self.disproves(offset, now) {
            return false;
        }
        let before = self.claimed.replace(offset);
        before.is_some_and(|before| (before - offset).abs() <= AGREEMENT)
    }

    /// Counts a change of the signing offset as a correction, unless the last one has not been
    /// confirmed yet: two gateways with different clocks would correct each other forever.
    fn correct(&mut self, is_change: bool, now: Now) {
        if is_change && !is_current(self.unconfirmed, now) {
            self.corrections += 1;
            self.unconfirmed = Some(now);
        }
    }
}

impl DatedResponse {
    /// The offset to the wall clock as it is now.
    fn offset(&self) -> Option<Duration> {
        let half = self.half_exchange()?;
        Some(self.date? - self.received.wall.saturating_sub(half))
    }

    /// The offset to the wall clock as it was when the request was signed.
    fn offset_when_sent(&self) -> Option<Duration> {
        let half = self.half_exchange()?;
        Some(self.date? - self.sent.wall.saturating_add(half))
    }

    /// The largest error of the offset: the `Date` may be of any moment of the exchange, and omits
    /// up to a second.
    fn precision(&self) -> Interval {
        let took = self.received.monotonic.saturating_sub(self.sent.monotonic);
        (took / 2).saturating_add(Interval::from_secs(1))
    }

    /// Whether the service could accept the signing date at the time of its `Date`.
    fn agrees_with_its_signature(&self) -> bool {
        self.offset_when_sent()
            .is_some_and(|offset| (offset - self.signed_with.offset).abs() <= SERVICE_TOLERANCE)
    }

    /// The service writes its `Date` about in the middle of the exchange.
    fn half_exchange(&self) -> Option<Duration> {
        let took = self.received.monotonic.saturating_sub(self.sent.monotonic);
        let half = (took <= LONGEST_EXCHANGE).then_some(took / 2)?;
        Duration::try_from(half).ok()
    }
}

fn signing_part(offset: Duration) -> Duration {
    if offset.abs() >= TOLERANCE { offset } else { Duration::ZERO }
}

/// Whether the signing offset changes with the measured one.
fn is_correction(before: Duration, after: Duration) -> bool {
    (signing_part(after) - signing_part(before)).abs() >= TOLERANCE
}

/// Whether something learned at that time is still valid: the wall clock has not jumped since.
fn is_current(learned: Option<Now>, now: Now) -> bool {
    learned.is_some_and(|at| !jumped(at, now))
}

/// Whether the two clocks have progressed differently.
fn jumped(then: Now, now: Now) -> bool {
    let wall = now.wall - then.wall;
    let monotonic =
        Duration::try_from(now.monotonic.saturating_sub(then.monotonic)).unwrap_or_default();
    wall.saturating_sub(monotonic).abs() > JUMP
}

#[cfg(test)]
mod tests;
