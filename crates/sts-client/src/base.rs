//! What a client and its sessions share, async or blocking.

use std::sync::Arc;
use std::time::Duration;

use sts_credentials::CredentialsError;

use crate::context::CallContext;
use crate::error::Error;
use crate::platform::Platform;
use crate::session::refresher::Refresher;
use crate::session::{IssuedCredentials, RefreshProvider};
use crate::transport::{MaybeSend, MaybeSync};

/// State of a client without its credential provider.
pub(crate) struct Base<T> {
    pub(crate) context: Arc<CallContext>,
    pub(crate) transport: Arc<T>,
    pub(crate) platform: Platform,
}

/// A provider with the client that makes its calls.
pub(crate) struct Bound<T, S, P> {
    pub(crate) base: Arc<Base<T>>,
    pub(crate) credentials: Arc<S>,
    pub(crate) provider: P,
}

impl<T, S, P> Refresher for Bound<T, S, P>
where
    T: MaybeSend + MaybeSync,
    S: MaybeSend + MaybeSync,
    P: RefreshProvider + MaybeSend + MaybeSync,
{
    fn context(&self) -> &CallContext {
        &self.base.context
    }

    fn label(&self) -> String {
        self.provider.label()
    }

    fn lifetime(&self) -> Option<Duration> {
        self.provider.lifetime()
    }
}

/// Rejects credentials that no request can carry, from any provider.
pub(crate) fn validated(
    issued: IssuedCredentials,
    provider: &impl RefreshProvider,
) -> Result<IssuedCredentials, Error> {
    issued.credentials().validate().map_err(|error| {
        let message = format!("invalid credentials from {}", provider.label());
        CredentialsError::new(message).with_source(error)
    })?;
    Ok(issued)
}

/// Returns the encoded reason of an access-denied error.
pub(crate) fn encoded_denial(error: &Error) -> Option<String> {
    error.service_error()?.encoded_authorization_message().map(str::to_owned)
}
