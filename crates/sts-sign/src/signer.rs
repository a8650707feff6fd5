//! The signer: keys, prepared once, that sign any number of requests.

mod draft;
mod error;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use sts_credentials::{
    Credentials, InvalidCredentials, validate_access_key_id, validate_secret_access_key,
    validate_security_token,
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use self::draft::Draft;
pub use self::error::SignError;
#[cfg(feature = "sm3")]
use crate::algorithm::HmacSm3Key;
#[cfg(feature = "p256")]
use crate::algorithm::P256Key;
#[cfg(feature = "sm2")]
use crate::algorithm::Sm2Key;
use crate::algorithm::{Algorithm, HmacSha256Key, Key, V11Key};
use crate::authorization::NewAuthorization;
use crate::canonical_request::CanonicalRequest;
use crate::date::SdkDate;
use crate::explain::Explanation;
use crate::keys::{InvalidKeys, check_scope};
use crate::payload::{Payload, PayloadLine};
use crate::scope::Scope;
use crate::signed_headers::{
    SignedHeaders, X_SDK_CONTENT_SHA256, X_SDK_CONTENT_SM3, X_SDK_DATE, X_SECURITY_TOKEN,
};
use crate::string_to_sign::StringToSign;

/// Signs requests with one access key.
///
/// It is prepared once: the secret is worked into the state of a MAC and not kept. Cloning is
/// cheap, and any number of threads may sign at once. `Debug` shows the access key id and the
/// algorithm only.
///
/// ```
/// use sts_sign::Signer;
///
/// let signer = Signer::from_parts("HSTEXAMPLE0000000001", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL3rU6iO9z")?
///     .with_security_token("ggpEXAMPLEtoken+/==")?;
///
/// let mut request = http::Request::post("https://sts.cn-north-4.myhuaweicloud.com/v5/agencies/assume")
///     .header("content-type", "application/json")
///     .body(r#"{"agency_urn":"iam::0a1b:agency:reader","agency_session_name":"build-42"}"#)?;
/// signer.sign(&mut request, time::macros::datetime!(2026-03-05 07:08:09 UTC))?;
///
/// let headers = request.headers();
/// assert_eq!(headers["host"], "sts.cn-north-4.myhuaweicloud.com");
/// assert!(headers["authorization"].is_sensitive() && headers["x-security-token"].is_sensitive());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    access_key_id: Arc<str>,
    /// Shared, so that clones share the key of a day as well.
    pub(crate) key: Arc<dyn Key>,
    pub(crate) security_token: Option<HeaderValue>,
    signed_headers: SignedHeaders,
}

impl Signer {
    /// Creates a signer for `SDK-HMAC-SHA256`, which all public services accept. It sends and signs
    /// the security token of temporary credentials.
    ///
    /// # Errors
    ///
    /// The part of the credentials that cannot sign or be sent, and why.
    pub fn new(credentials: &Credentials) -> Result<Self, InvalidKeys> {
        let secret = credentials.secret_access_key.expose_secret();
        let signer = Self::from_parts(&credentials.access_key_id, secret)?;
        match &credentials.security_token {
            Some(token) => signer.with_security_token(token.expose_secret()),
            None => Ok(signer),
        }
    }

    /// Creates the same signer from an access key id and a secret access key. For temporary
    /// credentials add [`with_security_token`](Self::with_security_token).
    ///
    /// # Errors
    ///
    /// The part that cannot sign or be sent, and why.
    pub fn from_parts(access_key_id: &str, secret_access_key: &str) -> Result<Self, InvalidKeys> {
        check_keys(access_key_id, secret_access_key)?;
        Ok(Self::of(access_key_id, HmacSha256Key::new(secret_access_key)))
    }

    /// A signer for `V11-HMAC-SHA256`. The key of a day is derived once and kept.
    pub fn v11(
        access_key_id: &str,
        secret_access_key: &str,
        scope: Scope,
    ) -> Result<Self, InvalidKeys> {
        check_keys(access_key_id, secret_access_key)?;
        check_scope("region", scope.region())?;
        check_scope("service", scope.service())?;
        let key = V11Key::new(access_key_id, secret_access_key, scope);
        Ok(Self::of(access_key_id, key))
    }

    /// A signer for `SDK-HMAC-SM3`.
    #[cfg(feature = "sm3")]
    pub fn sm3(access_key_id: &str, secret_access_key: &str) -> Result<Self, InvalidKeys> {
        check_keys(access_key_id, secret_access_key)?;
        Ok(Self::of(access_key_id, HmacSm3Key::new(secret_access_key)))
    }

    /// A signer for `SDK-ECDSA-P256-SHA256`. Its nonces are deterministic (RFC 6979).
    #[cfg(feature = "p256")]
    pub fn p256(access_key_id: &str, secret_access_key: &str) -> Result<Self, InvalidKeys> {
        check_keys(access_key_id, secret_access_key)?;
        let key = P256Key::new(access_key_id, secret_access_key);
        Ok(Self::of(access_key_id, key.ok_or(InvalidKeys::NoPrivateKey)?))
    }

    /// A signer for `SDK-SM2-SM3`. Its nonces are deterministic, in the manner of RFC 6979.
    #[cfg(feature = "sm2")]
    pub fn sm2(access_key_id: &str, secret_access_key: &str) -> Result<Self, InvalidKeys> {
        check_keys(access_key_id, secret_access_key)?;
        let key = Sm2Key::new(access_key_id, secret_access_key);
        Ok(Self::of(access_key_id, key.ok_or(InvalidKeys::NoPrivateKey)?))
    }

    fn of(access_key_id: &str, key: impl Key + 'static) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            key: Arc::new(key),
            security_token: None,
            signed_headers: SignedHeaders::default(),
        }
    }

    /// The same with the security token of a temporary access key. It is sent as
    /// `X-Security-Token` and signed.
    pub fn with_security_token(self, token: &str) -> Result<Self, InvalidKeys> {
        validate_security_token(token)?;
        // The block that all clones of the header value share is wiped when the last is gone.
        let block = Bytes::from_owner(Zeroizing::new(token.as_bytes().to_vec()));
        let mut value = HeaderValue::from_maybe_shared(block).map_err(|_| {
            let (part, allowed) = ("security token", "visible ASCII");
            InvalidCredentials::Character { part, allowed }
        })?;
        value.set_sensitive(true);
        Ok(Self { security_token: Some(value), ..self })
    }

    /// The same with another choice of headers to sign.
    #[must_use]
    pub fn with_signed_headers(self, headers: SignedHeaders) -> Self {
        Self { signed_headers: headers, ..self }
    }

    /// Names the key. No secret: it is part of every signed request.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// What the key signs with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }

    /// Signs `request` as of `now`, the date that the service compares with its own clock.
    ///
    /// See [`sign_parts`](Self::sign_parts) for what it sets.
    pub fn sign<B: AsRef<[u8]>>(
        &self,
        request: &mut Request<B>,
        now: OffsetDateTime,
    ) -> Result<(), SignError> {
        // The map is taken out for a moment, since a request lends its parts one at a time.
        let mut headers = std::mem::take(request.headers_mut());
        let payload = Payload::Bytes(request.body().as_ref());
        let signed = self.sign_parts(request.method(), request.uri(), &mut headers, payload, now);
        *request.headers_mut() = headers;
        signed
    }

    /// Signs a request given in parts, for HTTP stacks that do not use [`http::Request`].
    ///
    /// It sets `X-Sdk-Date`, `Authorization`, `X-Security-Token` when there is a token,
    /// `X-Sdk-Content-Sha256` (or `-Sm3`) when the payload is not signed, and `Host` when it is
    /// absent; a `Host` that is there is signed as it is. What an earlier attempt set of the first
    /// four is replaced or removed. The rest stays alone. On error nothing was changed.
    ///
    /// The signature covers method, path, query, headers and payload: send them unchanged.
    pub fn sign_parts(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &mut HeaderMap,
        payload: Payload<'_>,
        now: OffsetDateTime,
    ) -> Result<(), SignError> {
        let date = SdkDate::at(now).ok_or(SignError::Date)?;
        let draft = Draft::new(self, method, uri, headers, payload, &date)?;
        let text = self.string_to_sign(&draft.canonical, date);
        let signature = self.key.sign(&text).ok_or(SignError::NoSignature)?;
        let authorization = NewAuthorization {
            access_key_id: &self.access_key_id,
            text: &text,
            headers: &draft.canonical.headers,
            signature: &signature,
        };

        let authorization =
            authorization.to_value().map_err(|_| SignError::value(&AUTHORIZATION))?;
        let date =
            HeaderValue::from_bytes(date.as_bytes()).map_err(|_| SignError::value(&X_SDK_DATE))?;
        let host = draft.host.map(HeaderValue::from_str).transpose();
        let host = host.map_err(|_| SignError::value(&HOST))?;
        let mark = matches!(payload, Payload::Unsigned)
            .then(|| HeaderValue::from_static(PayloadLine::UNSIGNED));

        let is_signed_again = draft.is_signed_again;
        // With room for all five, nothing below can fail.
        headers.try_reserve(5).map_err(|_| SignError::TooManyHeaders)?;
        if is_signed_again {
            // What may not be set anew below.
            headers.remove(&X_SDK_CONTENT_SHA256);
            headers.remove(&X_SDK_CONTENT_SM3);
            if self.security_token.is_none() {
                headers.remove(&X_SECURITY_TOKEN);
            }
        }
        let mut set = |name: &HeaderName, value| match headers.try_insert(name, value) {
            Ok(_) => Ok(()),
            Err(_) => Err(SignError::TooManyHeaders),
        };
        if let Some(host) = host {
            set(&HOST, host)?;
        }
        if let Some(token) = &self.security_token {
            set(&X_SECURITY_TOKEN, token.clone())?;
        }
        if let Some(mark) = mark {
            set(self.algorithm().payload_header(), mark)?;
        }
        set(&X_SDK_DATE, date)?;
        set(&AUTHORIZATION, authorization)
    }

    /// What [`sign`](Self::sign) would sign, for debugging: secrets are left out.
    pub fn explain<B: AsRef<[u8]>>(
        &self,
        request: &Request<B>,
        now: OffsetDateTime,
    ) -> Result<Explanation, SignError> {
        let payload = Payload::Bytes(request.body().as_ref());
        self.explain_parts(request.method(), request.uri(), request.headers(), payload, now)
    }

    /// What [`sign_parts`](Self::sign_parts) would sign, for debugging: secrets are left out.
    pub fn explain_parts(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        payload: Payload<'_>,
        now: OffsetDateTime,
    ) -> Result<Explanation, SignError> {
        let date = SdkDate::at(now).ok_or(SignError::Date)?;
        let draft = Draft::new(self, method, uri, headers, payload, &date)?;
        let text = self.string_to_sign(&draft.canonical, date);
        Ok(Explanation::new(&draft.canonical, &text, self.key.hash()))
    }

    pub(crate) fn string_to_sign(
        &self,
        request: &CanonicalRequest<'_>,
        date: SdkDate,
    ) -> StringToSign<'_> {
        StringToSign {
            algorithm: self.algorithm(),
            date,
            scope: self.key.scope(),
            hash: self.key.hash().hex_of_text(request),
        }
    }
}

/// Checks an access key: its id stands in a header, its secret is only computed with.
fn check_keys(id: &str, secret: &str) -> Result<(), InvalidCredentials> {
    validate_access_key_id(id)?;
    validate_secret_access_key(secret)
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer")
            .field("access_key_id", &self.access_key_id)
            .field("algorithm", &self.algorithm())
            .finish_non_exhaustive()
    }
}
