//! Requests between the two steps of signing.

use bytes::Bytes;
use http::header::{AUTHORIZATION, HOST};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::sign_error::SignError;
use crate::algorithm::Algorithm;
use crate::payload::PayloadLine;
use crate::signature::Signature;
use crate::signed_headers::{
    X_SDK_CONTENT_SHA256, X_SDK_CONTENT_SM3, X_SDK_DATE, X_SECURITY_TOKEN,
};
use crate::string_to_sign::StringToSign;

/// Request that is prepared for a signature, from [`Signer::prepare`](crate::Signer::prepare).
///
/// It owns its content and can be kept while a remote key signs. `Debug` does not show the token.
#[derive(Clone)]
#[must_use = "the request is not signed before `finish`"]
pub struct PreparedRequest {
    pub(super) text: StringToSign,
    /// Value of the `Authorization` header up to the signature.
    pub(super) authorization: Vec<u8>,
    /// Value for a missing `Host` header.
    pub(super) host: Option<HeaderValue>,
    pub(super) security_token: Option<HeaderValue>,
    pub(super) is_payload_unsigned: bool,
    /// Whether the request contains headers of an earlier attempt.
    pub(super) is_signed_again: bool,
}

impl PreparedRequest {
    /// Returns the text to sign.
    #[must_use]
    pub const fn string_to_sign(&self) -> &StringToSign {
        &self.text
    }

    /// Sets the signature headers in `headers`, which must be those that were prepared.
    ///
    /// # Errors
    ///
    /// Returns an error if the length of the signature is invalid or there are too many headers.
    /// The headers are unchanged in this case.
    pub fn finish(self, signature: &Signature, headers: &mut HeaderMap) -> Result<(), SignError> {
        let algorithm = self.text.algorithm();
        let authorization = authorization(self.authorization, signature, algorithm)?;
        let date = self.text.date.as_bytes();
        let date = HeaderValue::from_bytes(date).map_err(|_| SignError::value(&X_SDK_DATE))?;
        // With this capacity, the insertions below cannot fail.
        headers.try_reserve(5).map_err(|_| SignError::TooManyHeaders)?;
        if self.is_signed_again {
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
        if let Some(host) = self.host {
            set(&HOST, host)?;
        }
        if let Some(token) = self.security_token {
            set(&X_SECURITY_TOKEN, token)?;
        }
        if self.is_payload_unsigned {
            set(algorithm.payload_header(), HeaderValue::from_static(PayloadLine::UNSIGNED))?;
        }
        set(&X_SDK_DATE, date)?;
        set(&AUTHORIZATION, authorization)
    }
}

/// Returns the value of the header with the signature.
fn authorization(
    mut value: Vec<u8>,
    signature: &Signature,
    algorithm: Algorithm,
) -> Result<HeaderValue, SignError> {
    let digits = signature.as_hex();
    let is_valid = match algorithm {
        Algorithm::EcdsaP256Sha256 | Algorithm::Sm2Sm3 => !digits.is_empty(),
        Algorithm::HmacSha256 | Algorithm::V11HmacSha256 | Algorithm::HmacSm3 => digits.len() == 64,
    };
    if !is_valid {
        return Err(SignError::SignatureLength { length: digits.len() / 2, algorithm });
    }
    value.extend_from_slice(digits);
    let value = HeaderValue::from_maybe_shared(Bytes::from(value));
    let mut value = value.map_err(|_| SignError::value(&AUTHORIZATION))?;
    value.set_sensitive(true);
    Ok(value)
}

impl std::fmt::Debug for PreparedRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PreparedRequest")
            .field("string_to_sign", &self.text)
            .finish_non_exhaustive()
    }
}
