//! IAM tokens. A token contains its subject, so the emulator stores no tokens.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use crate::model::identity::Identity;
use crate::seal::{Purpose, Seal};

/// Lifetime of a token, in seconds: 24 hours, as in the published example.
#[cfg(feature = "oidc")]
pub(super) const LIFETIME: i64 = 86_400;

/// The subject of an identity provider, which a token stands for.
#[derive(Deserialize, Serialize)]
pub(crate) struct IamToken {
    pub(crate) account: String,
    pub(crate) provider: String,
    pub(crate) subject: String,
    /// Whether the token is for a project or an account. Other tokens can only be exchanged for
    /// credentials.
    pub(crate) is_scoped: bool,
    /// In seconds since 1970.
    pub(crate) expires: i64,
}

impl IamToken {
    #[cfg(feature = "oidc")]
    pub(super) fn seal(&self, seal: &Seal) -> String {
        // Cannot fail: the fields are texts, numbers and booleans.
        seal.seal(Purpose::IamToken, &serde_json::to_vec(self).unwrap_or_default())
    }

    /// Returns the content of a token that was sealed with this seed and has not expired.
    pub(crate) fn open(token: &str, seal: &Seal, now: OffsetDateTime) -> Option<Self> {
        let plain = seal.open(Purpose::IamToken, token)?;
        let token: Self = serde_json::from_slice(&plain).ok()?;
        (now.unix_timestamp() < token.expires).then_some(token)
    }

    pub(crate) fn identity(&self) -> Identity {
        Identity::Federated { provider: self.provider.clone(), subject: self.subject.clone() }
    }
}
