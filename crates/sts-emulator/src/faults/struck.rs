//! The faults that strike one request, and what each does to it.

use std::time::Duration;

use http::{Response, StatusCode};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use sts_proto::Body;

use super::{Fault, ResetAt};
use crate::refusal::Refusal;
use crate::server::Cut;

/// Enough for the status, and less than any head.
const SOME_OF_THE_HEAD: usize = 20;

/// The faults of one request, each with a number drawn for it.
#[derive(Default)]
pub(crate) struct Struck(Vec<(Fault, u64)>);

impl Struck {
    pub(super) fn new(faults: Vec<(Fault, u64)>) -> Self {
        Self(faults)
    }

    pub(crate) fn faults(&self) -> impl Iterator<Item = Fault> + '_ {
        self.0.iter().map(|(fault, _)| *fault)
    }

    /// How long the answer is held back.
    pub(crate) fn latency(&self) -> Duration {
        let latencies = self.faults().map(|fault| match fault {
            Fault::Latency(time) => time,
            _ => Duration::ZERO,
        });
        latencies.fold(Duration::ZERO, Duration::saturating_add)
    }

    /// How far the clock is off.
    pub(crate) fn clock_offset(&self) -> time::Duration {
        sum(self.faults().map(|fault| match fault {
            Fault::ClockOffset(offset) => offset,
            _ => time::Duration::ZERO,
        }))
    }

    /// How far the answer's `Date` is off that clock.
    pub(crate) fn date_offset(&self) -> time::Duration {
        sum(self.faults().map(|fault| match fault {
            Fault::WrongDate(offset) => offset,
            _ => time::Duration::ZERO,
        }))
    }

    pub(crate) fn keys_have_ended(&self) -> bool {
        self.faults().any(|fault| fault == Fault::ExpiredKeys)
    }

    /// The refusal that takes the place of an answer.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        self.faults().find_map(|fault| match fault {
            Fault::Throttling { retry_after } => Some(Refusal::Throttled { retry_after }),
            Fault::ServerError(status) => Some(Refusal::ServerError(status)),
            // Nobody will read it, but the log tells it.
            Fault::Outage => Some(Refusal::ServerError(StatusCode::SERVICE_UNAVAILABLE)),
            _ => None,
        })
    }

    /// Spoils the body of a finished answer.
    pub(crate) fn spoil(&self, response: &mut Response<Body>) {
        for (fault, drawn) in &self.0 {
            if *fault == Fault::GarbageBody {
                let mut noise = vec![0; response.body().len()];
                StdRng::seed_from_u64(*drawn).fill_bytes(&mut noise);
                *response.body_mut() = Body::from(noise);
            }
        }
    }

    /// Where the connection is cut while an answer of this length goes out.
    pub(crate) fn cut(&self, response: &Response<Body>) -> Option<Cut> {
        let half = response.body().len() / 2;
        self.faults().find_map(|fault| match fault {
            Fault::Reset(ResetAt::BeforeAnswer) | Fault::Outage => Some(Cut::reset_after(0)),
            Fault::Reset(ResetAt::InHead) => Some(Cut::reset_after(SOME_OF_THE_HEAD)),
            Fault::Reset(ResetAt::InBody) => Some(Cut::reset_in_body_after(half)),
            Fault::CutBody => Some(Cut::close_in_body_after(half)),
            _ => None,
        })
    }
}

fn sum(offsets: impl Iterator<Item = time::Duration>) -> time::Duration {
    offsets.fold(time::Duration::ZERO, time::Duration::saturating_add)
}
