//! Faults on demand: what was injected, and which of it strikes a request.

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
pub(crate) use self::injection_config::InjectionConfig;
pub(crate) use self::request_faults::RequestFaults;
use crate::clock::Clock;

/// The faults of an emulator. Clones are the same faults. Got from
/// [`Emulator::faults`](crate::Emulator::faults).
///
/// ```
/// use sts_emulator::{Emulator, Fault, Injection};
///
/// let emulator = Emulator::builder().start_blocking()?;
/// emulator.faults().inject(Injection::new(Fault::CutBody).times(1));
/// // The answer to the next request is cut off.
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
    /// How many were injected so far.
    count: u64,
    active: Vec<Active>,
}

/// An injection that may still strike.
struct Active {
    injection: Injection,
    until: Option<OffsetDateTime>,
    /// Its own, so that injections do not change one another's draws.
    rng: StdRng,
}

impl Faults {
    pub(crate) fn new(seed: &[u8], clock: Arc<dyn Clock>) -> Self {
        let seed = Sha256::new().chain_update(b"sts-emulator faults\0").chain_update(seed);
        let state = State { seed, count: 0, active: Vec::new() };
        Self { clock, state: Arc::new(Mutex::new(state)) }
    }

    /// Lets a fault strike from now on. A bare [`Fault`] strikes at every request.
    pub fn inject(&self, injection: impl Into<Injection>) {
        let injection = injection.into();
        let until = injection.lasts.map(|time| {
            let time = time::Duration::try_from(time).unwrap_or(time::Duration::MAX);
            self.clock.now().saturating_add(time)
        });
        self.with(|state| {
            let seed = state.seed.clone().chain_update(state.count.to_be_bytes()).finalize();
            state.count += 1;
            state.active.push(Active { injection, until, rng: StdRng::from_seed(seed.into()) });
        });
    }

    /// Ends all of them.
    pub fn clear(&self) {
        self.with(|state| state.active.clear());
    }

    /// What may still strike, with the times that are left.
    pub(crate) fn active(&self) -> Vec<Injection> {
        let now = self.clock.now();
        self.with(|state| {
            state.active.retain(|active| active.is_alive(now));
            state.active.iter().map(|active| active.injection.clone()).collect()
        })
    }

    /// What strikes a request of this operation that comes now.
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

    /// The fault and a number drawn for it, if it strikes.
    fn draw(&mut self, operation: Option<&str>) -> Option<(Fault, u64)> {
        let Injection { fault, operation: wanted, times, probability, .. } = &mut self.injection;
        if wanted.is_some_and(|wanted| operation != Some(wanted)) {
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
        f.debug_list().entries(self.active()).finish()
    }
}
