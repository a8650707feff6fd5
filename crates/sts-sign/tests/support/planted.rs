//! Signers with planted secrets, and a request.

use http::Request;
use sts_sign::{Scope, Signer};
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) const ID: &str = "HSTEXAMPLE0000000001";
pub(crate) const NOW: OffsetDateTime = datetime!(2026-03-05 07:08:09 UTC);
pub(crate) const SECRET: &str = "plantedSecret6gH9jK2mN5pQ8sT1vW4yZ7xC0fL";
pub(crate) const TOKEN: &str = "plantedToken/4yZ7xC0fL3rU6iO9z==";

pub(crate) fn request() -> Request<&'static str> {
    Request::get("https://sts.example.com/v5/caller-identity").body("").unwrap()
}

/// Returns a signer of each algorithm.
pub(crate) fn signers() -> Vec<Signer> {
    let signers = [
        Signer::from_parts(ID, SECRET).unwrap(),
        Signer::v11(ID, SECRET, Scope::new("cn-north-4", "sts")).unwrap(),
        #[cfg(feature = "sm3")]
        Signer::sm3(ID, SECRET).unwrap(),
        #[cfg(feature = "p256")]
        Signer::p256(ID, SECRET).unwrap(),
        #[cfg(feature = "sm2")]
        Signer::sm2(ID, SECRET).unwrap(),
    ];
    signers.into_iter().map(|signer| signer.security_token(TOKEN).unwrap()).collect()
}
