//! The parts of a request that are signed.

use http::header::{AUTHORIZATION, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use super::sign_error::SignError;
use crate::algorithm::Algorithm;
use crate::canonical_request::{CanonicalHeaders, CanonicalRequest};
use crate::date::SdkDate;
use crate::hash::Hash;
use crate::host;
use crate::payload::{Payload, PayloadLine};
use crate::signed_headers::{
    SignedHeaders, X_SDK_CONTENT_SHA256, X_SDK_CONTENT_SM3, X_SDK_DATE, X_SECURITY_TOKEN,
};

/// Headers that an earlier attempt may have set. `Host` may belong to the caller.
static SET_BY_SIGNER: [&HeaderName; 5] =
    [&AUTHORIZATION, &X_SDK_DATE, &X_SECURITY_TOKEN, &X_SDK_CONTENT_SHA256, &X_SDK_CONTENT_SM3];

/// Settings of the signer.
#[derive(Clone, Copy)]
pub(super) struct Settings<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) hash: Hash,
    pub(super) security_token: Option<&'a HeaderValue>,
    pub(super) signed_headers: &'a SignedHeaders,
}

/// Canonical request and the changes that it requires in the headers.
pub(super) struct Draft<'a> {
    pub(super) canonical: CanonicalRequest<'a>,
    /// Value for a missing `Host` header.
    pub(super) host: Option<&'a str>,
    /// Whether the request contains headers of an earlier attempt.
    pub(super) is_signed_again: bool,
}

impl<'a> Draft<'a> {
    pub(super) fn new(
        settings: Settings<'a>,
        method: &'a Method,
        uri: &'a Uri,
        headers: &'a HeaderMap,
        payload: Payload<'_>,
        date: &'a SdkDate,
    ) -> Result<Self, SignError> {
        let mut canonical = CanonicalHeaders::with_capacity(headers.len() + 4);
        let (mut has_host, mut is_signed_again) = (false, false);
        for (name, value) in headers {
            has_host |= *name == HOST;
            if SET_BY_SIGNER.contains(&name) {
                is_signed_again = true;
            } else if settings.signed_headers.include(name) {
                canonical.add(name.as_str(), value)?;
            }
        }
        let host = if has_host { None } else { Some(host::of(uri).ok_or(SignError::NoHost)?) };
        if let Some(host) = host {
            canonical.add_own(HOST.as_str(), host.as_bytes());
        }
        if let Payload::Unsigned = payload {
            let name = settings.algorithm.payload_header();
            canonical.add_own(name.as_str(), PayloadLine::UNSIGNED.as_bytes());
        }
        canonical.add_own(X_SDK_DATE.as_str(), date.as_bytes());
        if let Some(token) = settings.security_token {
            canonical.add_own(X_SECURITY_TOKEN.as_str(), token.as_bytes());
        }
        canonical.sort()?;
        let payload = PayloadLine::of(payload, settings.hash);
        let canonical = CanonicalRequest { method, uri, headers: canonical, payload };
        Ok(Self { canonical, host, is_signed_again })
    }
}
