//! A clock that the control endpoint moves.

use std::sync::{Arc, Mutex, PoisonError};

use time::{Duration, OffsetDateTime};

use super::Clock;

/// A clock that follows another one with an offset, or stands still. Clones share the state.
#[derive(Clone)]
pub(crate) struct ControlledClock {
    base: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
}

#[derive(Clone, Copy, Default)]
struct State {
    /// Distance from the other clock.
    offset: Duration,
    frozen_at: Option<OffsetDateTime>,
}

impl ControlledClock {
    pub(crate) fn new(base: Arc<dyn Clock>) -> Self {
        Self { base, state: Arc::default() }
    }

    pub(crate) fn is_frozen(&self) -> bool {
        self.with(|state| state.frozen_at.is_some())
    }

    /// Stops the clock at this time, or at the current one.
    pub(crate) fn freeze(&self, at: Option<OffsetDateTime>) {
        let now = self.now();
        self.with(|state| state.frozen_at = Some(at.unwrap_or(now)));
    }

    /// Lets a clock that stands still continue from its time.
    pub(crate) fn unfreeze(&self) {
        let base = self.base.now();
        self.with(|state| {
            if let Some(at) = state.frozen_at.take() {
                state.offset = at - base;
            }
        });
    }

    /// Moves the clock forward, at most to the last representable time.
    pub(crate) fn advance(&self, by: Duration) {
        self.with(|state| match &mut state.frozen_at {
            Some(at) => *at = at.saturating_add(by),
            None => state.offset = state.offset.saturating_add(by),
        });
    }

    /// Follows the other clock again without an offset.
    pub(crate) fn reset(&self) {
        self.with(|state| *state = State::default());
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Clock for ControlledClock {
    fn now(&self) -> OffsetDateTime {
        let state = self.with(|state| *state);
        state.frozen_at.unwrap_or_else(|| self.base.now().saturating_add(state.offset))
    }
}
