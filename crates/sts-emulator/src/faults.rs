//! Fault injection.

mod fault;
mod injection;
mod injection_config;
mod request_faults;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

pub use self::fault::{Fault, ResetAt};
pub use self::injection::Injection;
pub(crate) use self::injection_config::{InjectionConfig, NAMES};
pub(crate) use self::request_faults::RequestFaults;
use crate::clock::Clock;

/// The faults of an emulator, returned by [`Emulator::faults`](crate::Emulator::faults). Clones
/// share the same faults.
///
/// ```
/// use sts_emulator::{Emulator, Fault, Injection};
///
/// let emulator = Emulator::builder().start_blocking()?;
/// emulator.faults().inject(Injection::new(Fault::CutBody).times(1));
/// // The response to the next request is cut off.
/// emulator.faults().clear();
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Faults {
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
}

struct State {
    seed: Sha256,
    /// Number of injections so far.
    count: u64,
    active: Vec<Active>,
}

/// An injection that has not ended.
struct Active {
    id: u64,
    injection: Injection,
    until: Option<OffsetDateTime>,
    /// A generator for each injection, so that injections do not affect each other's draws.
    rng: StdRng,
}

impl Faults {
    pub(crate) fn new(seed: &[u8], clock: Arc<dyn Clock>) -> Self {
        let seed = Sha256::new().chain_update(b"sts-emulator faults\0").chain_update(seed);
        let state = State { seed, count: 0, active: Vec::new() };
        Self { clock, state: Arc::new(Mutex::new(state)) }
    }

    /// Injects a fault. A [`Fault`] without an [`Injection`] applies to every request.
    pub fn inject(&self, injection: impl Into<Injection>) {
        self.add(injection.into());
    }

    /// Injects a fault, and returns its number.
    pub(crate) fn add(&self, injection: Injection) -> u64 {
        let until = injection.lasts.map(|time| {
            let time = time::Duration::try_from(time).unwrap_or(time::Duration::MAX);
            self.clock.now().saturating_add(time)
        });
        self.with(|state| {
            let seed = state.seed.clone().chain_update(state.count.to_be_bytes()).finalize();
            state.count += 1;
            let (id, rng) = (state.count, StdRng::from_seed(seed.into()));
            state.active.push(Active { id, injection, until, rng });
            id
        })
    }

    /// Removes all faults.
    pub fn clear(&self) {
        self.with(|state| state.active.clear());
    }

    /// Removes a fault. Returns `false` if it is not active.
    pub(crate) fn remove(&self, id: u64) -> bool {
        let now = self.clock.now();
        self.with(|state| {
            state.active.retain(|active| active.is_alive(now));
            let count = state.active.len();
            state.active.retain(|active| active.id != id);
            state.active.len() < count
        })
    }

    /// Returns the active injections with their numbers and the remaining number of times.
    pub(crate) fn active(&self) -> Vec<(u64, Injection)> {
        let now = self.clock.now();
        self.with(|state| {
            state.active.retain(|active| active.is_alive(now));
            state.active.iter().map(|active| (active.id, active.injection.clone())).collect()
        })
    }

    /// Returns the faults of a request to this operation, and counts them.
    pub(crate) fn for_request(&self, operation: Option<&str>) -> RequestFaults {
        self.with(|state| {
            if state.active.is_empty() {
                return RequestFaults::default();
            }
            let now = self.clock.now();
            state.active.retain(|active| active.is_alive(now));
            let faults = state.active.iter_mut().filter_map(|active| active.draw(operation));
            RequestFaults::new(faults.collect())
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Active {
    fn is_alive(&self, now: OffsetDateTime) -> bool {
        self.injection.times != Some(0) && self.until.is_none_or(|end| now < end)
    }

    /// Returns the fault and a number random for it, if it applies to the request.
    fn draw(&mut self, operation: Option<&str>) -> Option<(Fault, u64)> {
        let Injection { fault, operation: only, times, probability, .. } = &mut self.injection;
        if only.is_some_and(|only| operation != Some(only)) {
            return None;
        }
        if probability.is_some_and(|probability| self.rng.random::<f64>() >= probability) {
            return None;
        }
        if let Some(left) = times {
            *left = left.saturating_sub(1);
        }
        Some((*fault, self.rng.random()))
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.active().iter().map(|(_, injection)| injection)).finish()
    }
}
