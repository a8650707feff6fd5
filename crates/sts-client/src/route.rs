//! Endpoints in the order of preference, and which of them are out.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sts_proto::Endpoint;

/// How long an endpoint that failed stands behind the others. Then the next call tries it again,
/// so that a healthy first one is returned to.
const PENALTY: Duration = Duration::from_secs(30);

/// The endpoints of a client: a fail-over order.
#[derive(Debug)]
pub(crate) struct Route(Vec<Stop>);

#[derive(Debug)]
struct Stop {
    endpoint: Endpoint,
    /// The tick, in nanoseconds, until which it is out.
    out_until: AtomicU64,
}

impl Stop {
    /// The nanoseconds that it stays out from `ticks` on.
    fn out_for(&self, ticks: Duration) -> u64 {
        self.out_until.load(Ordering::Relaxed).saturating_sub(nanoseconds(ticks))
    }
}

impl Route {
    pub(crate) fn new(endpoints: impl IntoIterator<Item = Endpoint>) -> Self {
        let stop = |endpoint| Stop { endpoint, out_until: AtomicU64::new(0) };
        Self(endpoints.into_iter().map(stop).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn endpoint(&self, index: usize) -> Option<&Endpoint> {
        self.0.get(index).map(|stop| &stop.endpoint)
    }

    /// The first endpoint that is not out; when all are, the one that is back first.
    pub(crate) fn choose(&self, ticks: Duration) -> usize {
        let chosen = self.0.iter().enumerate().min_by_key(|(_, stop)| stop.out_for(ticks));
        chosen.map_or(0, |(index, _)| index)
    }

    /// Whether an endpoint is not out.
    pub(crate) fn has_healthy(&self, ticks: Duration) -> bool {
        self.0.iter().any(|stop| stop.out_for(ticks) == 0)
    }

    /// The endpoint cannot be reached or answers that it is not available.
    pub(crate) fn failed(&self, index: usize, ticks: Duration) {
        if let Some(stop) = self.0.get(index) {
            stop.out_until.store(nanoseconds(ticks.saturating_add(PENALTY)), Ordering::Relaxed);
        }
    }

    pub(crate) fn succeeded(&self, index: usize) {
        if let Some(stop) = self.0.get(index) {
            stop.out_until.store(0, Ordering::Relaxed);
        }
    }
}

fn nanoseconds(ticks: Duration) -> u64 {
    u64::try_from(ticks.as_nanos()).unwrap_or(u64::MAX)
}
