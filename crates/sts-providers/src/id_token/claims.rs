//! Claims of ID tokens, for error messages only: they are not verified.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use sts_proto::Secret;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

use crate::failure;

/// The most characters of a claim in an error.
const LONGEST: usize = 200;
/// The most audiences in an error.
const MOST_AUDIENCES: usize = 5;

/// Issuer, audience, subject and expiration of an ID token, as far as it has them. `Display` writes
/// them in one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Claims {
    issuer: Option<String>,
    audience: Vec<String>,
    subject: Option<String>,
    pub(crate) expiration: Option<OffsetDateTime>,
}

#[derive(Deserialize)]
struct Payload {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Audience>,
    /// Seconds, possibly with a fraction.
    exp: Option<f64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Claims {
    /// Reads the claims of `token`. There are none if it is not a JSON web token.
    pub(crate) fn of(token: &Secret) -> Self {
        Self::decode(token).unwrap_or_default()
    }

    fn decode(token: &Secret) -> Option<Self> {
        let payload = token.expose_secret().split('.').nth(1)?;
        let payload = Zeroizing::new(URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?);
        let payload: Payload = serde_json::from_slice(&payload).ok()?;
        let audience = match payload.aud {
            Some(Audience::One(audience)) => vec![audience],
            Some(Audience::Several(audiences)) => audiences,
            None => Vec::new(),
        };
        Some(Self {
            issuer: payload.iss.as_deref().map(shown),
            audience: audience.iter().take(MOST_AUDIENCES).map(|text| shown(text)).collect(),
            subject: payload.sub.as_deref().map(shown),
            expiration: payload.exp.and_then(time_of),
        })
    }
}

fn shown(claim: &str) -> String {
    failure::excerpt(claim.as_bytes()).chars().take(LONGEST).collect()
}

fn time_of(seconds: f64) -> Option<OffsetDateTime> {
    let since = time::Duration::checked_seconds_f64(seconds)?;
    OffsetDateTime::UNIX_EPOCH.checked_add(since)
}

impl fmt::Display for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.extend(self.issuer.as_ref().map(|issuer| format!("issuer {issuer}")));
        if !self.audience.is_empty() {
            parts.push(format!("audience {}", self.audience.join(" and ")));
        }
        parts.extend(self.subject.as_ref().map(|subject| format!("subject {subject}")));
        let expiration = self.expiration.and_then(|end| end.replace_nanosecond(0).ok());
        let expiration = expiration.and_then(|end| end.format(&Rfc3339).ok());
        parts.extend(expiration.map(|end| format!("expiration {end}")));
        if parts.is_empty() {
            return f.write_str("which is not a JSON web token");
        }
        f.write_str(&parts.join(", "))
    }
}
