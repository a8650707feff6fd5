//! The emulator's issuer of ID tokens.

use std::fmt;
use std::io;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::error::Unspecified;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sts_proto::Secret;
use time::OffsetDateTime;

use super::jwks::Jwks;
use crate::clock::Clock;

/// Id of the only key.
const KEY_ID: &str = "emulator";

/// Default lifetime of a token, in seconds.
const LIFETIME: i64 = 3600;

/// An issuer of ID tokens, returned by [`Emulator::oidc_issuer`](crate::Emulator::oidc_issuer).
/// Each emulator has one with its own key. Clones are the same issuer.
///
/// The [built-in configuration](crate::builtin) trusts it, and so do configured OIDC providers
/// without an issuer and keys.
///
/// ```
/// use sts_emulator::{Emulator, builtin};
/// use sts_proto::AssumeAgencyWithOidc;
///
/// let emulator = Emulator::builder().start_blocking()?;
/// let id_token = emulator.oidc_issuer().id_token("run-7", builtin::OIDC_CLIENT_ID);
/// let operation = AssumeAgencyWithOidc::new(
///     builtin::OIDC_PROVIDER_URN,
///     builtin::AGENCY_URN,
///     "run-7",
///     id_token,
/// );
/// # let _ = operation;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct OidcIssuer(Arc<Inner>);

struct Inner {
    url: String,
    clock: Arc<dyn Clock>,
    random: SystemRandom,
    key: EcdsaKeyPair,
    jwks_json: String,
    jwks: Jwks,
}

impl OidcIssuer {
    pub(crate) fn new(url: String, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let random = SystemRandom::new();
        let key = generate(&random).map_err(|error| io::Error::other(error.to_string()))?;
        let jwks_json = write_jwks(key.public_key().as_ref());
        let jwks = Jwks::read(&jwks_json).ok_or(io::ErrorKind::Other)?;
        Ok(Self(Arc::new(Inner { url, clock, random, key, jwks_json, jwks })))
    }

    /// Returns the `iss` of the tokens. If the issuer listens, this is its URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Returns the JSON Web Key Set.
    #[must_use]
    pub fn jwks(&self) -> &str {
        &self.0.jwks_json
    }

    /// Returns a token for `subject` and `audience` that is valid for an hour on the emulator's
    /// clock.
    #[must_use]
    pub fn id_token(&self, subject: &str, audience: &str) -> Secret {
        let claims = [("sub", subject), ("aud", audience)];
        self.mint(claims.map(|(name, value)| (name.to_owned(), value.into())).into_iter().collect())
    }

    /// Returns a token with these claims, valid or not: a map or a struct. Missing `iss`, `iat` and
    /// `exp` are added; `null` removes a claim. Returns `None` if the claims are not a JSON object.
    pub fn id_token_with(&self, claims: impl Serialize) -> Option<Secret> {
        match serde_json::to_value(claims) {
            Ok(Value::Object(claims)) => Some(self.mint(claims)),
            _ => None,
        }
    }

    pub(super) fn keys(&self) -> &Jwks {
        &self.0.jwks
    }

    pub(super) fn now(&self) -> OffsetDateTime {
        self.0.clock.now()
    }

    pub(super) fn mint(&self, mut claims: Map<String, Value>) -> Secret {
        let now = self.now().unix_timestamp();
        claims.entry("iss").or_insert_with(|| self.url().into());
        claims.entry("iat").or_insert_with(|| now.into());
        claims.entry("exp").or_insert_with(|| now.saturating_add(LIFETIME).into());
        claims.retain(|_, value| !value.is_null());
        let header = json!({"alg": "ES256", "kid": KEY_ID, "typ": "JWT"});
        let [header, claims] =
            [header, claims.into()].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let message = format!("{header}.{claims}");
        // Signing fails without randomness from the system; such a token is never accepted.
        let signature = self.0.key.sign(&self.0.random, message.as_bytes());
        let signature = signature.as_ref().map(AsRef::as_ref).unwrap_or_default();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)).into()
    }
}

fn generate(random: &SystemRandom) -> Result<EcdsaKeyPair, Unspecified> {
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let key = EcdsaKeyPair::generate_pkcs8(algorithm, random)?;
    Ok(EcdsaKeyPair::from_pkcs8(algorithm, key.as_ref(), random)?)
}

/// Formats a key set with one key, an uncompressed point.
fn write_jwks(point: &[u8]) -> String {
    let [x, y] = [point.get(1..33), point.get(33..65)]
        .map(|half| URL_SAFE_NO_PAD.encode(half.unwrap_or_default()));
    let key = json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": KEY_ID,
        "x": x, "y": y});
    json!({"keys": [key]}).to_string()
}

impl fmt::Debug for OidcIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OidcIssuer").field("url", &self.url()).finish_non_exhaustive()
    }
}
