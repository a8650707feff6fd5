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

/// Maximum number of sign-ins, which bounds the memory that they take.
const MAX_SIGN_INS: usize = 1000;

/// Maximum number of revoked tokens. Further ones cannot be revoked until the first expire.
const MAX_REVOKED: usize = 10_000;

/// Maximum number of letters of a typed code. One more than a code has, so that longer texts differ.
const MAX_TYPED: usize = 9;

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
        if state.sign_ins.len() >= MAX_SIGN_INS {
            state.sign_ins.retain(|_, sign_in| now < sign_in.expires);
        }
        if state.sign_ins.len() >= MAX_SIGN_INS {
            return None;
        }
        let device_code = random::device_code();
        let is_free =
            |code: &String| state.sign_ins.values().all(|sign_in| sign_in.user_code != *code);
        // The first try is free in practice: there are 20^8 codes.
        let user_code = std::iter::repeat_with(random::user_code).find(is_free)?;
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
        let code = typed_code(user_code);
        match waiting.find(|sign_in| sign_in.user_code == code) {
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

    /// Revokes an access token. Returns `false` if too many are revoked: without one of them, that
    /// token would be valid again.
    #[must_use]
    pub(crate) fn revoke(
        &self,
        token_id: &str,
        expires: OffsetDateTime,
        now: OffsetDateTime,
    ) -> bool {
        let revoked = &mut self.state().revoked;
        if revoked.len() >= MAX_REVOKED {
            revoked.retain(|_, expires| now < *expires);
        }
        let has_room = revoked.len() < MAX_REVOKED;
        if has_room {
            revoked.insert(token_id.to_owned(), expires);
        }
        has_room
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

/// Returns the user code that a person typed, in any case and with or without the hyphen (RFC 8628,
/// 6.1).
pub(crate) fn typed_code(typed: &str) -> String {
    let letters = typed.chars().filter(|c| *c != '-' && !c.is_whitespace());
    let mut code: String = letters.map(|c| c.to_ascii_uppercase()).take(MAX_TYPED).collect();
    if let Some(middle) = code.char_indices().nth(4).map(|(middle, _)| middle) {
        code.insert(middle, '-');
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revoked_token_is_never_forgotten_before_it_expires() {
        let (sign_ins, now) = (SignIns::default(), OffsetDateTime::UNIX_EPOCH);
        let expires = |number: usize| now + Duration::seconds(if number == 0 { 1 } else { 60 });
        for number in 0..MAX_REVOKED {
            assert!(sign_ins.revoke(&number.to_string(), expires(number), now));
        }
        assert!(!sign_ins.revoke("late", expires(1), now));
        assert!((0..MAX_REVOKED).all(|number| sign_ins.is_revoked(&number.to_string())));
        assert!(!sign_ins.is_revoked("late"));
        // The first one has expired, and makes room.
        let later = now + Duration::SECOND;
        assert!(sign_ins.revoke("late", expires(1), later) && sign_ins.is_revoked("late"));
        assert!(!sign_ins.revoke("later", expires(1), later));
    }

    #[test]
    fn a_typed_code_has_a_bounded_length() {
        assert_eq!(typed_code(" bcdf ghjk "), "BCDF-GHJK");
        assert_eq!(typed_code("bcd"), "BCD");
        assert_eq!(typed_code(&"b".repeat(1_000_000)), "BBBB-BBBBB");
        assert_eq!(typed_code("äöüßx"), "äöüß-X");
    }
}
