//! Access key id, secret access key, security token and expiration.

use std::time::Duration;

use time::OffsetDateTime;

use crate::secret::Secret;
use crate::validate::{
    InvalidCredentials, validate_access_key_id, validate_secret_access_key, validate_security_token,
};

/// Credentials that sign requests: permanent, or temporary with a security token and an
/// expiration.
///
/// STS issues temporary credentials. `Debug` prints the access key id, which is not secret, and
/// the expiration.
///
/// ```
/// use sts_credentials::Credentials;
/// use time::macros::datetime;
///
/// let permanent = Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3");
/// assert!(!permanent.is_expired(datetime!(2099-01-01 00:00 UTC)));
///
/// let expiration = datetime!(2026-03-05 07:38:09 UTC);
/// let temporary = Credentials::temporary("HSTEXAMPLE0000000001", "d4E5f6", "token", expiration);
/// let left = temporary.expires_in(datetime!(2026-03-05 07:38:00 UTC));
/// assert_eq!(left, Some(std::time::Duration::from_secs(9)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credentials {
    /// Access key id. It is not secret: every signed request contains it.
    pub access_key_id: String,
    /// Secret access key for signatures.
    pub secret_access_key: Secret,
    /// Security token of temporary credentials, sent with every request. Its length is not limited.
    pub security_token: Option<Secret>,
    /// Expiration of temporary credentials, which may be earlier than requested.
    pub expiration: Option<OffsetDateTime>,
}

impl Credentials {
    /// Creates permanent credentials of a user.
    #[must_use]
    pub fn permanent(
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<Secret>,
    ) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            security_token: None,
            expiration: None,
        }
    }

    /// Creates temporary credentials.
    #[must_use]
    pub fn temporary(
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<Secret>,
        security_token: impl Into<Secret>,
        expiration: OffsetDateTime,
    ) -> Self {
        Self {
            security_token: Some(security_token.into()),
            expiration: Some(expiration),
            ..Self::permanent(access_key_id, secret_access_key)
        }
    }

    /// Sets the security token without an expiration, as in environment variables.
    #[must_use]
    pub fn security_token(self, security_token: impl Into<Secret>) -> Self {
        Self { security_token: Some(security_token.into()), ..self }
    }

    /// Returns whether these are temporary credentials, i.e. have a security token.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        self.security_token.is_some()
    }

    /// Returns how long the credentials are valid at `now`: zero if they are expired, `None` if
    /// the expiration is unknown.
    #[must_use]
    pub fn expires_in(&self, now: OffsetDateTime) -> Option<Duration> {
        let left = self.expiration? - now;
        Some(Duration::try_from(left).unwrap_or(Duration::ZERO))
    }

    /// Returns whether the credentials are expired at `now`.
    #[must_use]
    pub fn is_expired(&self, now: OffsetDateTime) -> bool {
        self.expires_in(now).is_some_and(|left| left.is_zero())
    }

    /// Validates that the credentials can sign: no part is empty, and the parts that are sent are
    /// valid header values.
    ///
    /// # Errors
    ///
    /// Returns an error for the first invalid part. The error never contains the part.
    pub fn validate(&self) -> Result<(), InvalidCredentials> {
        validate_access_key_id(&self.access_key_id)?;
        validate_secret_access_key(self.secret_access_key.expose_secret())?;
        self.security_token
            .as_ref()
            .map_or(Ok(()), |token| validate_security_token(token.expose_secret()))
    }
}
