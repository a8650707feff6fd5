//! Sign-ins that wait for approval, and access tokens that were revoked.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use time::{Duration, OffsetDateTime};

use crate::model::poll_error::PollError;
use crate::random;

/// Lifetime of a device code, in seconds.
pub(crate) const LIFETIME: i64 = 600;

/// How much longer a client that polls too often has to wait, in seconds (RFC 8628).
const SLOW_DOWN: i64 = 5;

/// Maximum number of sign-ins and of revoked tokens, which bounds the memory that they take.
const MAX_ENTRIES: usize = 1000;

/// Sign-ins that wait for approval, and access tokens that were revoked.
#[derive(Default)]
pub(crate) struct SignIns(Mutex<State>);

#[derive(Default)]
struct State {
    /// By device code.
    sign_ins: HashMap<String, SignIn>,
    /// Expirations of revoked tokens, by the id of the token.
    revoked: HashMap<String, OffsetDateTime>,
}

pub(crate) struct SignIn {
    pub(crate) user_code: String,
    pub(crate) client_id: String,
    pub(crate) client_name: String,
    pub(crate) expires: OffsetDateTime,
    interval: Duration,
    polled: Option<OffsetDateTime>,
    decision: Decision,
}

/// The decision of a person about a sign-in.
#[derive(Clone)]
pub(crate) enum Decision {
    Pending,
    Denied,
    /// Approved by the user with this URN.
    Approved(String),
}

impl SignIns {
    /// Removes all sign-ins. Revoked access tokens stay revoked.
    pub(crate) fn clear(&self) {
        self.state().sign_ins.clear();
    }

    /// Starts a sign-in, and returns its device code and its user code. Returns `None` if too many
    /// sign-ins are waiting.
    pub(crate) fn start(
        &self,
        (client_id, client_name): (&str, &str),
        interval: u32,
        decision: Decision,
        now: OffsetDateTime,
    ) -> Option<(String, String)> {
        let mut state = self.state();
        if state.sign_ins.len() >= MAX_ENTRIES {
            state.sign_ins.retain(|_, sign_in| now < sign_in.expires);
        }
        if state.sign_ins.len() >= MAX_ENTRIES {
            return None;
        }
        let device_code = random::device_code();
        let user_code = random::user_code();
        let sign_in = SignIn {
            user_code: user_code.clone(),
            client_id: client_id.to_owned(),
            client_name: client_name.to_owned(),
            expires: now.saturating_add(Duration::seconds(LIFETIME)),
            interval: Duration::seconds(interval.into()),
            polled: None,
            decision,
        };
        state.sign_ins.insert(device_code.clone(), sign_in);
        Some((device_code, user_code))
    }

    /// Returns the URN of the user who approved the sign-in. The device code is then used up.
    pub(crate) fn poll(
        &self,
        device_code: &str,
        client_id: &str,
        now: OffsetDateTime,
    ) -> Result<String, PollError> {
        let mut state = self.state();
        let sign_in = state.sign_ins.get_mut(device_code);
        let sign_in = sign_in.filter(|sign_in| sign_in.client_id == client_id);
        let sign_in = sign_in.ok_or(PollError::Unknown)?;
        if now >= sign_in.expires {
            return Err(PollError::Expired);
        }
        match sign_in.decision.clone() {
            Decision::Pending => {
                let next = sign_in.polled.map(|last| last.saturating_add(sign_in.interval));
                let is_early = next.is_some_and(|next| now < next);
                sign_in.polled = Some(now);
                if is_early {
                    let interval = sign_in.interval;
                    sign_in.interval = interval.saturating_add(Duration::seconds(SLOW_DOWN));
                    return Err(PollError::SlowDown);
                }
                Err(PollError::Pending)
            }
            Decision::Denied => Err(PollError::Denied),
            Decision::Approved(user) => {
                state.sign_ins.remove(device_code);
                Ok(user)
            }
        }
    }

    /// Decides about a sign-in. Returns `false` if none with this code waits for a decision.
    pub(crate) fn decide(&self, user_code: &str, decision: Decision, now: OffsetDateTime) -> bool {
        let mut state = self.state();
        let mut waiting = state.sign_ins.values_mut().filter(|sign_in| sign_in.is_waiting(now));
        match waiting.find(|sign_in| sign_in.user_code.eq_ignore_ascii_case(user_code.trim())) {
            Some(sign_in) => {
                sign_in.decision = decision;
                true
            }
            None => false,
        }
    }

    /// Returns what `read` returns for each sign-in that waits for a decision.
    pub(crate) fn waiting<T>(&self, now: OffsetDateTime, read: impl Fn(&SignIn) -> T) -> Vec<T> {
        let state = self.state();
        state.sign_ins.values().filter(|sign_in| sign_in.is_waiting(now)).map(read).collect()
    }

    /// Revokes an access token. If too many are revoked, the one that expires first is removed.
    pub(crate) fn revoke(&self, token_id: &str, expires: OffsetDateTime, now: OffsetDateTime) {
        let revoked = &mut self.state().revoked;
        revoked.retain(|_, expires| now < *expires);
        if revoked.len() >= MAX_ENTRIES {
            let first = revoked.iter().min_by_key(|(_, expires)| **expires);
            if let Some(first) = first.map(|(id, _)| id.clone()) {
                revoked.remove(&first);
            }
        }
        revoked.insert(token_id.to_owned(), expires);
    }

    pub(crate) fn is_revoked(&self, token_id: &str) -> bool {
        self.state().revoked.contains_key(token_id)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SignIn {
    fn is_waiting(&self, now: OffsetDateTime) -> bool {
        now < self.expires && matches!(self.decision, Decision::Pending)
    }
}
