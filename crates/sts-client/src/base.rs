//! What the async and the blocking client have in common.

use std::any::type_name;
use std::sync::Arc;

use sts_credentials::CredentialsError;

use crate::context::CallContext;
use crate::error::Error;
use crate::platform::{Clock, Environment, Platform};
use crate::session::IssuedCredentials;

/// State of both clients.
pub(crate) struct Parts<T, S> {
    pub(crate) context: Arc<CallContext>,
    pub(crate) transport: T,
    pub(crate) source: S,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) environment: Arc<dyn Environment>,
}

impl<T, S> Parts<T, S> {
    pub(crate) fn platform(&self) -> Platform {
        Platform { clock: Arc::clone(&self.clock), environment: Arc::clone(&self.environment) }
    }
}

/// Rejects credentials that no request can carry, from any provider.
pub(crate) fn validated<P>(issued: IssuedCredentials) -> Result<IssuedCredentials, Error> {
    issued.credentials().validate().map_err(|error| {
        let message = format!("invalid credentials from {}", type_name::<P>());
        CredentialsError::new(message).with_source(error)
    })?;
    Ok(issued)
}

pub(crate) fn encoded_denial(error: &Error) -> Option<String> {
    error.service_error()?.encoded_authorization_message().map(str::to_owned)
}
