//! Initialized HMAC with any hash of 32 bytes.

use hmac::Mac;
use hmac::digest::array::typenum::U32;
use hmac::digest::{KeyInit, Update};

use crate::sink::{Written, feed};

/// Initialized HMAC. The state is wiped on drop, and the key is not kept.
#[derive(Clone)]
pub(crate) struct HmacKey<M>(M);

impl<M: Mac<OutputSize = U32> + KeyInit + Update + Clone> HmacKey<M> {
    #[expect(clippy::expect_used, reason = "HMAC accepts keys of any length")]
    pub(super) fn new(key: &[u8]) -> Self {
        Self(<M as KeyInit>::new_from_slice(key).expect("HMAC accepts keys of any length"))
    }

    /// Returns the MAC of `bytes` without copying them.
    pub(super) fn mac_bytes(&self, bytes: &[u8]) -> [u8; 32] {
        self.0.clone().chain_update(bytes).finalize().into_bytes().into()
    }

    /// Returns the MAC of `text`.
    pub(super) fn mac(&self, text: &impl Written) -> [u8; 32] {
        self.after(text).finalize().into_bytes().into()
    }

    /// Verifies the MAC of `text` in constant time.
    pub(super) fn verifies(&self, text: &impl Written, code: &[u8]) -> bool {
        self.after(text).verify_slice(code).is_ok()
    }

    fn after(&self, text: &impl Written) -> M {
        let mut mac = self.0.clone();
        feed(&mut mac, text);
        mac
    }
}
