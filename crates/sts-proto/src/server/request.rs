//! Requests of any operation.

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

/// Request of any of the five operations.
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

/// Row of the routing table.
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
    // The operation has no body; a body is ignored.
    Route::of::<GetCallerIdentity>("get_caller_identity", |_| {
        Ok(AnyOperation::GetCallerIdentity(GetCallerIdentity::new()))
    }),
];

fn decode<O: DeserializeOwned>(body: &[u8]) -> Result<O, InvalidBody> {
    response::decode(body)
}

impl AnyOperation {
    /// Reads a request. It does not check limits, see [`validate_for`](Self::validate_for), or the
    /// signature.
    ///
    /// # Errors
    ///
    /// Returns an error if path, method or body do not belong to an operation.
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

    /// Reads an operation from its name, as in `AssumeAgency` or `assume_agency`, and the JSON of its
    /// fields.
    ///
    /// # Errors
    ///
    /// Returns an error if the name is unknown or the JSON is invalid.
    pub fn from_json(name: &str, json: &[u8]) -> Result<Self, RequestError> {
        let route = ROUTES
            .iter()
            .find(|route| route.name == name || route.snake_case == name)
            .ok_or(RequestError::UnknownOperation)?;
        (route.read)(json).map_err(RequestError::InvalidBody)
    }

    /// Returns the names of all operations in snake case.
    pub fn names() -> impl Iterator<Item = &'static str> {
        ROUTES.iter().map(|route| route.snake_case)
    }

    /// Returns the name of the operation, as in `AssumeAgency`.
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

    /// Returns the authentication of the operation with this method and path, if it exists.
    #[must_use]
    pub fn authentication_of(method: &Method, path: &str) -> Option<Authentication> {
        ROUTES
            .iter()
            .find(|route| route.path == path && route.method == *method)
            .map(|route| route.authentication)
    }

    /// Returns the authentication of the operation.
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

    /// Returns the request, see [`Operation::to_request_unvalidated`].
    ///
    /// # Errors
    ///
    /// As [`Operation::to_request_unvalidated`].
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

    /// Validates the request, see [`Operation::validate_for`].
    ///
    /// # Errors
    ///
    /// As [`Operation::validate_for`].
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
