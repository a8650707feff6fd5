//! Proof of identity to a service other than STS, by a signed `GetCallerIdentity`.
//!
//! A caller signs a request for itself, with the audience that it is meant for, and sends it to a
//! service as a proof. The service verifies the proof and forwards the request to STS, whose response
//! identifies the caller. The service never receives the secret access key, and it needs neither
//! credentials nor permissions of its own.
//!
//! ```
//! use std::time::Duration;
//! use sts_client::identity_proof::{IdentityProof, IdentityVerifier};
//! use sts_client::proto::{Endpoint, Region};
//! use sts_client::sign::Signer;
//! # use time::macros::datetime;
//!
//! // The caller. `presign_caller_identity` obtains credentials from a provider.
//! let now = datetime!(2026-03-05 07:08:09 UTC);
//! let signer = Signer::from_parts("HSTEXAMPLE0000000001", "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0fL3rU6iO9z")?;
//! let endpoint = Endpoint::from(Region::CN_NORTH_4);
//! let proof = IdentityProof::sign(&signer, &endpoint, "vault.example.com", now)?;
//! let text = proof.to_json();
//!
//! // The service.
//! let verifier = IdentityVerifier::new("vault.example.com", [endpoint]);
//! let proof = IdentityProof::from_json(text.expose_secret())?;
//! let checked = verifier.verify(&proof, now + Duration::from_secs(30))?;
//! assert_eq!(checked.request.uri().path(), "/v5/caller-identity");
//! // Send `checked.request` over TLS, and read the response with `GetCallerIdentity::read`.
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod verifier;

use std::collections::BTreeMap;
use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use serde::{Deserialize, Serialize};
use sts_credentials::{CredentialsRequest, ProvideCredentials, Secret};
use sts_proto::{Body, BodyWriter, Endpoint, GetCallerIdentity, Operation, secret_json};
use sts_sign::{SignedHeaders, Signer};
use time::OffsetDateTime;

pub use self::error::{InvalidProof, PresignError};
pub use self::verifier::{CheckedProof, IdentityVerifier};

/// Header with the audience of a proof.
pub const AUDIENCE_HEADER: &str = "x-sts-audience";

static AUDIENCE: HeaderName = HeaderName::from_static(AUDIENCE_HEADER);

/// Maximum size of a proof as text in bytes. Security tokens have a few kilobytes.
const SIZE_LIMIT: usize = 64 * 1024;

/// Proof of identity: a signed `GetCallerIdentity` that the holder can send to STS.
///
/// Any program that has the proof can present it to its audience until it expires, so send it over
/// TLS and do not log it. It contains the security token of temporary credentials, but not the secret access key,
/// so it cannot sign other requests. `Debug` shows only the URL.
#[derive(Clone)]
pub struct IdentityProof(Request<()>);

/// Text form of a proof.
#[derive(Deserialize)]
struct Parsed {
    method: String,
    url: String,
    headers: BTreeMap<String, ParsedHeader>,
}

/// Value of a header, which may be the security token.
#[derive(Deserialize)]
#[serde(transparent)]
struct ParsedHeader(#[serde(deserialize_with = "secret_json::deserialize")] Secret);

/// Text form of a proof.
#[derive(Serialize)]
struct Written<'a> {
    method: &'a str,
    url: String,
    headers: BTreeMap<&'a str, &'a str>,
}

/// Signs a proof with the credentials of `provider`. See [`IdentityProof::sign`].
///
/// # Errors
///
/// Returns an error if the provider has no credentials, or as [`IdentityProof::sign`].
pub async fn presign_caller_identity<P: ProvideCredentials>(
    provider: &P,
    endpoint: &Endpoint,
    audience: &str,
    now: OffsetDateTime,
) -> Result<IdentityProof, PresignError> {
    let credentials = provider.credentials(CredentialsRequest::default()).await?;
    IdentityProof::sign(&Signer::new(&credentials)?, endpoint, audience, now)
}

impl IdentityProof {
    /// Signs a proof for `audience`, a name that the service expects, such as its host name. The
    /// audience is signed, so a service cannot present the proof to another one.
    ///
    /// `endpoint` is the STS that the service forwards the proof to.
    ///
    /// # Errors
    ///
    /// Returns an error if the audience is empty or not visible ASCII, or if the request cannot be
    /// signed.
    pub fn sign(
        signer: &Signer,
        endpoint: &Endpoint,
        audience: &str,
        now: OffsetDateTime,
    ) -> Result<Self, PresignError> {
        let is_valid = !audience.is_empty() && audience.bytes().all(|b| b.is_ascii_graphic());
        let audience = HeaderValue::from_str(audience).ok().filter(|_| is_valid);
        let mut request = GetCallerIdentity::new().to_request(endpoint)?;
        let headers = request.headers_mut();
        headers.insert(&AUDIENCE, audience.ok_or(PresignError::Audience)?);
        let signer = signer.clone().signed_headers(SignedHeaders::default_and([AUDIENCE.clone()]));
        signer.sign(&mut request, now)?;
        Ok(Self(request.map(|_| ())))
    }

    /// Returns the proof as JSON: `{"method": …, "url": …, "headers": {…}}`.
    #[must_use]
    pub fn to_json(&self) -> Secret {
        let headers = self.0.headers().iter();
        let headers =
            headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let written = Written {
            method: self.0.method().as_str(),
            url: self.0.uri().to_string(),
            headers: headers.collect(),
        };
        let mut json = BodyWriter::default();
        // Neither a map of texts nor memory can fail.
        let _ = serde_json::to_writer(&mut json, &written);
        std::str::from_utf8(json.finish().as_ref()).unwrap_or_default().into()
    }

    /// Parses a proof. It is not checked: pass it to [`IdentityVerifier::verify`].
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not a proof or exceeds 64 KiB. The error does not contain the
    /// text.
    pub fn from_json(json: &str) -> Result<Self, InvalidProof> {
        if json.len() > SIZE_LIMIT {
            return Err(InvalidProof::Format("the text exceeds 64 KiB"));
        }
        // The message of `serde_json` may contain a value.
        let parsed: Parsed = serde_json::from_str(json).map_err(|_| {
            InvalidProof::Format("expected JSON with the fields method, url and headers")
        })?;
        let mut request = Request::new(());
        *request.method_mut() = Method::from_bytes(parsed.method.as_bytes())
            .map_err(|_| InvalidProof::Format("invalid method"))?;
        *request.uri_mut() =
            parsed.url.parse::<Uri>().map_err(|_| InvalidProof::Format("invalid URL"))?;
        let headers = request.headers_mut();
        for (name, ParsedHeader(value)) in parsed.headers {
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| InvalidProof::Format("invalid header name"))?;
            // Memory that is wiped with the last clone of the value.
            let value = Body::from(value.expose_secret().as_bytes().to_vec()).into_bytes();
            let mut value = HeaderValue::from_maybe_shared(value)
                .map_err(|_| InvalidProof::Format("invalid header value"))?;
            value.set_sensitive(true);
            if headers.insert(name, value).is_some() {
                return Err(InvalidProof::Format("duplicate header"));
            }
        }
        Ok(Self(request))
    }

    fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }
}

impl fmt::Debug for IdentityProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityProof").field("url", self.0.uri()).finish_non_exhaustive()
    }
}
