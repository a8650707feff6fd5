//! The one door for answers: a response in, an output or an error out.

pub(crate) mod credentials;
mod failure;
pub(crate) mod object;

use http::Response;
use serde::de::DeserializeOwned;

use crate::error::{InvalidBody, ServiceError};

/// A success is a 2xx whose body decodes to `T`. Anything else is an [`ServiceError`].
pub(crate) fn read<T, B>(response: &Response<B>) -> Result<T, ServiceError>
where
    T: DeserializeOwned,
    B: AsRef<[u8]>,
{
    let (status, headers) = (response.status(), response.headers());
    let body = without_mark(response.body().as_ref());
    if !status.is_success() {
        return Err(ServiceError::new(status, headers, body, None));
    }
    decode(body)
        .map_err(|invalid_body| ServiceError::new(status, headers, body, Some(invalid_body)))
}

/// Reads the JSON object of a `T`. It is read once, and nothing of it is copied but what `T` keeps.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, InvalidBody> {
    let body = without_mark(body);
    // Decoders of structs would take a list as well.
    if body.trim_ascii_start().starts_with(b"{") {
        serde_json::from_slice(body).map_err(|error| failure::of_decoding::<T>(body, &error))
    } else {
        Err(failure::of_form(body))
    }
}

/// RFC 8259 lets readers pass over a byte-order mark; keys that arrived are not thrown away.
fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}
