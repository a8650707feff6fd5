//! Tokens between the two requests of a federation.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use huaweicloud_sts::sts_client::Secret;

use super::secret::{SecretDigest, generate};

/// How long a token can be redeemed. Clients send the second request at once.
const LIFETIME: Duration = Duration::from_secs(10);

/// Maximum number of tokens that are not redeemed. The oldest one becomes invalid.
const CAPACITY: usize = 1024;

/// Issued tokens, each of which is valid once and for ten seconds.
#[derive(Default)]
pub(super) struct SingleUseTokens(Mutex<VecDeque<Issued>>);

struct Issued {
    digest: SecretDigest,
    /// In monotonic time.
    until: Duration,
}

impl SingleUseTokens {
    /// Issues a token at the monotonic time `now`.
    pub(super) fn issue(&self, now: Duration) -> Secret {
        let token = generate();
        let digest = SecretDigest::of(token.expose_secret().as_bytes());
        let mut issued = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        issued.retain(|token| now < token.until);
        if issued.len() >= CAPACITY {
            issued.pop_front();
        }
        issued.push_back(Issued { digest, until: now.saturating_add(LIFETIME) });
        token
    }

    /// Returns whether `presented` is a valid token, which is invalid afterwards.
    pub(super) fn redeem(&self, presented: &[u8], now: Duration) -> bool {
        let presented = SecretDigest::of(presented);
        let mut issued = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        issued.retain(|token| now < token.until);
        let before = issued.len();
        issued.retain(|token| !token.digest.matches(&presented));
        issued.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1000);

    fn redeem(tokens: &SingleUseTokens, token: &Secret, now: Duration) -> bool {
        tokens.redeem(token.expose_secret().as_bytes(), now)
    }

    #[test]
    fn a_token_is_valid_once() {
        let tokens = SingleUseTokens::default();
        let [first, second] = [(); 2].map(|()| tokens.issue(NOW));
        assert!(redeem(&tokens, &second, NOW));
        assert!(!redeem(&tokens, &second, NOW));
        assert!(redeem(&tokens, &first, NOW));
        assert!(!tokens.redeem(b"", NOW));
    }

    #[test]
    fn a_token_is_valid_for_ten_seconds() {
        let tokens = SingleUseTokens::default();
        let [first, second] = [(); 2].map(|()| tokens.issue(NOW));
        assert!(redeem(&tokens, &first, NOW + LIFETIME.mul_f64(0.999)));
        assert!(!redeem(&tokens, &second, NOW + LIFETIME));
    }

    #[test]
    fn the_number_of_tokens_is_limited() {
        let tokens = SingleUseTokens::default();
        let first = tokens.issue(NOW);
        let later: Vec<_> = (0..CAPACITY).map(|_| tokens.issue(NOW)).collect();
        assert!(!redeem(&tokens, &first, NOW));
        assert!(later.iter().all(|token| redeem(&tokens, token, NOW)));
    }
}
