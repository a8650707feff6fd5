//! The `DecodeAuthorizationMessage` operation.

use http::Method;
use serde::{Deserialize, Serialize};

use super::message::Message;
use super::{Authentication, Operation};
use crate::validate::Checks;

/// Decodes the reason of an access-denied error.
///
/// The caller needs the permission `sts::decodeAuthorizationMessage`.
///
/// ```
/// use sts_proto::{DecodeAuthorizationMessage, Operation};
///
/// // From `ServiceError::encoded_authorization_message`.
/// DecodeAuthorizationMessage::new("hQpjbi1leGFtcGxl").validate()?;
/// # Ok::<(), sts_proto::InvalidRequest>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "server", derive(Deserialize))]
#[non_exhaustive]
pub struct DecodeAuthorizationMessage {
    /// Encoded authorization message of an error: 1 to 10240 characters.
    pub encoded_message: String,
}

impl DecodeAuthorizationMessage {
    /// Creates a request.
    #[must_use]
    pub fn new(encoded_message: impl Into<String>) -> Self {
        Self { encoded_message: encoded_message.into() }
    }
}

impl Operation for DecodeAuthorizationMessage {
    const NAME: &'static str = "DecodeAuthorizationMessage";
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v5/decode-authorization-message";
    const AUTHENTICATION: Authentication = Authentication::Signed;
    type Output = DecodeAuthorizationMessageOutput;
}

impl Message for DecodeAuthorizationMessage {
    fn check(&self, checks: &mut Checks) {
        checks.length("encoded_message", &self.encoded_message, 1..=10_240);
    }

    fn size(&self) -> usize {
        self.encoded_message.len() + 32
    }
}

/// Output of [`DecodeAuthorizationMessage`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "server", derive(Serialize))]
#[non_exhaustive]
pub struct DecodeAuthorizationMessageOutput {
    /// Context and reason of the denial. The format is not documented; JSON was observed.
    pub decoded_message: String,
}

impl DecodeAuthorizationMessageOutput {
    /// Creates an output, for servers and tests.
    #[must_use]
    pub fn new(decoded_message: impl Into<String>) -> Self {
        Self { decoded_message: decoded_message.into() }
    }
}
