//! Keys that sign calls.

use std::time::Duration;

use serde::Deserialize;
use time::OffsetDateTime;

use crate::{Secret, timestamp};

/// An access key: permanent, or temporary with a security token and an end.
///
/// STS issues temporary ones. `Debug` shows the access key id, which is no secret, and the end.
///
/// ```
/// use sts_proto::Credentials;
/// use time::macros::datetime;
///
/// let permanent = Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3");
/// assert!(!permanent.is_expired(datetime!(2099-01-01 00:00 UTC)));
///
/// let end = datetime!(2026-03-05 07:38:09 UTC);
/// let temporary = Credentials::temporary("HSTEXAMPLE0000000001", "d4E5f6", "token", end);
/// let left = temporary.expires_in(datetime!(2026-03-05 07:38:00 UTC));
/// assert_eq!(left, Some(std::time::Duration::from_secs(9)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Issued")]
#[non_exhaustive]
pub struct Credentials {
    /// Names the key. No secret: it is part of every signed request.
    pub access_key_id: String,
    /// Signs.
    pub secret_access_key: Secret,
    /// Goes along with every request that a temporary key signs. It has no maximum length.
    pub security_token: Option<Secret>,
    /// When a temporary key ends. The service decides; it may be sooner than was asked for.
    pub expiration: Option<OffsetDateTime>,
}

impl Credentials {
    /// A permanent key of a user.
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

    /// A temporary key with its token and its end.
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

    /// The same key with a token whose end is not known, as environment variables give it.
    #[must_use]
    pub fn with_security_token(self, security_token: impl Into<Secret>) -> Self {
        Self { security_token: Some(security_token.into()), ..self }
    }

    /// Whether this is a temporary key: one with a token.
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        self.security_token.is_some()
    }

    /// How long the key is still good for at `now`: zero when it has ended, `None` when no end
    /// is known.
    #[must_use]
    pub fn expires_in(&self, now: OffsetDateTime) -> Option<Duration> {
        let left = self.expiration? - now;
        Some(Duration::try_from(left).unwrap_or(Duration::ZERO))
    }

    /// Whether the key has ended at `now`.
    #[must_use]
    pub fn is_expired(&self, now: OffsetDateTime) -> bool {
        self.expires_in(now).is_some_and(|left| left.is_zero())
    }
}

/// As answers write them: with a token and an end, always.
#[derive(Deserialize)]
struct Issued {
    access_key_id: String,
    secret_access_key: Secret,
    security_token: Secret,
    #[serde(deserialize_with = "timestamp::deserialize")]
    expiration: OffsetDateTime,
}

impl From<Issued> for Credentials {
    fn from(issued: Issued) -> Self {
        Self {
            access_key_id: issued.access_key_id,
            secret_access_key: issued.secret_access_key,
            security_token: Some(issued.security_token),
            expiration: Some(issued.expiration),
        }
    }
}
