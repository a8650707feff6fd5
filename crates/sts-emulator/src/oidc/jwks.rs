//! The public keys of a provider: a JSON Web Key Set (RFC 7517).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;

const RSA_MODULUS_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// 3 to 2^33 - 1.
const RSA_EXPONENT_BITS: std::ops::RangeInclusive<usize> = 2..=33;

/// The keys of a set that can verify ID tokens. Other keys are ignored.
#[derive(Clone)]
pub(crate) struct Jwks(Vec<Jwk>);

#[derive(Clone)]
struct Jwk {
    id: Option<String>,
    key: PublicKey,
}

#[derive(Clone)]
enum PublicKey {
    /// For `RS256`: modulus and exponent.
    Rsa { n: Vec<u8>, e: Vec<u8> },
    /// For `ES256`: the uncompressed point.
    P256(Vec<u8>),
}

/// A supported signature algorithm of RFC 7518.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Rs256,
    Es256,
}

impl Algorithm {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "ES256" => Some(Self::Es256),
            _ => None,
        }
    }
}

impl Jwks {
    /// Parses a key set. Returns `None` for invalid JSON, or if no key can verify ID tokens.
    pub(crate) fn read(json: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Set {
            keys: Vec<Entry>,
        }

        #[derive(Deserialize)]
        struct Entry {
            kty: String,
            kid: Option<String>,
            alg: Option<String>,
            #[serde(rename = "use")]
            purpose: Option<String>,
            key_ops: Option<Vec<String>>,
            crv: Option<String>,
            n: Option<String>,
            e: Option<String>,
            x: Option<String>,
            y: Option<String>,
        }

        let set: Set = serde_json::from_str(json).ok()?;
        let keys = set.keys.into_iter().filter_map(|entry| {
            let is_for_verification = entry.purpose.is_none_or(|purpose| purpose == "sig")
                && entry
                    .key_ops
                    .is_none_or(|operations| operations.iter().any(|op| op == "verify"));
            let bytes = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
            let (key, algorithm) = match (entry.kty.as_str(), entry.crv.as_deref()) {
                ("RSA", _) => (PublicKey::rsa(bytes(entry.n)?, bytes(entry.e)?)?, "RS256"),
                ("EC", Some("P-256")) => {
                    (PublicKey::p256(&bytes(entry.x)?, &bytes(entry.y)?)?, "ES256")
                }
                _ => return None,
            };
            let has_algorithm = entry.alg.is_none_or(|name| name == algorithm);
            (is_for_verification && has_algorithm).then_some(Jwk { id: entry.kid, key })
        });
        let keys: Vec<_> = keys.collect();
        (!keys.is_empty()).then_some(Self(keys))
    }

    /// Whether a key has signed `message`. If `id` is given, only that key is tried.
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        id: Option<&str>,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        self.0
            .iter()
            .filter(|jwk| id.is_none() || jwk.id.as_deref() == id)
            .any(|jwk| jwk.key.verify(algorithm, message, signature))
    }
}

impl PublicKey {
    /// Returns a key of a supported size. Other sizes are rejected by the verifier, or slow.
    fn rsa(n: Vec<u8>, e: Vec<u8>) -> Option<Self> {
        let bits = |number: &[u8]| {
            let digits = number.iter().skip_while(|byte| **byte == 0).count() * 8;
            let first = number.iter().find(|byte| **byte != 0);
            digits - first.map_or(0, |byte| byte.leading_zeros() as usize)
        };
        let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
        let is_sound = RSA_MODULUS_BITS.contains(&bits(&n))
            && RSA_EXPONENT_BITS.contains(&bits(&e))
            && is_odd(&n)
            && is_odd(&e);
        is_sound.then_some(Self::Rsa { n, e })
    }

    fn p256(x: &[u8], y: &[u8]) -> Option<Self> {
        (x.len() == 32 && y.len() == 32).then(|| Self::P256([&[4], x, y].concat()))
    }

    fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        match (self, algorithm) {
            (Self::Rsa { n, e }, Algorithm::Rs256) => RsaPublicKeyComponents { n, e }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            (Self::P256(point), Algorithm::Es256) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                    .verify(message, signature)
                    .is_ok()
            }
            _ => false,
        }
    }
}
