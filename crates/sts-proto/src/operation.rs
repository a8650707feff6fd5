//! The operations of STS.

mod assume_agency;
mod assume_agency_with_oidc;
mod assume_agency_with_saml;
mod assumed_agency;
mod decode_authorization_message;
mod get_caller_identity;
mod message;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, Request, Response};
use serde::de::DeserializeOwned;

pub use self::assume_agency::{AssumeAgency, AssumeAgencyOutput, ProvidedContext, Tag};
pub use self::assume_agency_with_oidc::{AssumeAgencyWithOidc, AssumeAgencyWithOidcOutput};
pub use self::assume_agency_with_saml::{AssumeAgencyWithSaml, AssumeAgencyWithSamlOutput};
pub use self::assumed_agency::AssumedAgency;
pub use self::decode_authorization_message::{
    DecodeAuthorizationMessage, DecodeAuthorizationMessageOutput,
};
pub use self::get_caller_identity::{GetCallerIdentity, GetCallerIdentityOutput};

use self::message::Message;
use crate::body::{Body, BodyWriter};
use crate::caller::Caller;
use crate::endpoint::Endpoint;
use crate::error::ServiceError;
use crate::response;
use crate::validate::{Checks, InvalidRequest};

/// An operation of STS: builds its [`http::Request`] and reads its [`http::Response`].
///
/// The trait is sealed. The five operations of the service implement it, and references to them.
///
/// ```
/// use sts_proto::{AssumeAgency, Endpoint, Operation, Region};
///
/// let operation = AssumeAgency::new("iam::0a1b2c3d:agency:reader", "build-42");
/// let request = operation.to_request(&Endpoint::from(Region::CN_NORTH_4))?;
/// assert_eq!(request.uri(), "https://sts.cn-north-4.myhuaweicloud.com/v5/agencies/assume");
///
/// // Sign and send the request, then read the response.
/// let response = http::Response::builder().status(404).body(r#"{"error_code":"STS5.1106"}"#)?;
/// match AssumeAgency::read(&response) {
///     Ok(output) => println!("valid until {:?}", output.credentials.expiration),
///     Err(error) => assert_eq!(error.kind(), sts_proto::ErrorKind::NotFound),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Operation: Message {
    /// Name of the operation in the service's documentation, as in `AssumeAgency`.
    const NAME: &'static str;
    /// HTTP method.
    const METHOD: Method;
    /// Path, without parameters and query.
    const PATH: &'static str;
    /// Authentication of the requests.
    const AUTHENTICATION: Authentication;
    /// Output of a successful response.
    type Output: DeserializeOwned + Send;

    /// Validates the request against the documented limits (the newest where the sources differ).
    /// [`to_request`](Self::to_request) calls this method.
    ///
    /// # Errors
    ///
    /// Returns all violations.
    fn validate(&self) -> Result<(), InvalidRequest> {
        self.validate_for(Caller::Permanent)
    }

    /// Validates the request with the limits for `caller`: temporary credentials can request a
    /// session of at most one hour.
    ///
    /// # Errors
    ///
    /// Returns all violations.
    fn validate_for(&self, caller: Caller) -> Result<(), InvalidRequest> {
        let mut checks = Checks::new(Self::NAME, caller);
        self.check(&mut checks);
        checks.finish()
    }

    /// Returns the request with absolute URI, headers and body, without a signature.
    ///
    /// # Errors
    ///
    /// Returns an error if [`validate`](Self::validate) fails or the URI is invalid.
    fn to_request(&self, endpoint: &Endpoint) -> Result<Request<Body>, InvalidRequest> {
        self.validate()?;
        self.to_request_unvalidated(endpoint)
    }

    /// Returns the request without validation, for limits that the service has changed.
    ///
    /// # Errors
    ///
    /// Returns an error if the endpoint's base path and the operation's path do not form a URI.
    fn to_request_unvalidated(&self, endpoint: &Endpoint) -> Result<Request<Body>, InvalidRequest> {
        let uri = endpoint.uri(Self::PATH).map_err(|error| {
            InvalidRequest::unsendable(Self::NAME, "endpoint", endpoint, &error)
        })?;
        let mut request = if Self::METHOD == Method::GET {
            Request::new(Body::empty())
        } else {
            let mut body = BodyWriter::with_capacity(self.size());
            serde_json::to_writer(&mut body, self).map_err(|error| {
                InvalidRequest::unsendable(Self::NAME, "body", &"fields", &error)
            })?;
            let mut request = Request::new(body.finish());
            // A signer adds up to five headers, for which the map must not grow.
            let mut headers = HeaderMap::with_capacity(6);
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.headers_mut() = headers;
            request
        };
        *request.method_mut() = Self::METHOD;
        *request.uri_mut() = uri;
        Ok(request)
    }

    /// Returns whether a request that may have reached the service can be sent again. Only requests
    /// with an MFA code cannot, because a code is valid for one call.
    fn is_repeatable(&self) -> bool {
        !self.is_one_time()
    }

    /// Reads the response to a request of this operation. The documented limits are not enforced on
    /// responses.
    ///
    /// # Errors
    ///
    /// Returns a [`ServiceError`] unless the response is a 2xx with a valid body.
    fn read<B: AsRef<[u8]>>(response: &Response<B>) -> Result<Self::Output, ServiceError> {
        response::read(response)
    }
}

/// For calls that repeat one operation.
impl<O: Operation> Operation for &O {
    const NAME: &'static str = O::NAME;
    const METHOD: Method = O::METHOD;
    const PATH: &'static str = O::PATH;
    const AUTHENTICATION: Authentication = O::AUTHENTICATION;
    type Output = O::Output;
}

/// Authentication of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Authentication {
    /// Signature with an access key.
    Signed,
    /// ID token or SAML assertion in the request. The `Authorization` header is never sent, even if
    /// the client has credentials.
    Unsigned,
}
