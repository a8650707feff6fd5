//! Clients and their refresh policies.

use std::num::NonZeroU32;

use fastrand::Rng;
use sts_client::session::{SessionMachine, SessionPolicy};

use crate::service::{Response, Service};

/// The result of a request for credentials.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Ask {
    Served,
    /// The caller waits for the refresh.
    Waits,
    WithoutCredentials,
    /// The caller fails although its credentials are valid.
    Failed,
}

pub(crate) trait Client {
    /// Asks for credentials. Returns the seconds until the call of [`retry`](Self::retry), if any.
    fn ask(&mut self, service: &mut Service) -> (Ask, Option<NonZeroU32>);

    /// Makes the next attempt. Returns how many callers waited, whether they were served, and the
    /// seconds until the next call, if any.
    fn retry(&mut self, service: &mut Service) -> (u32, bool, Option<NonZeroU32>);
}

/// A session of this project, whose refresh is a call of at most three attempts.
pub(crate) struct Session {
    machine: SessionMachine,
    rng: Rng,
    attempts: u8,
    waiting: u32,
    /// Tenths of retries that the present troubles leave, as a client counts them.
    purse: u16,
}

/// A call that is to be retried after so many seconds, or is over.
enum Attempt {
    Again(NonZeroU32),
    Over,
}

const ATTEMPTS: u8 = 3;
const FULL_PURSE: u16 = 500;

impl Session {
    pub(crate) fn new(policy: SessionPolicy, seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let machine = SessionMachine::new(policy, rng.u64(..));
        Self { machine, rng, attempts: 0, waiting: 0, purse: FULL_PURSE }
    }

    fn attempt(&mut self, service: &mut Service) -> Attempt {
        self.attempts += 1;
        let now = service.now();
        let response = service.request();
        if response == Response::Credentials {
            self.purse = (self.purse + 1).min(FULL_PURSE);
            if !self.machine.refreshed(service.credentials(), now, now.wall) {
                self.attempts = ATTEMPTS;
            }
            return Attempt::Over;
        }
        if self.attempts < ATTEMPTS && self.purse >= 10 {
            self.purse -= 10;
            // A throttled call pauses as the gateway advises; others are back within the second.
            let wait = if response == Response::Throttled { self.rng.u32(2..=5) } else { 1 };
            if let Some(wait) = NonZeroU32::new(wait) {
                return Attempt::Again(wait);
            }
        }
        self.machine.failed(now);
        Attempt::Over
    }
}

impl Client for Session {
    fn ask(&mut self, service: &mut Service) -> (Ask, Option<NonZeroU32>) {
        let now = service.now();
        let mut again = None;
        if self.machine.begin_refresh(now) {
            self.attempts = 0;
            if let Attempt::Again(wait) = self.attempt(service) {
                again = Some(wait);
            }
        }
        let is_under_way = again.is_some() || (self.waiting > 0);
        let ask = if self.machine.credentials(now).is_some() {
            Ask::Served
        } else if is_under_way {
            self.waiting += 1;
            Ask::Waits
        } else {
            Ask::WithoutCredentials
        };
        (ask, again)
    }

    fn retry(&mut self, service: &mut Service) -> (u32, bool, Option<NonZeroU32>) {
        match self.attempt(service) {
            Attempt::Again(wait) => (0, false, Some(wait)),
            Attempt::Over => {
                let is_served = self.machine.credentials(service.now()).is_some();
                (std::mem::take(&mut self.waiting), is_served, None)
            }
        }
    }
}

/// The refresh policy of another client.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    /// A caller refreshes when fewer seconds are left.
    pub(crate) refresh_at: u32,
    /// Whether a failed refresh is ignored while the old credentials are valid.
    pub(crate) serves_old: bool,
}

/// A client that refreshes when a caller finds too little time left. It has neither jitter nor
/// backoff, and makes one attempt per call.
pub(crate) struct Plain {
    rule: Rule,
    end: u32,
}

impl Plain {
    pub(crate) fn new(rule: Rule) -> Self {
        Self { rule, end: 0 }
    }
}

impl Client for Plain {
    fn ask(&mut self, service: &mut Service) -> (Ask, Option<NonZeroU32>) {
        let left = self.end.saturating_sub(service.second());
        let ask = if left > self.rule.refresh_at {
            Ask::Served
        } else if service.request() == Response::Credentials {
            self.end = service.expiration();
            Ask::Served
        } else if left == 0 {
            Ask::WithoutCredentials
        } else if self.rule.serves_old {
            Ask::Served
        } else {
            Ask::Failed
        };
        (ask, None)
    }

    fn retry(&mut self, _: &mut Service) -> (u32, bool, Option<NonZeroU32>) {
        (0, true, None)
    }
}
