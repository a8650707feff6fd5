//! Endpoints of a client in order of preference, and the health of each.

use std::sync::PoisonError;
use std::time::Duration;

use sts_proto::Endpoint;

use crate::sync::{Mutex, MutexGuard};

/// The cooldown after the first failure. It doubles with each failed probe.
const FIRST_COOLDOWN: Duration = Duration::from_secs(30);

/// The longest cooldown: a recovered endpoint is probed within five minutes.
const LONGEST_COOLDOWN: Duration = Duration::from_secs(300);

/// Thresholds of abandoned requests: this many in a row without a response, over at least this
/// time, count as a failure, even if each was abandoned too early to be one.
const SILENT_REQUESTS: u32 = 3;
const SILENT_FOR: Duration = Duration::from_secs(10);

/// Failover order of endpoints, with a circuit breaker for each.
///
/// An endpoint that failed is down, and so is one that callers repeatedly abandoned without a
/// response. Calls use it only when they have tried all healthy ones. When its cooldown is over, it
/// is half-open: one call at a time probes it, while the others use a healthy endpoint. Times are
/// monotonic.
#[derive(Debug)]
pub(crate) struct EndpointPool {
    endpoints: Vec<Endpoint>,
    /// One entry for each endpoint.
    health: Mutex<Vec<Health>>,
}

#[derive(Clone, Copy, Debug)]
enum Health {
    Healthy(Silence),
    Down(Outage),
}

/// The number of requests in a row that were abandoned without a response.
#[derive(Clone, Copy, Debug)]
struct Silence {
    requests: u32,
    /// When the first of them was sent.
    since: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Outage {
    /// Failures in a row, not counting those of requests sent before the last one was known.
    failures: u32,
    since: Duration,
    cooldown_until: Duration,
    /// The end of the time limit of the probe in flight.
    probe: Option<Duration>,
    /// Whether the last probe ended without an outcome.
    is_abandoned: bool,
}

/// The endpoint of one attempt. Its outcome has to be reported to the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pick {
    pub(crate) index: usize,
    /// The end of the probe's time limit, which identifies it.
    pub(crate) probe: Option<Duration>,
}

impl Outage {
    fn new(now: Duration) -> Self {
        let cooldown_until = now.saturating_add(FIRST_COOLDOWN);
        Self { failures: 1, since: now, cooldown_until, probe: None, is_abandoned: false }
    }

    fn fail_again(&mut self, now: Duration) {
        let cooldown = FIRST_COOLDOWN.saturating_mul(1 << self.failures.min(16));
        *self = Self {
            failures: self.failures.saturating_add(1),
            cooldown_until: now.saturating_add(cooldown.min(LONGEST_COOLDOWN)),
            ..Self::new(now)
        };
    }

    /// One probe may be abandoned: the next call repeats it. If that is abandoned as well, the
    /// server probably does not respond.
    fn abandon_probe(&mut self, at: Duration) {
        if self.is_abandoned {
            self.fail_again(at);
        } else {
            self.probe = None;
            self.is_abandoned = true;
        }
    }
}

impl EndpointPool {
    /// Returns the endpoints in order of preference.
    pub(crate) fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// Creates a pool of `endpoints` in order of preference. Duplicates are one endpoint.
    pub(crate) fn new(endpoints: impl IntoIterator<Item = Endpoint>) -> Self {
        let mut unique: Vec<Endpoint> = Vec::new();
        for endpoint in endpoints {
            if !unique.iter().any(|other| without_dot(other) == without_dot(&endpoint)) {
                unique.push(endpoint);
            }
        }
        let health = Mutex::new(vec![Health::HEALTHY; unique.len()]);
        Self { endpoints: unique, health }
    }

    pub(crate) fn len(&self) -> usize {
        self.endpoints.len()
    }

    pub(crate) fn get(&self, index: usize) -> Option<&Endpoint> {
        self.endpoints.get(index)
    }

    /// Chooses the endpoint of the next attempt of a call.
    ///
    /// `failed` are the endpoints that have failed in this call: they are chosen only when no other
    /// is left. Calls that can afford to probe an endpoint pass `probe_until`, the time by which
    /// the probe has ended.
    pub(crate) fn pick(
        &self,
        failed: &[usize],
        probe_until: Option<Duration>,
        now: Duration,
    ) -> Pick {
        let mut health = self.lock();
        for health in &mut *health {
            health.end_overdue_probe(now);
        }
        let is_untried = |index: &usize| !failed.contains(index);
        let mut healthy = (0..).zip(&*health).filter(|(_, health)| health.is_healthy());
        let healthy = healthy.find_map(|(index, _)| is_untried(&index).then_some(index));
        if let Some(healthy) = healthy {
            let probe_until = probe_until.filter(|_| failed.is_empty());
            return probe_until
                .and_then(|until| probe(&mut health, healthy, until, now))
                .unwrap_or(Pick { index: healthy, probe: None });
        }
        // All are down or have failed in this call: choose the one that has most likely recovered.
        let mut by_recovery: Vec<_> = (0..health.len()).collect();
        by_recovery.sort_by_key(|index| health.get(*index).map(Health::likely_back));
        let untried = by_recovery.iter().copied().find(is_untried);
        let index = untried.or_else(|| by_recovery.first().copied()).unwrap_or_default();
        Pick { index, probe: None }
    }

    /// Records a response of the endpoint.
    pub(crate) fn responded(&self, pick: Pick) {
        if let Some(health) = self.lock().get_mut(pick.index) {
            *health = Health::HEALTHY;
        }
    }

    /// Records a failed attempt that was sent at `sent`, caused by the endpoint.
    pub(crate) fn failed(&self, pick: Pick, sent: Duration, now: Duration) {
        match self.lock().get_mut(pick.index) {
            Some(Health::Down(outage)) => {
                let is_its_probe = pick.probe.is_some() && outage.probe == pick.probe;
                let is_news = outage.probe.is_none() && sent > outage.since;
                if is_its_probe || is_news {
                    outage.fail_again(now);
                }
            }
            Some(health) => *health = Health::Down(Outage::new(now)),
            None => {}
        }
    }

    /// Records an attempt that was sent at `sent` and abandoned before its timeout, by its caller
    /// or by a deadline that left it little time.
    pub(crate) fn gave_no_response(&self, pick: Pick, sent: Duration) {
        self.abandoned(pick, sent);
        if let Some(health) = self.lock().get_mut(pick.index)
            && let Health::Healthy(silence) = health
            && silence.goes_on(sent)
        {
            *health = Health::Down(Outage::new(sent));
        }
    }

    /// Records an attempt that was sent at `sent` and says nothing about the endpoint.
    pub(crate) fn abandoned(&self, pick: Pick, sent: Duration) {
        if let Some(Health::Down(outage)) = self.lock().get_mut(pick.index)
            && pick.probe.is_some()
            && outage.probe == pick.probe
        {
            outage.abandon_probe(sent);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Health>> {
        // Poisoning is ignored: the data is never left half-updated.
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Silence {
    /// Counts an abandoned request that was sent at `sent`. Returns whether there have been too
    /// many.
    fn goes_on(&mut self, sent: Duration) -> bool {
        self.since = if self.requests == 0 { sent } else { self.since.min(sent) };
        self.requests = self.requests.saturating_add(1);
        self.requests >= SILENT_REQUESTS && sent.saturating_sub(self.since) >= SILENT_FOR
    }
}

impl Health {
    const HEALTHY: Self = Self::Healthy(Silence { requests: 0, since: Duration::ZERO });

    fn is_healthy(&self) -> bool {
        matches!(self, Self::Healthy(_))
    }

    /// Orders endpoints that are down. A short outage is expected to end sooner than a long one;
    /// among long ones the end of the cooldown decides, so that all are tried in turn.
    fn likely_back(&self) -> (u32, Duration) {
        match self {
            Self::Healthy(_) => (0, Duration::ZERO),
            Self::Down(outage) => (outage.failures.min(3), outage.cooldown_until),
        }
    }

    fn end_overdue_probe(&mut self, now: Duration) {
        if let Self::Down(outage) = self
            && let Some(until) = outage.probe
            && until <= now
        {
            outage.abandon_probe(until);
        }
    }
}

/// Returns the URL without the trailing dot of a fully qualified host name.
fn without_dot(endpoint: &Endpoint) -> String {
    let host = endpoint.host();
    endpoint.as_str().replacen(host, host.trim_end_matches('.'), 1)
}

/// Begins a probe of an endpoint that is preferred to the first healthy one, if one is due and
/// none is in flight.
fn probe(health: &mut [Health], healthy: usize, until: Duration, now: Duration) -> Option<Pick> {
    let is_probing =
        |health: &Health| matches!(health, Health::Down(outage) if outage.probe.is_some());
    if health.iter().any(is_probing) {
        return None;
    }
    let mut preferred = health.iter_mut().enumerate().take(healthy);
    preferred.find_map(|(index, health)| match health {
        Health::Down(outage) if outage.cooldown_until <= now => {
            outage.probe = Some(until);
            Some(Pick { index, probe: Some(until) })
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests;
