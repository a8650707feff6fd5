//! Authentication of requests to other services.

use std::fmt;

use http::{Request, Response, StatusCode};
use sts_proto::Body;
use time::OffsetDateTime;

use crate::gateway::{Gateway, Unverified};

/// The signer of a request, returned by [`Emulator::authenticate`](crate::Emulator::authenticate).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Principal {
    /// Id of the account.
    pub account_id: String,
    /// URN of the user or the session.
    pub urn: String,
    /// Id of the user or the session.
    pub id: String,
    /// Access key id of the signature.
    pub access_key_id: String,
    /// Source identity of the session, if it has one.
    pub source_identity: Option<String>,
    /// Expiration of temporary credentials; `None` for permanent ones.
    pub expires_at: Option<OffsetDateTime>,
}

/// A request that is not signed correctly, and the response of the gateway to it.
pub struct AuthenticationError(Box<Unverified>);

impl AuthenticationError {
    /// Returns the error code, such as `APIGW.0301`.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// Returns the status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.response.status()
    }

    /// Returns the response of the gateway, for a mock to send.
    #[must_use]
    pub fn into_response(self) -> Response<Body> {
        self.0.response
    }
}

impl fmt::Display for AuthenticationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.reason)
    }
}

impl fmt::Debug for AuthenticationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticationError")
            .field("status", &self.status())
            .field("code", &self.code())
            .field("reason", &self.0.reason)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for AuthenticationError {}

pub(super) fn authenticate<B: AsRef<[u8]>>(
    gateway: &Gateway,
    request: &Request<B>,
) -> Result<Principal, AuthenticationError> {
    let mut copy = Request::new(Body::from(request.body().as_ref().to_vec()));
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    let (signer, verified) = gateway.authenticate(&copy).map_err(AuthenticationError)?;
    let session = signer.session();
    Ok(Principal {
        account_id: signer.account().to_owned(),
        urn: signer.urn(),
        id: signer.id(),
        access_key_id: verified.access_key_id().to_owned(),
        source_identity: session.and_then(|session| session.source_identity.clone()),
        expires_at: session.map(|session| session.expiration),
    })
}
