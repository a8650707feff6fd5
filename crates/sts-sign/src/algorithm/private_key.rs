//! The private key of a curve, derived from the secret.

use hmac::Mac;
use hmac::digest::array::typenum::U32;
use hmac::digest::{KeyInit, Update};
use zeroize::Zeroizing;

use super::Algorithm;
use super::hmac_key::HmacKey;
use crate::sink::{Sink, Written};

/// Derives candidates with the HMAC `M` until `accept` makes a key of one.
///
/// A candidate is one more than a MAC, as a big-endian number. `accept` must refuse zero, which
/// stands for one that is too large, and numbers that are not below the order of the curve.
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

/// What a candidate is derived from.
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

/// Adds one; the largest number becomes zero. It takes the same time for every number.
fn increment(number: &mut [u8; 32]) {
    let mut carry = true;
    for digit in number.iter_mut().rev() {
        (*digit, carry) = digit.overflowing_add(u8::from(carry));
    }
}
