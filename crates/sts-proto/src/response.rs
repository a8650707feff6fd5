//! Decoding of responses.

pub(crate) mod credentials;
mod failure;
pub(crate) mod object;

use http::Response;
use serde::de::DeserializeOwned;

use crate::error::{InvalidBody, ServiceError, without_byte_order_mark};

/// Reads a response: a 2xx with a valid body is a success, any other one a [`ServiceError`].
///
/// The body must be a JSON object. Fields that `T` does not have are ignored. Secrets among the
/// fields should be deserialized by [`secret_json`](crate::secret_json).
///
/// # Errors
///
/// The status is not a 2xx, or the body is not a `T`. The error contains the path of the invalid
/// field, and no value.
pub fn read<T, B>(response: &Response<B>) -> Result<T, ServiceError>
where
    T: DeserializeOwned,
    B: AsRef<[u8]>,
{
    let (status, headers) = (response.status(), response.headers());
    let body = response.body().as_ref();
    if !status.is_success() {
        return Err(ServiceError::new(status, headers, body, None));
    }
    decode(body)
        .map_err(|invalid_body| ServiceError::new(status, headers, body, Some(invalid_body)))
}

/// Decodes a JSON object. Secrets are not copied except into `T`.
pub(crate) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, InvalidBody> {
    // Checked once; `serde_json::from_slice` would check each text.
    let body = without_byte_order_mark(body);
    let text = std::str::from_utf8(body).map_err(|error| failure::of_encoding(body, error))?;
    // Derived implementations of `Deserialize` accept a list as well.
    if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| failure::of_decoding::<T>(text, &error))
    } else {
        Err(failure::of_form(text))
    }
}
