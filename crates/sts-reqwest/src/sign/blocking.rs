//! Signing of reqwest's blocking requests.

use reqwest::blocking::Request;
use sts_client::blocking::ProvideCredentials;
use sts_sign::{Attempts, Payload, Signer};
use time::OffsetDateTime;

use super::{SignRequestError, head, payload, sign_body, sign_payload};

/// Signs a blocking `request`; see [`sign`](crate::sign).
///
/// # Errors
///
/// Those of [`sign`](crate::sign).
pub fn sign(
    request: &mut Request,
    signer: &Signer,
    now: OffsetDateTime,
) -> Result<(), SignRequestError> {
    sign_body(request, signer, now)
}

/// Signs a blocking `request` with the hash of a streaming body, or without it.
///
/// # Errors
///
/// Those of [`sign_with_payload`](crate::sign_with_payload).
pub fn sign_with_payload(
    request: &mut Request,
    signer: &Signer,
    payload: Payload<'_>,
    now: OffsetDateTime,
) -> Result<(), SignRequestError> {
    sign_payload(request, signer, payload, now)
}

/// Signs an attempt with the credentials of a blocking provider; see
/// [`sign_attempt`](crate::sign_attempt).
///
/// # Errors
///
/// Those of [`sign_attempt`](crate::sign_attempt).
pub fn sign_attempt<P: ProvideCredentials>(
    request: &mut Request,
    attempts: &mut Attempts<'_, P>,
    now: OffsetDateTime,
) -> Result<(), SignRequestError> {
    let mut head = head(request)?;
    attempts.sign_parts_blocking(&mut head, payload(request)?, now)?;
    *request.headers_mut() = head.headers;
    Ok(())
}

/// Like [`sign_attempt`], with the hash of a streaming body, or without it.
///
/// # Errors
///
/// Those of [`sign_attempt_with_payload`](crate::sign_attempt_with_payload).
pub fn sign_attempt_with_payload<P: ProvideCredentials>(
    request: &mut Request,
    attempts: &mut Attempts<'_, P>,
    payload: Payload<'_>,
    now: OffsetDateTime,
) -> Result<(), SignRequestError> {
    let mut head = head(request)?;
    attempts.sign_parts_blocking(&mut head, payload, now)?;
    *request.headers_mut() = head.headers;
    Ok(())
}
