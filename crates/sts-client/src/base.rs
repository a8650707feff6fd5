//! What a client and its sessions share, async or blocking.

use std::any::type_name;
use std::sync::Arc;

use sts_credentials::CredentialsError;

use crate::context::CallContext;
use crate::error::Error;
use crate::platform::Platform;
use crate::session::IssuedCredentials;

/// State of a client without its credential provider.
pub(crate) struct Base<T> {
    pub(crate) context: Arc<CallContext>,
    pub(crate) transport: Arc<T>,
    pub(crate) platform: Platform,
}

/// Rejects credentials that no request can carry, from any provider.
pub(crate) fn validated<P>(issued: IssuedCredentials) -> Result<IssuedCredentials, Error> {
    issued.credentials().validate().map_err(|error| {
        let message = format!("invalid credentials from {}", type_name::<P>());
        CredentialsError::new(message).with_source(error)
    })?;
    Ok(issued)
}

/// Returns the encoded reason of an access-denied error.
pub(crate) fn encoded_denial(error: &Error) -> Option<String> {
    error.service_error()?.encoded_authorization_message().map(str::to_owned)
}
