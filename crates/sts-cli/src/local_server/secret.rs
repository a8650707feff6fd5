//! Secrets of the server, and their comparison in constant time.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ctutils::CtEq as _;
use huaweicloud_sts::sts_client::Secret;
use rand::RngExt as _;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Digest of a secret. Texts of any length have digests of the same length.
#[derive(Clone, Copy)]
pub(super) struct SecretDigest([u8; 32]);

impl SecretDigest {
    pub(super) fn of(text: &[u8]) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// Compares two digests in constant time.
    pub(super) fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).to_bool()
    }
}

/// Returns 256 random bits as 43 characters that need no quotes in a header, in JSON or in a shell.
pub(super) fn generate() -> Secret {
    let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(rand::rng().random());
    Secret::from(URL_SAFE_NO_PAD.encode(bytes.as_slice()))
}

/// Returns a random request id of 32 hexadecimal digits.
pub(super) fn request_id() -> String {
    format!("{:032x}", rand::rng().random::<u128>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_256_bits_and_is_not_repeated() {
        let secrets: std::collections::BTreeSet<_> =
            (0..100).map(|_| generate().expose_secret().to_owned()).collect();
        assert_eq!(secrets.len(), 100);
        for secret in secrets {
            assert_eq!(URL_SAFE_NO_PAD.decode(secret).unwrap().len(), 32);
        }
    }

    #[test]
    fn only_the_same_text_matches() {
        let digest = SecretDigest::of(b"secret");
        assert!(digest.matches(&SecretDigest::of(b"secret")));
        for other in ["", "secre", "secret ", "Secret"] {
            assert!(!digest.matches(&SecretDigest::of(other.as_bytes())), "{other:?}");
        }
    }
}
