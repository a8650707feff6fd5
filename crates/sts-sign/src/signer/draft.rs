//! A request on the way to its signature.

use http::header::{AUTHORIZATION, HOST};
use http::{HeaderMap, HeaderName, Method, Uri};

use super::{SignError, Signer};
use crate::canonical_request::{CanonicalHeaders, CanonicalRequest};
use crate::date::SdkDate;
use crate::host;
use crate::payload::{Payload, PayloadLine};
use crate::signed_headers::{
    X_SDK_CONTENT_SHA256, X_SDK_CONTENT_SM3, X_SDK_DATE, X_SECURITY_TOKEN,
};

/// What an earlier attempt may have set. `Host` is not among these: it may be the caller's.
static SET_BY_SIGNER: [&HeaderName; 5] =
    [&AUTHORIZATION, &X_SDK_DATE, &X_SECURITY_TOKEN, &X_SDK_CONTENT_SHA256, &X_SDK_CONTENT_SM3];

/// What is signed, and what has to be done to the request's headers to make it true.
pub(super) struct Draft<'a> {
    pub(super) canonical: CanonicalRequest<'a>,
    /// What `Host` has to be set to, unless it is there.
    pub(super) host: Option<&'a str>,
    /// Whether an earlier attempt has left headers.
    pub(super) is_signed_again: bool,
}

impl<'a> Draft<'a> {
    pub(super) fn new(
        signer: &'a Signer,
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
            } else if signer.signed_headers.include(name) {
                canonical.add(name.as_str(), value)?;
            }
        }
        let host = if has_host { None } else { Some(host::of(uri).ok_or(SignError::NoHost)?) };
        if let Some(host) = host {
            canonical.add_plain(HOST.as_str(), host.as_bytes());
        }
        if let Payload::Unsigned = payload {
            let name = signer.algorithm().payload_header();
            canonical.add_plain(name.as_str(), PayloadLine::UNSIGNED.as_bytes());
        }
        canonical.add_plain(X_SDK_DATE.as_str(), date.as_bytes());
        if let Some(token) = &signer.security_token {
            canonical.add_secret(X_SECURITY_TOKEN.as_str(), token.as_bytes());
        }
        canonical.sort()?;
        let payload = PayloadLine::of(payload, signer.key.hash());
        let canonical = CanonicalRequest { method, uri, headers: canonical, payload };
        Ok(Self { canonical, host, is_signed_again })
    }
}
