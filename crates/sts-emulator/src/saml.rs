//! SAML authentication responses: their providers and verification.

mod assertion;
mod bounds;
mod conditions;
mod element;
mod error;
mod provider;
mod signature;

pub(crate) use self::assertion::Assertion;
pub(crate) use self::error::AssertionError;
pub(crate) use self::provider::SamlProvider;
pub(crate) use self::signature::Certificate;
