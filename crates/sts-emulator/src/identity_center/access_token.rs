//! Sealed texts: client secrets and access tokens. The emulator stores neither.

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::random;
use crate::seal::{Purpose, Seal};

/// Lifetime of a registration, in seconds: 90 days, as in the published example.
pub(super) const REGISTRATION_LIFETIME: i64 = 90 * 86_400;

/// Lifetime of an access token, in seconds: 8 hours, the default of the user portal.
pub(super) const TOKEN_LIFETIME: i64 = 8 * 3600;

/// A registered client. Its secret contains it.
#[derive(Deserialize, Serialize)]
pub(super) struct Client {
    pub(super) id: String,
    pub(super) name: String,
    /// In seconds since 1970.
    pub(super) expires: i64,
}

impl Client {
    pub(super) fn new(name: String, now: OffsetDateTime) -> Self {
        let expires = now.unix_timestamp().saturating_add(REGISTRATION_LIFETIME);
        Self { id: random::request_id(), name, expires }
    }

    pub(super) fn secret(&self, seal: &Seal) -> String {
        sealed(self, Purpose::ClientSecret, seal)
    }

    /// Returns the client with this id and secret, if its registration has not expired.
    pub(super) fn open(id: &str, secret: &str, seal: &Seal, now: OffsetDateTime) -> Option<Self> {
        let client: Self = open(secret, Purpose::ClientSecret, seal)?;
        (client.id == id && now.unix_timestamp() < client.expires).then_some(client)
    }
}

/// An access token for the portal.
#[derive(Deserialize, Serialize)]
pub(super) struct AccessToken {
    pub(super) id: String,
    pub(super) user_urn: String,
    /// In seconds since 1970.
    expires: i64,
}

impl AccessToken {
    pub(super) fn new(user_urn: String, now: OffsetDateTime) -> Self {
        let expires = now.unix_timestamp().saturating_add(TOKEN_LIFETIME);
        Self { id: random::request_id(), user_urn, expires }
    }

    pub(super) fn seal(&self, seal: &Seal) -> String {
        sealed(self, Purpose::AccessToken, seal)
    }

    /// Returns the content of a token that has not expired.
    pub(super) fn open(token: &str, seal: &Seal, now: OffsetDateTime) -> Option<Self> {
        let token: Self = open(token, Purpose::AccessToken, seal)?;
        (now.unix_timestamp() < token.expires).then_some(token)
    }

    pub(super) fn expires(&self) -> OffsetDateTime {
        OffsetDateTime::UNIX_EPOCH.saturating_add(Duration::seconds(self.expires))
    }
}

fn sealed(content: &impl Serialize, purpose: Purpose, seal: &Seal) -> String {
    // Cannot fail: the fields are texts and numbers.
    seal.seal(purpose, &serde_json::to_vec(content).unwrap_or_default())
}

fn open<T: for<'de> Deserialize<'de>>(text: &str, purpose: Purpose, seal: &Seal) -> Option<T> {
    serde_json::from_slice(&seal.open(purpose, text)?).ok()
}
