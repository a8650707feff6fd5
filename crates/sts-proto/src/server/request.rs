//! Requests, read.

use http::{Method, Request};
use serde::de::DeserializeOwned;

use crate::body::Body;
use crate::caller::Caller;
use crate::endpoint::Endpoint;
use crate::error::InvalidBody;
use crate::operation::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, Authentication,
    DecodeAuthorizationMessage, GetCallerIdentity, Operation,
};
use crate::response;
use crate::validate::InvalidRequest;

/// A request of one of the five operations.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnyOperation {
    /// `AssumeAgency`
    AssumeAgency(AssumeAgency),
    /// `AssumeAgencyWithOIDC`
    AssumeAgencyWithOidc(AssumeAgencyWithOidc),
    /// `AssumeAgencyWithSAML`
    AssumeAgencyWithSaml(AssumeAgencyWithSaml),
    /// `DecodeAuthorizationMessage`
    DecodeAuthorizationMessage(DecodeAuthorizationMessage),
    /// `GetCallerIdentity`
    GetCallerIdentity(GetCallerIdentity),
}

/// One row of the routing table.
struct Route {
    name: &'static str,
    snake_case: &'static str,
    method: Method,
    path: &'static str,
    authentication: Authentication,
    read: fn(&[u8]) -> Result<AnyOperation, InvalidBody>,
}

impl Route {
    const fn of<O: Operation>(
        snake_case: &'static str,
        read: fn(&[u8]) -> Result<AnyOperation, InvalidBody>,
    ) -> Self {
        Self {
            name: O::NAME,
            snake_case,
            method: O::METHOD,
            path: O::PATH,
            authentication: O::AUTHENTICATION,
            read,
        }
    }
}

static ROUTES: [Route; 5] = [
    Route::of::<AssumeAgency>("assume_agency", |body| decode(body).map(AnyOperation::AssumeAgency)),
    Route::of::<AssumeAgencyWithOidc>("assume_agency_with_oidc", |body| {
        decode(body).map(AnyOperation::AssumeAgencyWithOidc)
    }),
    Route::of::<AssumeAgencyWithSaml>("assume_agency_with_saml", |body| {
        decode(body).map(AnyOperation::AssumeAgencyWithSaml)
    }),
    Route::of::<DecodeAuthorizationMessage>("decode_authorization_message", |body| {
        decode(body).map(AnyOperation::DecodeAuthorizationMessage)
    }),
    // It has no body; what a client may send as one is ignored.
    Route::of::<GetCallerIdentity>("get_caller_identity", |_| {
        Ok(AnyOperation::GetCallerIdentity(GetCallerIdentity::new()))
    }),
];

fn decode<O: DeserializeOwned>(body: &[u8]) -> Result<O, InvalidBody> {
    response::decode(body)
}

impl AnyOperation {
    /// Reads the request of an operation. Limits are left to [`validate_for`](Self::validate_for),
    /// the signature to whoever verifies it.
    pub fn read<B: AsRef<[u8]>>(request: &Request<B>) -> Result<Self, RequestError> {
        let path = request.uri().path();
        let mut routes = ROUTES.iter().filter(|route| route.path == path).peekable();
        if routes.peek().is_none() {
            return Err(RequestError::UnknownOperation);
        }
        let route = routes
            .find(|route| route.method == *request.method())
            .ok_or(RequestError::WrongMethod)?;
        (route.read)(request.body().as_ref()).map_err(RequestError::InvalidBody)
    }

    /// An operation by its name, as in `AssumeAgency` or `assume_agency`, and the JSON of its
    /// fields as on the wire.
    pub fn from_json(name: &str, json: &[u8]) -> Result<Self, RequestError> {
        let route = ROUTES
            .iter()
            .find(|route| route.name == name || route.snake_case == name)
            .ok_or(RequestError::UnknownOperation)?;
        (route.read)(json).map_err(RequestError::InvalidBody)
    }

    /// The names that [`from_json`](Self::from_json) takes, in snake case.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ROUTES.iter().map(|route| route.snake_case)
    }

    /// The operation's name, as in `AssumeAgency`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::AssumeAgency(_) => AssumeAgency::NAME,
            Self::AssumeAgencyWithOidc(_) => AssumeAgencyWithOidc::NAME,
            Self::AssumeAgencyWithSaml(_) => AssumeAgencyWithSaml::NAME,
            Self::DecodeAuthorizationMessage(_) => DecodeAuthorizationMessage::NAME,
            Self::GetCallerIdentity(_) => GetCallerIdentity::NAME,
        }
    }

    /// Whether requests to `path` with `method` are signed; `None` if there is no such operation.
    #[must_use]
    pub fn authentication_of(method: &Method, path: &str) -> Option<Authentication> {
        ROUTES
            .iter()
            .find(|route| route.path == path && route.method == *method)
            .map(|route| route.authentication)
    }

    /// Whether its requests are signed.
    #[must_use]
    pub const fn authentication(&self) -> Authentication {
        match self {
            Self::AssumeAgency(_) => AssumeAgency::AUTHENTICATION,
            Self::AssumeAgencyWithOidc(_) => AssumeAgencyWithOidc::AUTHENTICATION,
            Self::AssumeAgencyWithSaml(_) => AssumeAgencyWithSaml::AUTHENTICATION,
            Self::DecodeAuthorizationMessage(_) => DecodeAuthorizationMessage::AUTHENTICATION,
            Self::GetCallerIdentity(_) => GetCallerIdentity::AUTHENTICATION,
        }
    }

    /// The request to send, as [`Operation::to_request_unvalidated`] gives it.
    pub fn to_request_unvalidated(
        &self,
        endpoint: &Endpoint,
    ) -> Result<Request<Body>, InvalidRequest> {
        match self {
            Self::AssumeAgency(operation) => operation.to_request_unvalidated(endpoint),
            Self::AssumeAgencyWithOidc(operation) => operation.to_request_unvalidated(endpoint),
            Self::AssumeAgencyWithSaml(operation) => operation.to_request_unvalidated(endpoint),
            Self::DecodeAuthorizationMessage(operation) => {
                operation.to_request_unvalidated(endpoint)
            }
            Self::GetCallerIdentity(operation) => operation.to_request_unvalidated(endpoint),
        }
    }

    /// Holds the request against the documented limits.
    pub fn validate_for(&self, caller: Caller) -> Result<(), InvalidRequest> {
        match self {
            Self::AssumeAgency(operation) => operation.validate_for(caller),
            Self::AssumeAgencyWithOidc(operation) => operation.validate_for(caller),
            Self::AssumeAgencyWithSaml(operation) => operation.validate_for(caller),
            Self::DecodeAuthorizationMessage(operation) => operation.validate_for(caller),
            Self::GetCallerIdentity(operation) => operation.validate_for(caller),
        }
    }
}

/// Error returned when a request is not a request of an operation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// Unknown path or operation name.
    #[error("unknown operation")]
    UnknownOperation,
    /// The operation of this path has another method.
    #[error("wrong method for this operation")]
    WrongMethod,
    /// Invalid JSON, or a missing or invalid field.
    #[error("invalid request body: {0}")]
    InvalidBody(InvalidBody),
}
