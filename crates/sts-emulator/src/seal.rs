//! Authenticated encryption of security tokens, metadata tokens and authorization messages.

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::random;

/// Size of a nonce. Random nonces of this size do not collide.
const NONCE: usize = 24;

/// Purpose of a sealed text. A text of one purpose cannot be used for another.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    SecurityToken,
    AuthorizationMessage,
    MetadataToken,
    IamToken,
    ClientSecret,
    AccessToken,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::SecurityToken => b"security token",
            Self::AuthorizationMessage => b"authorization message",
            Self::MetadataToken => b"metadata token",
            Self::IamToken => b"iam token",
            Self::ClientSecret => b"client secret",
            Self::AccessToken => b"access token",
        }
    }

    /// Returns the alphabet. Identity Center allows no other characters than those of URLs.
    const fn engine(self) -> &'static GeneralPurpose {
        match self {
            Self::ClientSecret | Self::AccessToken => &URL_SAFE_NO_PAD,
            _ => &STANDARD,
        }
    }
}

/// Authenticated encryption with a key derived from the emulator's seed. Emulators with the same
/// seed can open each other's texts.
#[derive(Clone)]
pub(crate) struct Seal(XChaCha20Poly1305);

impl Seal {
    pub(crate) fn new(seed: &[u8]) -> Self {
        let key = Sha256::new().chain_update(b"sts-emulator seal\0").chain_update(seed).finalize();
        Self(XChaCha20Poly1305::new(&key))
    }

    /// Returns base64 of the nonce and the ciphertext.
    pub(crate) fn seal(&self, purpose: Purpose, plain: &[u8]) -> String {
        let nonce: [u8; NONCE] = random::bytes();
        let payload = Payload { msg: plain, aad: purpose.label() };
        // Fails only for texts of 256 GiB and more.
        let ciphertext = self.0.encrypt(&XNonce::from(nonce), payload);
        let mut sealed = nonce.to_vec();
        sealed.extend(ciphertext.unwrap_or_default());
        purpose.engine().encode(sealed)
    }

    /// Returns the text, if it was sealed with this seed and for this purpose.
    pub(crate) fn open(&self, purpose: Purpose, sealed: &str) -> Option<Zeroizing<Vec<u8>>> {
        let sealed = purpose.engine().decode(sealed).ok()?;
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: ciphertext, aad: purpose.label() };
        let plain = self.0.decrypt(&XNonce::from(*nonce), payload).ok()?;
        Some(Zeroizing::new(plain))
    }
}
