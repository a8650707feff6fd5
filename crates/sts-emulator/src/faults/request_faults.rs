//! The faults of one request, and their effects.

use std::time::Duration;

use http::Response;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use sts_proto::Body;

use super::fault::{Fault, ResetAt};
use crate::server::CutPoint;

/// Ends within the status line and headers of every response.
const HEAD_BYTES: usize = 20;

/// The faults of one request, each with a random number.
#[derive(Default)]
pub(crate) struct RequestFaults(Vec<(Fault, u64)>);

impl RequestFaults {
    pub(super) fn new(faults: Vec<(Fault, u64)>) -> Self {
        Self(faults)
    }

    pub(crate) fn faults(&self) -> impl Iterator<Item = Fault> + '_ {
        self.0.iter().map(|(fault, _)| *fault)
    }

    /// Returns the delay of the response.
    pub(crate) fn latency(&self) -> Duration {
        let latencies = self.faults().map(|fault| match fault {
            Fault::Latency(time) => time,
            _ => Duration::ZERO,
        });
        latencies.fold(Duration::ZERO, Duration::saturating_add)
    }

    /// Returns the offset of the emulator's clock.
    pub(crate) fn clock_offset(&self) -> time::Duration {
        sum(self.faults().map(|fault| match fault {
            Fault::ClockOffset(offset) => offset,
            _ => time::Duration::ZERO,
        }))
    }

    /// Returns the offset of the response's `Date` from that clock.
    pub(crate) fn date_offset(&self) -> time::Duration {
        sum(self.faults().map(|fault| match fault {
            Fault::WrongDate(offset) => offset,
            _ => time::Duration::ZERO,
        }))
    }

    pub(crate) fn credentials_expired(&self) -> bool {
        self.faults().any(|fault| fault == Fault::ExpiredCredentials)
    }

    /// Replaces the body of a complete response.
    pub(crate) fn replace_body(&self, response: &mut Response<Body>) {
        for (fault, random) in &self.0 {
            if *fault == Fault::GarbageBody {
                let mut noise = vec![0; response.body().len()];
                StdRng::seed_from_u64(*random).fill_bytes(&mut noise);
                *response.body_mut() = Body::from(noise);
            }
        }
    }

    /// Returns the point at which the connection is cut off, for a response of this length.
    pub(crate) fn cut(&self, response: &Response<Body>) -> Option<CutPoint> {
        let half = response.body().len() / 2;
        self.faults().find_map(|fault| match fault {
            Fault::Reset(ResetAt::BeforeResponse) | Fault::Outage => Some(CutPoint::reset_after(0)),
            Fault::Reset(ResetAt::InHead) => Some(CutPoint::reset_after(HEAD_BYTES)),
            Fault::Reset(ResetAt::InBody) => Some(CutPoint::reset_in_body_after(half)),
            Fault::CutBody => Some(CutPoint::close_in_body_after(half)),
            _ => None,
        })
    }
}

fn sum(offsets: impl Iterator<Item = time::Duration>) -> time::Duration {
    offsets.fold(time::Duration::ZERO, time::Duration::saturating_add)
}
