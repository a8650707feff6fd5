//! Verification of signatures.

mod error;

use std::borrow::Borrow;
use std::time::Duration;

use ctutils::CtEq;
use http::header::{AUTHORIZATION, HOST, HeaderName};
use http::{HeaderMap, Request};
use time::OffsetDateTime;

pub use self::error::VerifyError;
use crate::algorithm::Algorithm;
use crate::authorization::Authorization;
use crate::canonical_request::{CanonicalHeaders, CanonicalRequest};
use crate::date::SdkDate;
use crate::explain::Explanation;
use crate::host;
use crate::payload::{Payload, PayloadLine};
use crate::scope::Scope;
use crate::signed_headers::{X_SDK_DATE, X_SECURITY_TOKEN};
use crate::signer::Signer;

/// Unverified claims of a request about its signer.
#[non_exhaustive]
pub struct Presented<'a> {
    /// Access key id.
    pub access_key_id: &'a str,
    /// Security token, if the request contains one.
    pub security_token: Option<&'a str>,
    /// Signing algorithm.
    pub algorithm: Algorithm,
    /// Scope of a derived key, for [`Algorithm::V11HmacSha256`] only.
    pub scope: Option<Scope>,
    /// Date of the request in whole seconds.
    pub date: OffsetDateTime,
    /// Names of the signed headers in lower case, sorted.
    pub signed_headers: Vec<&'a str>,
}

impl std::fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Presented")
            .field("access_key_id", &self.access_key_id)
            .field("algorithm", &self.algorithm)
            .field("scope", &self.scope)
            .field("date", &self.date)
            .field("signed_headers", &self.signed_headers)
            .finish_non_exhaustive()
    }
}

/// A verified request: signer, date and signed headers.
#[derive(Clone, Debug)]
pub struct Verified {
    access_key_id: String,
    algorithm: Algorithm,
    date: OffsetDateTime,
    signed_headers: Vec<String>,
    is_payload_signed: bool,
}

impl Verified {
    /// Returns the access key id of the signer.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Returns the signing algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the date of the request in whole seconds.
    #[must_use]
    pub const fn date(&self) -> OffsetDateTime {
        self.date
    }

    /// Returns the names of the signed headers in lower case, sorted.
    #[must_use]
    pub fn signed_headers(&self) -> &[String] {
        &self.signed_headers
    }

    /// Returns whether the signature covers the body. It does not for [`Payload::Unsigned`].
    #[must_use]
    pub const fn is_payload_signed(&self) -> bool {
        self.is_payload_signed
    }
}

/// Verifies the signature of `request` with a [`Verifier`] of this tolerance.
///
/// `lookup` returns the [`Signer`] for the access key id, or `None` if it is unknown. If the signer
/// has a security token, the request must contain the same one. The date must be within `tolerance`
/// of `now`; the gateway of Huawei Cloud allows 15 minutes.
///
/// # Errors
///
/// Returns an error if the request is not signed correctly.
pub fn verify<B: AsRef<[u8]>, S: Borrow<Signer>>(
    request: &Request<B>,
    lookup: impl FnOnce(&Presented<'_>) -> Option<S>,
    now: OffsetDateTime,
    tolerance: Duration,
) -> Result<Verified, VerifyError> {
    Verifier::new(tolerance).verify(request, lookup, now)
}

/// Verifies signatures on a server.
///
/// Date, host and security token must be signed. Signatures and tokens are compared in constant
/// time.
///
/// ```
/// use std::time::Duration;
/// use sts_sign::Verifier;
///
/// // The official Go SDK does not sign the host.
/// let verifier = Verifier::new(Duration::from_secs(900)).allow_unsigned_host();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Verifier {
    tolerance: Duration,
    allows_unsigned_host: bool,
}

impl Verifier {
    /// Creates a verifier that accepts dates within `tolerance`, in whole seconds.
    #[must_use]
    pub const fn new(tolerance: Duration) -> Self {
        Self { tolerance, allows_unsigned_host: false }
    }

    /// Accepts signatures that do not cover the host, as the gateway does. Such a signature is valid
    /// for any host.
    #[must_use]
    pub const fn allow_unsigned_host(self) -> Self {
        Self { allows_unsigned_host: true, ..self }
    }

    /// Verifies the signature of `request`, in absolute or origin form. See [`verify`].
    ///
    /// # Errors
    ///
    /// Returns an error if the request is not signed correctly.
    pub fn verify<B: AsRef<[u8]>, S: Borrow<Signer>>(
        &self,
        request: &Request<B>,
        lookup: impl FnOnce(&Presented<'_>) -> Option<S>,
        now: OffsetDateTime,
    ) -> Result<Verified, VerifyError> {
        let headers = request.headers();
        let (presented, authorization, date) = self.read(headers, now)?;
        let signer = lookup(&presented).ok_or_else(|| unknown_key(&authorization))?;
        let signer = signer.borrow();
        must_be_key_of(signer, &authorization, &date, presented.security_token)?;

        let mark = authorization.algorithm.payload_header();
        let is_unsigned = single(headers, mark)? == Some(PayloadLine::UNSIGNED);
        if is_unsigned {
            must_be_signed(&presented.signed_headers, mark.as_str())?;
        }
        let payload =
            if is_unsigned { Payload::Unsigned } else { Payload::Bytes(request.body().as_ref()) };
        let canonical = CanonicalRequest {
            method: request.method(),
            uri: request.uri(),
            headers: canonical_headers(request, &presented.signed_headers)?,
            payload: PayloadLine::of(payload, signer.hash),
        };
        let text = signer.string_to_sign(&canonical, date);
        if !signer.key.verify(&text, &authorization.signature)? {
            return Err(VerifyError::SignatureMismatch {
                explanation: Box::new(Explanation::new(&canonical, &text, signer.hash)),
            });
        }
        Ok(Verified {
            access_key_id: authorization.access_key_id.to_owned(),
            algorithm: authorization.algorithm,
            date: presented.date,
            signed_headers: presented.signed_headers.into_iter().map(str::to_owned).collect(),
            is_payload_signed: !is_unsigned,
        })
    }

    /// Returns the claims of a request without its signature being verified, for a service that
    /// forwards the request to the verifier.
    ///
    /// # Errors
    ///
    /// Returns an error as [`verify`](Self::verify), except for the signature and the access key.
    pub fn presented<'a>(
        &self,
        headers: &'a HeaderMap,
        now: OffsetDateTime,
    ) -> Result<Presented<'a>, VerifyError> {
        self.read(headers, now).map(|(presented, ..)| presented)
    }

    fn read<'a>(
        &self,
        headers: &'a HeaderMap,
        now: OffsetDateTime,
    ) -> Result<(Presented<'a>, Authorization<'a>, SdkDate), VerifyError> {
        let value = single(headers, &AUTHORIZATION)?.ok_or(VerifyError::Missing)?;
        let mut authorization = Authorization::read(value)?;
        let signed_headers = std::mem::take(&mut authorization.signed_headers);
        let security_token = single(headers, &X_SECURITY_TOKEN)?;
        if !self.allows_unsigned_host {
            must_be_signed(&signed_headers, HOST.as_str())?;
        }
        must_be_signed(&signed_headers, X_SDK_DATE.as_str())?;
        if security_token.is_some() {
            must_be_signed(&signed_headers, X_SECURITY_TOKEN.as_str())?;
        }
        let (sdk_date, date) = read_date(headers)?;
        if date.unix_timestamp().abs_diff(now.unix_timestamp()) > self.tolerance.as_secs() {
            return Err(VerifyError::DateOff { date, now });
        }
        let presented = Presented {
            access_key_id: authorization.access_key_id,
            security_token,
            algorithm: authorization.algorithm,
            scope: authorization.derived.as_ref().map(|(_, scope)| scope.clone()),
            date,
            signed_headers,
        };
        Ok((presented, authorization, sdk_date))
    }
}

/// Checks that the signer matches the request, including the token.
fn must_be_key_of(
    signer: &Signer,
    authorization: &Authorization<'_>,
    date: &SdkDate,
    token: Option<&str>,
) -> Result<(), VerifyError> {
    if signer.access_key_id() != authorization.access_key_id {
        return Err(unknown_key(authorization));
    }
    if signer.algorithm() != authorization.algorithm {
        return Err(VerifyError::OtherAlgorithm {
            presented: authorization.algorithm,
            expected: signer.algorithm(),
        });
    }
    if let Some((day, scope)) = &authorization.derived
        && (day.as_bytes() != date.day() || signer.key.scope() != Some(scope))
    {
        return Err(VerifyError::OtherScope);
    }
    if let Some(expected) = &signer.security_token {
        let token = token.ok_or(VerifyError::TokenMissing)?;
        if !expected.as_bytes().ct_eq(token.as_bytes()).to_bool() {
            return Err(VerifyError::TokenWrong);
        }
    }
    Ok(())
}

fn unknown_key(authorization: &Authorization<'_>) -> VerifyError {
    VerifyError::UnknownKey { access_key_id: authorization.access_key_id.to_owned() }
}

/// Returns the value of a header that must not be repeated.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, VerifyError> {
    let mut values = headers.get_all(name).iter();
    let value = values.next();
    if values.next().is_some() {
        return Err(VerifyError::malformed(name.as_str(), "duplicate header"));
    }
    value
        .map(|value| value.to_str())
        .transpose()
        .map_err(|_| VerifyError::malformed(name.as_str(), "value is not visible ASCII"))
}

fn must_be_signed(signed_headers: &[&str], name: &str) -> Result<(), VerifyError> {
    if signed_headers.contains(&name) {
        return Ok(());
    }
    Err(VerifyError::NotSigned { header: name.to_owned() })
}

fn read_date(headers: &HeaderMap) -> Result<(SdkDate, OffsetDateTime), VerifyError> {
    let name = X_SDK_DATE.as_str();
    let value = single(headers, &X_SDK_DATE)?.ok_or_else(|| VerifyError::absent(name))?;
    SdkDate::read(value.as_bytes())
        .ok_or_else(|| VerifyError::malformed(name, "expected YYYYMMDDTHHMMSSZ"))
}

/// Returns the signed headers as received.
fn canonical_headers<'a, B>(
    request: &'a Request<B>,
    names: &[&'a str],
) -> Result<CanonicalHeaders<'a>, VerifyError> {
    let mut canonical = CanonicalHeaders::with_capacity(names.len());
    for name in names {
        let mut values = request.headers().get_all(*name).iter().peekable();
        if values.peek().is_none() {
            // In HTTP/2, the host is part of the URI.
            let host = host::of(request.uri()).filter(|_| *name == HOST.as_str());
            let host = host.ok_or_else(|| VerifyError::absent(name))?;
            canonical.add_own(name, host.as_bytes());
        }
        for value in values {
            canonical.add(name, value)?;
        }
    }
    canonical.sort()?;
    Ok(canonical)
}
