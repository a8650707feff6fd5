//! ID tokens: JSON Web Tokens (RFC 7519) with the claims of `OpenID` Connect.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, IgnoredAny};
use time::OffsetDateTime;

use super::error::IdTokenError;
use super::issuer::OidcIssuer;
use super::jwks::Algorithm;
use super::provider::OidcProvider;

/// Maximum length of a subject, in characters (`OpenID` Connect Core, 2).
const MAX_SUBJECT: usize = 255;

/// The claims of a valid token that the service uses.
pub(crate) struct IdToken {
    /// The matching client id of the provider.
    pub(crate) audience: String,
    pub(crate) subject: String,
}

/// Duplicate names are rejected, and `null` for an optional claim.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: f64,
    #[serde(default, deserialize_with = "present")]
    nbf: Option<f64>,
    /// Only the type is checked.
    #[serde(default, deserialize_with = "present")]
    #[expect(dead_code, reason = "only its form is checked")]
    iat: Option<f64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default, deserialize_with = "present")]
    kid: Option<String>,
    /// Extensions that must be supported. None is, and empty or malformed lists are invalid (RFC
    /// 7515, 4.1.11).
    #[serde(default, deserialize_with = "present")]
    crit: Option<IgnoredAny>,
}

/// Deserializes a value that is present. `Option` alone would accept `null`.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    value: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

impl IdToken {
    /// Verifies a token of `provider` at the time `now`.
    pub(crate) fn read(
        token: &str,
        provider: &OidcProvider,
        own: &OidcIssuer,
        now: OffsetDateTime,
    ) -> Result<Self, IdTokenError> {
        let (issuer, keys) = provider.issuer.url_and_keys(own);
        let (message, signature) = token.rsplit_once('.').ok_or(IdTokenError::Form)?;
        let (header, claims) = message.split_once('.').ok_or(IdTokenError::Form)?;
        let header: Header = decode(header)?;
        let algorithm = Algorithm::named(&header.alg).ok_or(IdTokenError::Algorithm)?;
        if header.crit.is_some() {
            return Err(IdTokenError::Critical);
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| IdTokenError::Form)?;
        let key_id = header.kid.as_deref();
        if !keys.verify(algorithm, key_id, message.as_bytes(), &signature) {
            return Err(IdTokenError::Signature);
        }
        let claims: Claims = decode(claims)?;
        if claims.sub.is_empty() || claims.sub.chars().count() > MAX_SUBJECT {
            return Err(IdTokenError::Subject);
        }
        claims.check(issuer, now)?;
        Ok(Self { audience: claims.audience(provider)?.to_owned(), subject: claims.sub })
    }
}

impl Claims {
    fn check(&self, issuer: &str, now: OffsetDateTime) -> Result<(), IdTokenError> {
        #[expect(clippy::cast_precision_loss, reason = "exact until the year 285 million")]
        let now = now.unix_timestamp() as f64;
        if self.iss != issuer {
            Err(IdTokenError::Issuer)
        } else if self.exp <= now {
            Err(IdTokenError::Expired)
        } else if self.nbf.is_some_and(|start| now < start) {
            Err(IdTokenError::NotYet)
        } else {
            Ok(())
        }
    }

    /// Returns the first audience that is a client id of the provider.
    fn audience(&self, provider: &OidcProvider) -> Result<&str, IdTokenError> {
        let audiences = match &self.aud {
            Audience::One(audience) => std::slice::from_ref(audience),
            Audience::Several(audiences) => audiences,
        };
        audiences
            .iter()
            .find(|audience| provider.client_ids.contains(audience))
            .map(String::as_str)
            .ok_or(IdTokenError::Audience)
    }
}

fn decode<T: DeserializeOwned>(part: &str) -> Result<T, IdTokenError> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| IdTokenError::Form)?;
    // Derived implementations also accept a list of the values in order.
    if !json.trim_ascii_start().starts_with(b"{") {
        return Err(IdTokenError::Form);
    }
    serde_json::from_slice(&json).map_err(|_| IdTokenError::Form)
}
