//! Names of credential providers that only this command has.

/// The provider of the sign-in with Identity Center.
pub(crate) const IDENTITY_CENTER: &str = "identity-center";
