//! Credentials that were served, by their security tokens.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use huaweicloud_sts::Credentials;

use super::secret::SecretDigest;

/// Number of credentials that are remembered. Clients use them until they expire.
const CAPACITY: usize = 32;

/// Digests of the security tokens that were served last. Look-ups are signed with served credentials.
#[derive(Default)]
pub(super) struct ServedTokens(Mutex<VecDeque<SecretDigest>>);

impl ServedTokens {
    pub(super) fn add(&self, credentials: &Credentials) {
        let Some(token) = &credentials.security_token else { return };
        let digest = SecretDigest::of(token.expose_secret().as_bytes());
        let mut served = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !served.iter().any(|known| known.matches(&digest)) {
            if served.len() >= CAPACITY {
                served.pop_front();
            }
            served.push_back(digest);
        }
    }

    /// Returns whether `presented` is the security token of served credentials.
    pub(super) fn contains(&self, presented: &[u8]) -> bool {
        let presented = SecretDigest::of(presented);
        let served = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        served.iter().filter(|known| known.matches(&presented)).count() > 0
    }
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;

    #[test]
    fn the_last_tokens_are_known() {
        let served = ServedTokens::default();
        let token = |number: usize| format!("token-{number}");
        for number in 0..=CAPACITY {
            let end = OffsetDateTime::UNIX_EPOCH;
            let credentials = Credentials::temporary("HST", "secret", token(number), end);
            served.add(&credentials);
            served.add(&credentials);
        }
        assert!(!served.contains(token(0).as_bytes()));
        assert!((1..=CAPACITY).all(|number| served.contains(token(number).as_bytes())));
        assert!(!served.contains(b""));
    }
}
