//! The attempts of one call.

use std::sync::Arc;

use http::Request;
use http::request::Parts;
use sts_credentials::{Credentials, ErrorKind, ProvideCredentials, blocking};
use time::{Duration, OffsetDateTime};

use super::RequestSigner;
use super::error::RequestSignError;
use super::memory::Entry;
use super::observation::{Observation, Verdict};
use crate::explain::Explanation;
use crate::payload::Payload;
use crate::signer::SignError;

/// Attempts of one call: signs each, observes the responses, and limits the retries.
///
/// [`observe`](Self::observe) requests at most one retry with new credentials and one with a
/// corrected clock, so this loop ends:
///
/// ```
/// use http::{Request, Response};
/// use sts_credentials::{ErrorKind, ProvideCredentials};
/// use sts_sign::{Observation, RequestSignError, RequestSigner};
/// use time::OffsetDateTime;
/// # async fn send(_: Request<Vec<u8>>) -> Response<Vec<u8>> { Response::default() }
/// # fn now() -> OffsetDateTime { OffsetDateTime::UNIX_EPOCH }
/// # fn observation(_: &Response<Vec<u8>>) -> Observation { Observation::error(ErrorKind::NotFound) }
///
/// async fn call<P: ProvideCredentials>(
///     signer: &RequestSigner<P>,
///     mut request: Request<Vec<u8>>,
/// ) -> Result<Response<Vec<u8>>, RequestSignError> {
///     let mut attempts = signer.attempts();
///     attempts.sign(&mut request, now()).await?;
///     let mut response = send(request.clone()).await;
///     while attempts.observe(observation(&response), now()).is_retry()
///         && attempts.sign(&mut request, now()).await.is_ok()
///     {
///         response = send(request.clone()).await;
///     }
///     Ok(response)
/// }
/// ```
///
/// If the provider has no other credentials, signing again returns an error, and the last response
/// is the outcome of the call. `sts-client` contains `classify`, which creates the observation from a
/// response of any service.
pub struct Attempts<'a, P> {
    signer: &'a RequestSigner<P>,
    /// The last attempt, until its response is observed.
    signed: Option<Signed>,
    /// Rejected credentials, after which the call has been retried.
    rejected: Option<Arc<Credentials>>,
    has_corrected_clock: bool,
}

/// Circumstances of a signature.
struct Signed {
    entry: Arc<Entry>,
    at: OffsetDateTime,
    clock_offset: Duration,
    payload: SignedPayload,
}

/// Payload of a signature, without the bytes of a body.
#[derive(Clone, Copy)]
enum SignedPayload {
    Body,
    Hash([u8; 32]),
    Unsigned,
}

impl<'a, P> Attempts<'a, P> {
    pub(super) const fn new(signer: &'a RequestSigner<P>) -> Self {
        Self { signer, signed: None, rejected: None, has_corrected_clock: false }
    }

    /// Returns the credentials of the last attempt, before its response is observed.
    #[must_use]
    pub fn credentials(&self) -> Option<&Arc<Credentials>> {
        self.signed.as_ref().map(|signed| &signed.entry.credentials)
    }

    /// Returns the texts that the last attempt signed, for debugging. Secrets are redacted. `request` is
    /// the signed request; its body is ignored if the signature is of another
    /// [payload](Payload). Returns `None` before the first signature, and after its response is observed.
    ///
    /// Keep the explanation to compare it with the response to a rejected signature; see
    /// [`Explanation::first_difference`].
    ///
    /// # Errors
    ///
    /// The request was changed such that it cannot be signed.
    pub fn explain<B: AsRef<[u8]>>(
        &self,
        request: &Request<B>,
    ) -> Result<Option<Explanation>, SignError> {
        let (method, uri, headers) = (request.method(), request.uri(), request.headers());
        let explain = |signed: &Signed| {
            let payload = match signed.payload {
                SignedPayload::Body => Payload::Bytes(request.body().as_ref()),
                SignedPayload::Hash(hash) => Payload::Hash(hash),
                SignedPayload::Unsigned => Payload::Unsigned,
            };
            signed.entry.signer.explain_parts(method, uri, headers, payload, signed.date())
        };
        self.signed.as_ref().map(explain).transpose()
    }

    /// Learns from the response to the last attempt, and returns what to do. `now` is the time at
    /// which the response was received.
    ///
    /// If the credentials were rejected, the next signature requests others from the provider. If
    /// the signing date was rejected, the clock offset is corrected; the service may report this like
    /// a wrong signature, so the `Date` of the response decides.
    ///
    /// An access key that was rejected three times in a row, also for a signing date that could not be
    /// corrected, is held back for five minutes, and a locked one for the requested wait, at most 15
    /// minutes: [`sign`](Self::sign) returns an error instead. After that, one request is signed, and
    /// its rejection begins the wait anew; if it is not observed, another one is signed after a
    /// minute. The last four rejected credentials are counted, also if the
    /// provider alternates between them.
    ///
    /// A second observation of the same attempt does not have an effect.
    pub fn observe(&mut self, observation: Observation, now: OffsetDateTime) -> Verdict {
        let Observation { kind, date, wait } = observation;
        let signed = self.signed.take();
        let memory = &self.signer.memory;
        let Some(kind) = kind else {
            if let Some(signed) = signed {
                memory.accept(&signed.entry.credentials);
            }
            return Verdict::Accepted;
        };
        if kind == ErrorKind::Throttled {
            return Verdict::Throttled { wait };
        }
        let Some(Signed { entry, at, clock_offset, .. }) = signed else {
            return Verdict::Failed;
        };
        let may_be_clock = matches!(kind, ErrorKind::ClockSkew | ErrorKind::InvalidCredentials);
        if may_be_clock
            && !self.has_corrected_clock
            && memory.correct_clock(clock_offset, date, at, now)
        {
            self.has_corrected_clock = true;
            return Verdict::RetryWithCorrectedClock;
        }
        if !kind.rejects_credentials() {
            return Verdict::Failed;
        }
        memory.reject(&entry.credentials, kind, wait, now);
        if self.rejected.is_some() || kind == ErrorKind::ClockSkew {
            return Verdict::Failed;
        }
        self.rejected = Some(Arc::clone(&entry.credentials));
        Verdict::RetryWithNewCredentials
    }

    /// Returns the signer for `credentials`.
    fn select(
        &self,
        credentials: Arc<Credentials>,
        payload: SignedPayload,
        now: OffsetDateTime,
    ) -> Result<Signed, RequestSignError> {
        let signer = self.signer;
        let prepare = |credentials: &Credentials| signer.prepare(credentials);
        signer.memory.admit(&credentials, self.rejected.as_ref(), now)?;
        let entry = signer.last.entry(credentials, prepare)?;
        let clock_offset = signer.memory.clock_offset();
        Ok(Signed { entry, at: now, clock_offset, payload })
    }

    fn sign_request<B: AsRef<[u8]>>(
        &mut self,
        credentials: Arc<Credentials>,
        request: &mut Request<B>,
        now: OffsetDateTime,
    ) -> Result<(), RequestSignError> {
        let signed = self.select(credentials, SignedPayload::Body, now)?;
        signed.entry.signer.sign(request, signed.date())?;
        self.signed = Some(signed);
        Ok(())
    }

    fn sign_head(
        &mut self,
        credentials: Arc<Credentials>,
        head: &mut Parts,
        payload: Payload<'_>,
        now: OffsetDateTime,
    ) -> Result<(), RequestSignError> {
        let kind = match payload {
            Payload::Bytes(_) => SignedPayload::Body,
            Payload::Hash(hash) => SignedPayload::Hash(hash),
            Payload::Unsigned => SignedPayload::Unsigned,
        };
        let signed = self.select(credentials, kind, now)?;
        let Parts { method, uri, headers, .. } = head;
        signed.entry.signer.sign_parts(method, uri, headers, payload, signed.date())?;
        self.signed = Some(signed);
        Ok(())
    }
}

impl Signed {
    /// Returns the signing date.
    fn date(&self) -> OffsetDateTime {
        self.at.saturating_add(self.clock_offset)
    }
}

impl<P: ProvideCredentials> Attempts<'_, P> {
    /// Signs `request` with the credentials of the provider. `now` is the local time; the learned
    /// clock offset is added. See [`Signer::sign_parts`](crate::Signer::sign_parts) for the headers
    /// that it sets.
    ///
    /// # Errors
    ///
    /// Returns an error if the provider has no credentials, only credentials that were rejected, or
    /// if the request cannot be signed. The request is unchanged in this case.
    pub async fn sign<B: AsRef<[u8]>>(
        &mut self,
        request: &mut Request<B>,
        now: OffsetDateTime,
    ) -> Result<(), RequestSignError> {
        let credentials = self.signer.provider.credentials(self.signer.memory.request()).await?;
        self.sign_request(credentials, request, now)
    }

    /// Signs a request without its body: for a hashed, unsigned or streaming body. See
    /// [`sign`](Self::sign).
    ///
    /// # Errors
    ///
    /// As [`sign`](Self::sign).
    pub async fn sign_parts(
        &mut self,
        head: &mut Parts,
        payload: Payload<'_>,
        now: OffsetDateTime,
    ) -> Result<(), RequestSignError> {
        let credentials = self.signer.provider.credentials(self.signer.memory.request()).await?;
        self.sign_head(credentials, head, payload, now)
    }
}

impl<P: blocking::ProvideCredentials> Attempts<'_, P> {
    /// Blocking counterpart of [`sign`](Self::sign).
    ///
    /// # Errors
    ///
    /// As [`sign`](Self::sign).
    pub fn sign_blocking<B: AsRef<[u8]>>(
        &mut self,
        request: &mut Request<B>,
        now: OffsetDateTime,
    ) -> Result<(), RequestSignError> {
        let credentials = self.signer.provider.credentials(self.signer.memory.request())?;
        self.sign_request(credentials, request, now)
    }

    /// Blocking counterpart of [`sign_parts`](Self::sign_parts).
    ///
    /// # Errors
    ///
    /// As [`sign`](Self::sign).
    pub fn sign_parts_blocking(
        &mut self,
        head: &mut Parts,
        payload: Payload<'_>,
        now: OffsetDateTime,
    ) -> Result<(), RequestSignError> {
        let credentials = self.signer.provider.credentials(self.signer.memory.request())?;
        self.sign_head(credentials, head, payload, now)
    }
}

impl<P> std::fmt::Debug for Attempts<'_, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attempts")
            .field("credentials", &self.credentials())
            .field("has_new_credentials", &self.rejected.is_some())
            .field("has_corrected_clock", &self.has_corrected_clock)
            .finish_non_exhaustive()
    }
}
