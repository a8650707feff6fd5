//! Checks of identity proofs.

use std::time::Duration;

use http::header::{AUTHORIZATION, HOST};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, Request};
use sts_proto::{Body, Endpoint, GetCallerIdentity, Operation};
use sts_sign::Verifier;
use time::OffsetDateTime;

use super::error::InvalidProof;
use super::{AUDIENCE_HEADER, IdentityProof};

/// Maximum age of a proof by default.
const MAX_AGE: Duration = Duration::from_secs(300);

/// How far the clock of a caller may be ahead.
const FUTURE: Duration = Duration::from_secs(60);

const DATE: &str = "x-sdk-date";
const TOKEN: &str = "x-security-token";

/// Checks identity proofs before they are forwarded to STS.
///
/// It checks method, host, path, audience, age and headers. It does not verify the signature: only
/// STS can, when the request is forwarded. The forwarded request goes to one of the endpoints of the
/// verifier, and contains only the headers of a proof.
#[derive(Clone, Debug)]
pub struct IdentityVerifier {
    audience: String,
    endpoints: Vec<Endpoint>,
    max_age: Duration,
}

/// Proof that may be forwarded to STS.
#[derive(Debug)]
#[non_exhaustive]
pub struct CheckedProof {
    /// Request to send to STS over TLS, unchanged. The caller is the one in the response, not the one
    /// in the request.
    pub request: Request<Body>,
    /// Access key id and date of the proof: the same for a proof that is presented again. Keep it
    /// until [`expires_at`](Self::expires_at) to reject replays.
    pub id: String,
    /// Time from which the verifier rejects the proof.
    pub expires_at: OffsetDateTime,
}

impl IdentityVerifier {
    /// Creates a verifier of proofs for `audience`, signed for one of `endpoints`. A proof may be
    /// five minutes old by default.
    #[must_use]
    pub fn new(audience: impl Into<String>, endpoints: impl IntoIterator<Item = Endpoint>) -> Self {
        let endpoints = endpoints.into_iter().collect();
        Self { audience: audience.into(), endpoints, max_age: MAX_AGE }
    }

    /// Sets the maximum age of a proof, in whole seconds. The gateway rejects requests that are older
    /// than 15 minutes.
    #[must_use]
    pub fn max_age(self, max_age: Duration) -> Self {
        Self { max_age, ..self }
    }

    /// Checks `proof` and returns the request to forward. `now` is the local time; a proof may be up
    /// to one minute ahead of it.
    ///
    /// # Errors
    ///
    /// Returns an error if the proof must not be forwarded.
    pub fn verify(
        &self,
        proof: &IdentityProof,
        now: OffsetDateTime,
    ) -> Result<CheckedProof, InvalidProof> {
        let mut request = self.target(proof)?;
        let headers = proof.headers();
        let allowed = [AUTHORIZATION.as_str(), HOST.as_str(), DATE, TOKEN, AUDIENCE_HEADER];
        if let Some(name) = headers.keys().find(|name| !allowed.contains(&name.as_str())) {
            return Err(InvalidProof::Header { name: name.as_str().to_owned() });
        }
        let authority = request.uri().authority().map(Authority::as_str);
        let host = headers.get(HOST).map(HeaderValue::as_bytes);
        if authority.map(str::as_bytes) != host {
            return Err(InvalidProof::Target);
        }
        let presented = Verifier::new(self.max_age).presented(headers, now)?;
        let is_signed = presented.signed_headers.contains(&AUDIENCE_HEADER);
        if !is_signed || !self.is_for_us(headers) {
            return Err(InvalidProof::Audience);
        }
        if presented.date > now.saturating_add(time_of(FUTURE)) {
            return Err(InvalidProof::Future);
        }
        let date = presented.date.unix_timestamp();
        let id = format!("{}/{date}", presented.access_key_id);
        // The age is compared in whole seconds, so the proof is valid until the end of the last one.
        let valid_for = Duration::from_secs(self.max_age.as_secs().saturating_add(1));
        let expires_at = presented.date.saturating_add(time_of(valid_for));
        *request.headers_mut() = headers.clone();
        Ok(CheckedProof { request, id, expires_at })
    }

    /// Returns the request of the verifier that has the method and the URL of the proof.
    fn target(&self, proof: &IdentityProof) -> Result<Request<Body>, InvalidProof> {
        if *proof.0.method() != Method::GET {
            return Err(InvalidProof::Target);
        }
        let requests = self.endpoints.iter().map(|endpoint| {
            GetCallerIdentity::new().to_request(endpoint).map_err(|_| InvalidProof::Target)
        });
        let mut requests = requests.filter_map(Result::ok);
        requests.find(|request| request.uri() == proof.0.uri()).ok_or(InvalidProof::Target)
    }

    fn is_for_us(&self, headers: &HeaderMap) -> bool {
        let audience = headers.get(AUDIENCE_HEADER).map(HeaderValue::as_bytes);
        !self.audience.is_empty() && audience == Some(self.audience.as_bytes())
    }
}

fn time_of(duration: Duration) -> time::Duration {
    duration.try_into().unwrap_or(time::Duration::MAX)
}
