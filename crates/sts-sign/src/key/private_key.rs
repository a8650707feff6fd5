//! Derivation of private keys for elliptic curves.

use hmac::Mac;
use hmac::digest::array::typenum::U32;
use hmac::digest::{KeyInit, Update};
use zeroize::Zeroizing;

use super::hmac_key::HmacKey;
use crate::algorithm::Algorithm;
use crate::sink::{Sink, Written};

/// Derives candidates with the HMAC `M` until `accept` returns a key.
///
/// A candidate is a MAC, as a big-endian number, plus one. `accept` must reject zero, which is an
/// overflow, and numbers that are not below the order of the curve.
pub(super) fn derive<M, K>(
    algorithm: Algorithm,
    access_key_id: &str,
    secret: &str,
    accept: impl Fn(&[u8; 32]) -> Option<K>,
) -> Option<K>
where
    M: Mac<OutputSize = U32> + KeyInit + Update + Clone,
{
    let key = HmacKey::<M>::new(secret.as_bytes());
    (0..=u8::MAX).find_map(|counter| {
        let mut candidate = Zeroizing::new(key.mac(&Context { algorithm, access_key_id, counter }));
        increment(&mut candidate);
        accept(&candidate)
    })
}

/// Input of the derivation of a candidate.
struct Context<'a> {
    algorithm: Algorithm,
    access_key_id: &'a str,
    counter: u8,
}

impl Written for Context<'_> {
    fn write_to(&self, sink: &mut impl Sink) {
        sink.write(&[0, 0, 0, 1]);
        sink.write(self.algorithm.name().as_bytes());
        sink.write(&[0]);
        sink.write(self.access_key_id.as_bytes());
        sink.write(&[self.counter]);
        sink.write(&[0, 0, 1, 0]);
    }
}

/// Adds one in constant time. The largest number becomes zero.
fn increment(number: &mut [u8; 32]) {
    let mut carry = true;
    for digit in number.iter_mut().rev() {
        (*digit, carry) = digit.overflowing_add(u8::from(carry));
    }
}
