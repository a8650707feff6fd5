//! The signer.

mod draft;
mod prepared;
mod sign_error;
mod signer_error;

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, HeaderValue, Method, Request, Uri};
use sts_credentials::{
    Credentials, InvalidCredentials, validate_access_key_id, validate_secret_access_key,
    validate_security_token,
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use self::draft::{Draft, Settings};
pub use self::prepared::PreparedRequest;
pub use self::sign_error::SignError;
pub use self::signer_error::SignerError;
use self::signer_error::check_scope_of;
use crate::algorithm::Algorithm;
use crate::authorization::NewAuthorization;
use crate::canonical_request::CanonicalRequest;
use crate::date::SdkDate;
use crate::explain::Explanation;
use crate::hash::Hash;
#[cfg(feature = "sm3")]
use crate::key::HmacSm3Key;
#[cfg(feature = "p256")]
use crate::key::P256Key;
#[cfg(feature = "sm2")]
use crate::key::Sm2Key;
use crate::key::{HmacSha256Key, SigningKey, V11Key};
use crate::payload::Payload;
use crate::scope::Scope;
use crate::signed_headers::SignedHeaders;
use crate::sink;
use crate::string_to_sign::StringToSign;

/// Signs requests with one access key.
///
/// Prepare a signer once and use it for any number of requests and threads. The secret access key
/// is used to initialize a MAC and is not kept. Cloning is cheap. `Debug` shows only the access
/// key id and the algorithm.
///
/// ```
/// use sts_sign::Signer;
///
/// let signer = Signer::from_parts("HSTEXAMPLE0000000001", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL3rU6iO9z")?
///     .security_token("ggpEXAMPLEtoken+/==")?;
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
    /// Shared with clones, including the cached key of a day.
    pub(crate) key: Arc<dyn SigningKey>,
    /// Hash function of the key's algorithm, for payloads and canonical requests.
    pub(crate) hash: Hash,
    pub(crate) security_token: Option<HeaderValue>,
    signed_headers: SignedHeaders,
}

impl Signer {
    /// Creates a signer for `SDK-HMAC-SHA256`, which all public services accept. It sends and signs
    /// the security token of temporary credentials.
    ///
    /// # Errors
    ///
    /// Returns an error if a part of the credentials is empty or not a valid header value.
    pub fn new(credentials: &Credentials) -> Result<Self, SignerError> {
        let secret = credentials.secret_access_key.expose_secret();
        let signer = Self::from_parts(&credentials.access_key_id, secret)?;
        match &credentials.security_token {
            Some(token) => signer.security_token(token.expose_secret()),
            None => Ok(signer),
        }
    }

    /// Creates a signer for `SDK-HMAC-SHA256` from its parts. For temporary credentials, add [`security_token`](Self::security_token).
    ///
    /// # Errors
    ///
    /// Returns an error if a part is empty or not a valid header value.
    pub fn from_parts(access_key_id: &str, secret_access_key: &str) -> Result<Self, SignerError> {
        check_keys(access_key_id, secret_access_key)?;
        Self::of(access_key_id, HmacSha256Key::new(secret_access_key))
    }

    /// Creates a signer for `V11-HMAC-SHA256`. The derived key of a day is cached.
    ///
    /// # Errors
    ///
    /// Returns an error if a part of the credentials or the scope is invalid.
    pub fn v11(
        access_key_id: &str,
        secret_access_key: &str,
        scope: Scope,
    ) -> Result<Self, SignerError> {
        check_keys(access_key_id, secret_access_key)?;
        Self::of(access_key_id, V11Key::new(access_key_id, secret_access_key, scope))
    }

    /// Creates a signer for `SDK-HMAC-SM3`.
    ///
    /// # Errors
    ///
    /// Returns an error if a part of the credentials is invalid.
    #[cfg(feature = "sm3")]
    pub fn sm3(access_key_id: &str, secret_access_key: &str) -> Result<Self, SignerError> {
        check_keys(access_key_id, secret_access_key)?;
        Self::of(access_key_id, HmacSm3Key::new(secret_access_key))
    }

    /// Creates a signer for `SDK-ECDSA-P256-SHA256` with deterministic nonces (RFC 6979).
    ///
    /// # Errors
    ///
    /// Returns an error if a part of the credentials is invalid.
    #[cfg(feature = "p256")]
    pub fn p256(access_key_id: &str, secret_access_key: &str) -> Result<Self, SignerError> {
        check_keys(access_key_id, secret_access_key)?;
        let key = P256Key::new(access_key_id, secret_access_key);
        Self::of(access_key_id, key.ok_or(SignerError::NoPrivateKey)?)
    }

    /// Creates a signer for `SDK-SM2-SM3` with deterministic nonces, similar to RFC 6979.
    ///
    /// # Errors
    ///
    /// Returns an error if a part of the credentials is invalid.
    #[cfg(feature = "sm2")]
    pub fn sm2(access_key_id: &str, secret_access_key: &str) -> Result<Self, SignerError> {
        check_keys(access_key_id, secret_access_key)?;
        let key = Sm2Key::new(access_key_id, secret_access_key);
        Self::of(access_key_id, key.ok_or(SignerError::NoPrivateKey)?)
    }

    /// Creates a signer with a key of your own, for example in a hardware security module.
    ///
    /// # Errors
    ///
    /// Returns an error if the access key id or the scope of the key is invalid, or if the algorithm
    /// requires the feature `sm3`.
    pub fn from_key(
        access_key_id: &str,
        key: impl SigningKey + 'static,
    ) -> Result<Self, SignerError> {
        validate_access_key_id(access_key_id)?;
        Self::of(access_key_id, key)
    }

    fn of(access_key_id: &str, key: impl SigningKey + 'static) -> Result<Self, SignerError> {
        let algorithm = key.algorithm();
        check_scope_of(algorithm, key.scope())?;
        Ok(Self {
            access_key_id: access_key_id.into(),
            hash: Hash::of(algorithm).ok_or(SignerError::Hash { algorithm })?,
            key: Arc::new(key),
            security_token: None,
            signed_headers: SignedHeaders::default(),
        })
    }

    /// Sets the security token of temporary credentials, which is sent and signed as
    /// `X-Security-Token`.
    ///
    /// # Errors
    ///
    /// Returns an error if the token is empty or not a valid header value.
    pub fn security_token(self, token: &str) -> Result<Self, SignerError> {
        validate_security_token(token)?;
        // Clones of the header value share the bytes, which are wiped on drop.
        let block = Bytes::from_owner(Zeroizing::new(token.as_bytes().to_vec()));
        let mut value = HeaderValue::from_maybe_shared(block).map_err(|_| {
            let (part, allowed) = ("security token", "visible ASCII");
            InvalidCredentials::Character { part, allowed }
        })?;
        value.set_sensitive(true);
        Ok(Self { security_token: Some(value), ..self })
    }

    /// Sets the headers to sign.
    #[must_use]
    pub fn signed_headers(self, headers: SignedHeaders) -> Self {
        Self { signed_headers: headers, ..self }
    }

    /// Returns the access key id.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Returns the signing algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }

    /// Signs `request` with the date `now`, which the service compares with its clock.
    ///
    /// See [`sign_parts`](Self::sign_parts) for the headers that it sets.
    ///
    /// # Errors
    ///
    /// As [`sign_parts`](Self::sign_parts).
    pub fn sign<B: AsRef<[u8]>>(
        &self,
        request: &mut Request<B>,
        now: OffsetDateTime,
    ) -> Result<(), SignError> {
        // A request cannot lend its headers mutably together with its other parts.
        let mut headers = std::mem::take(request.headers_mut());
        let payload = Payload::Bytes(request.body().as_ref());
        let signed = self.sign_parts(request.method(), request.uri(), &mut headers, payload, now);
        *request.headers_mut() = headers;
        signed
    }

    /// Signs a request given in parts, for HTTP stacks that do not use [`http::Request`].
    ///
    /// Sets `X-Sdk-Date`, `Authorization`, `X-Security-Token` if the signer has a token,
    /// `X-Sdk-Content-Sha256` (or `-Sm3`) for an unsigned payload, and `Host` if it is missing. An
    /// existing `Host` is signed unchanged: remove it before you sign the request for another host.
    /// All other headers of this list are replaced, or removed if they do not apply, because they
    /// may be those of an earlier attempt.
    ///
    /// The signature covers method, path, query, headers and payload: send them unchanged.
    ///
    /// # Errors
    ///
    /// Returns an error if the request has no host, if a header cannot be signed, or if the date is
    /// out of range. The headers are unchanged in this case.
    pub fn sign_parts(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &mut HeaderMap,
        payload: Payload<'_>,
        now: OffsetDateTime,
    ) -> Result<(), SignError> {
        let prepared = self.prepare(method, uri, headers, payload, now)?;
        let signature = self.key.sign(prepared.string_to_sign())?;
        prepared.finish(&signature, headers)
    }

    /// Prepares a request for a signature that is made elsewhere, for example in a key management
    /// service (KMS) with an async API.
    ///
    /// ```
    /// use sts_sign::{Algorithm, Payload, RemoteKey, Signature, SignError, Signer};
    /// # struct Kms;
    /// # impl Kms {
    /// #     async fn hmac_sha256(&self, _: Vec<u8>) -> Result<Vec<u8>, SignError> { Ok(vec![0; 32]) }
    /// # }
    ///
    /// async fn sign(kms: &Kms, request: &mut http::Request<Vec<u8>>) -> Result<(), SignError> {
    ///     let key = RemoteKey::new(Algorithm::HmacSha256);
    ///     let signer = Signer::from_key("HSTEXAMPLE0000000001", key).expect("a valid id");
    ///     let now = time::macros::datetime!(2026-03-05 07:08:09 UTC);
    ///
    ///     let payload = Payload::Bytes(request.body());
    ///     let (method, uri, headers) = (request.method(), request.uri(), request.headers());
    ///     let prepared = signer.prepare(method, uri, headers, payload, now)?;
    ///     let code = kms.hmac_sha256(prepared.string_to_sign().to_bytes()).await?;
    ///     prepared.finish(&Signature::from_bytes(&code), request.headers_mut())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if the request has no host, if a header cannot be signed, or if the date is
    /// out of range.
    pub fn prepare(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        payload: Payload<'_>,
        now: OffsetDateTime,
    ) -> Result<PreparedRequest, SignError> {
        // An HMAC in hex; longer signatures are rare.
        const ROOM: usize = 64;
        let date = SdkDate::at(now).ok_or(SignError::Date)?;
        let draft = Draft::new(self.settings(), method, uri, headers, payload, &date)?;
        let text = self.string_to_sign(&draft.canonical, date);
        let authorization = NewAuthorization {
            access_key_id: &self.access_key_id,
            text: &text,
            headers: &draft.canonical.headers,
        };
        let authorization = sink::bytes_with_room(&authorization, ROOM);
        let host = draft.host.map(HeaderValue::from_str).transpose();
        Ok(PreparedRequest {
            authorization,
            host: host.map_err(|_| SignError::value(&HOST))?,
            security_token: self.security_token.clone(),
            is_payload_unsigned: matches!(payload, Payload::Unsigned),
            is_signed_again: draft.is_signed_again,
            text,
        })
    }

    /// Returns the texts that [`sign`](Self::sign) would sign, for debugging. Secrets are redacted.
    ///
    /// # Errors
    ///
    /// As [`sign_parts`](Self::sign_parts).
    pub fn explain<B: AsRef<[u8]>>(
        &self,
        request: &Request<B>,
        now: OffsetDateTime,
    ) -> Result<Explanation, SignError> {
        let payload = Payload::Bytes(request.body().as_ref());
        self.explain_parts(request.method(), request.uri(), request.headers(), payload, now)
    }

    /// Returns the texts that [`sign_parts`](Self::sign_parts) would sign, for debugging. Secrets
    /// are redacted.
    ///
    /// # Errors
    ///
    /// As [`sign_parts`](Self::sign_parts).
    pub fn explain_parts(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
        payload: Payload<'_>,
        now: OffsetDateTime,
    ) -> Result<Explanation, SignError> {
        let date = SdkDate::at(now).ok_or(SignError::Date)?;
        let draft = Draft::new(self.settings(), method, uri, headers, payload, &date)?;
        let text = self.string_to_sign(&draft.canonical, date);
        Ok(Explanation::new(&draft.canonical, &text, self.hash))
    }

    fn settings(&self) -> Settings<'_> {
        Settings {
            algorithm: self.algorithm(),
            hash: self.hash,
            security_token: self.security_token.as_ref(),
            signed_headers: &self.signed_headers,
        }
    }

    pub(crate) fn string_to_sign(
        &self,
        request: &CanonicalRequest<'_>,
        date: SdkDate,
    ) -> StringToSign {
        StringToSign {
            algorithm: self.algorithm(),
            date,
            scope: self.key.scope().cloned(),
            hash: self.hash.hex_of_text(request),
        }
    }
}

/// Validates an access key id and a secret access key.
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
