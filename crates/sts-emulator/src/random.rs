//! Random access keys and ids from a cryptographically secure generator.

use rand::RngExt as _;
use rand::distr::{Alphanumeric, SampleString as _};
use sts_proto::Secret;

const UPPER_CASE: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/// Returns `HST` and 17 upper-case letters and digits, as in the published samples.
pub(crate) fn access_key_id() -> String {
    let mut rng = rand::rng();
    let tail = std::iter::repeat_with(|| {
        let index = rng.random_range(0..UPPER_CASE.len());
        UPPER_CASE.get(index).copied().map_or('0', char::from)
    });
    "HST".chars().chain(tail.take(17)).collect()
}

/// Returns 40 letters and digits.
pub(crate) fn secret_access_key() -> Secret {
    Alphanumeric.sample_string(&mut rand::rng(), 40).into()
}

/// Returns 32 hexadecimal digits.
pub(crate) fn request_id() -> String {
    format!("{:032x}", rand::rng().random::<u128>())
}

/// Returns 64 hexadecimal digits.
pub(crate) fn device_code() -> String {
    format!("{}{}", request_id(), request_id())
}

/// Returns eight consonants with a hyphen in the middle, which people can read and type.
pub(crate) fn user_code() -> String {
    const CONSONANTS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
    let mut rng = rand::rng();
    let mut letter = || {
        let index = rng.random_range(0..CONSONANTS.len());
        CONSONANTS.get(index).copied().map_or('B', char::from)
    };
    let mut half = || (0..4).map(|_| letter()).collect::<String>();
    format!("{}-{}", half(), half())
}

pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    rand::rng().random()
}
