//! The five operations of STS, and the steps that all of them share.

mod assume_agency;
mod assume_agency_with_oidc;
mod assume_agency_with_saml;
mod assumed_agency;
mod decode_authorization_message;
mod get_caller_identity;
mod message;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response};
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

/// One operation of STS: data in, an [`http::Request`] out; an [`http::Response`] in, data or an
/// [`ServiceError`] out.
///
/// The five types of this module implement it, and nothing else can: what an operation may send
/// is the service's to say.
///
/// ```
/// use sts_proto::{AssumeAgency, Endpoint, Operation, Region};
///
/// let operation = AssumeAgency::new("iam::0a1b2c3d:agency:reader", "build-42");
/// let request = operation.to_request(&Endpoint::from(Region::CN_NORTH_4))?;
/// assert_eq!(request.uri(), "https://sts.cn-north-4.myhuaweicloud.com/v5/agencies/assume");
/// // ... sign it, send it, and then:
/// # let response = http::Response::builder().status(404).body(r#"{"error_code":"STS5.1106"}"#)?;
/// match AssumeAgency::read(&response) {
///     Ok(answer) => println!("until {:?}", answer.credentials.expiration),
///     Err(error) => assert_eq!(error.kind(), sts_proto::ErrorKind::NotFound),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Operation: Message {
    /// The operation's name in the documentation, as in `AssumeAgency`.
    const NAME: &'static str;
    /// Its HTTP method.
    const METHOD: Method;
    /// Its path. It has neither parameters nor a query.
    const PATH: &'static str;
    /// Whether its requests are signed.
    const AUTHENTICATION: Authentication;
    /// What a success gives.
    type Output: DeserializeOwned + Send;

    /// Holds the request against the documented limits, the newest where sources differ.
    ///
    /// [`to_request`](Self::to_request) does it too. All violations are reported at once.
    fn validate(&self) -> Result<(), InvalidRequest> {
        self.validate_for(Caller::Permanent)
    }

    /// The same, with the limits that hold for this caller: a session asked for with temporary
    /// keys lasts an hour at most.
    fn validate_for(&self, caller: Caller) -> Result<(), InvalidRequest> {
        let mut checks = Checks::new(Self::NAME, caller);
        self.check(&mut checks);
        checks.finish()
    }

    /// The request to send: absolute URI, headers and body, without a signature.
    fn to_request(&self, endpoint: &Endpoint) -> Result<Request<Body>, InvalidRequest> {
        self.validate()?;
        self.to_request_unvalidated(endpoint)
    }

    /// The same without [`validate`](Self::validate), for limits that the service has changed.
    /// It fails only if the endpoint's base path and the operation's path give no URI.
    fn to_request_unvalidated(&self, endpoint: &Endpoint) -> Result<Request<Body>, InvalidRequest> {
        let uri = endpoint.uri(Self::PATH).map_err(|error| {
            InvalidRequest::unsendable(Self::NAME, "endpoint", endpoint, &error)
        })?;
        let mut request = if Self::METHOD == Method::GET {
            Request::new(Body::empty())
        } else {
            let mut body = BodyWriter::with_capacity(self.size());
            serde_json::to_writer(&mut body, self).map_err(|error| {
                InvalidRequest::unsendable(Self::NAME, "body", &"its fields", &error)
            })?;
            let mut request = Request::new(body.finish());
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(CONTENT_TYPE, json);
            request
        };
        *request.method_mut() = Self::METHOD;
        *request.uri_mut() = uri;
        Ok(request)
    }

    /// Whether a request that may have reached the service can be sent again without harm. All can
    /// but one with an MFA code, which is good for one call.
    fn is_repeatable(&self) -> bool {
        !self.is_one_time()
    }

    /// Reads the answer to a request of this operation.
    ///
    /// A success is a 2xx whose body decodes. Anything else is an [`ServiceError`] that says what it
    /// was and what to do now. No limit is enforced on what the service answers.
    fn read<B: AsRef<[u8]>>(response: &Response<B>) -> Result<Self::Output, ServiceError> {
        response::read(response)
    }
}

/// How an operation proves who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Authentication {
    /// By a signature with an access key.
    Signed,
    /// By what the request itself carries, an ID token or a SAML assertion. No `Authorization`
    /// header is sent, whatever keys are at hand.
    Unsigned,
}
