//! Huawei Cloud STS as messages: operations, answers, errors and credentials, without IO.
//!
//! STS hands out short-lived access keys. This crate knows what is said to it and what it says:
//! an [`Operation`] gives an [`http::Request`] for an [`Endpoint`], and reads the
//! [`http::Response`] into its output or into an [`ServiceError`] that says what to do now. Any HTTP
//! stack can carry the two; requests of signed operations are signed in between, by `sts-sign`.
//!
//! It opens no socket, reads no clock and no environment, and draws no randomness.
//!
//! ```
//! use sts_proto::{AssumeAgency, Endpoint, Operation, Region};
//!
//! let operation = AssumeAgency::new("iam::0a1b2c3d:agency:reader", "build-42");
//! let request = operation.to_request(&Endpoint::from(Region::CN_NORTH_4))?;
//!
//! // Sign it, send it, and hand what comes back to `AssumeAgency::read`.
//! # fn send<B>(_: http::Request<B>) -> http::Response<&'static str> {
//! #     http::Response::new(concat!(
//! #         r#"{"assumed_agency":{"urn":"sts::0a1b2c3d:assumed-agency:reader/build-42","id":"f:b"},"#,
//! #         r#""credentials":{"access_key_id":"HST","secret_access_key":"s","security_token":"t","#,
//! #         r#""expiration":"2026-03-05T07:38:09.512Z"}}"#,
//! #     ))
//! # }
//! let answer = AssumeAgency::read(&send(request))?;
//! assert_eq!(answer.assumed_agency.session_name(), Some("build-42"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]

mod body;
mod caller;
mod endpoint;
mod error;
mod http_date;
mod operation;
mod region;
mod request_ids;
mod response;
mod retry_after;
mod secret;
/// Secrets read from a JSON slice without a copy that is not wiped.
///
/// [`Secret`] itself deserializes from every format; `serde_json` then resolves escapes in a buffer
/// that it does not wipe.
pub mod secret_json {
    pub use crate::secret::{deserialize, deserialize_option};
}
#[cfg(feature = "server")]
pub mod server;
mod status;
mod timestamp;
mod urn;
mod validate;

pub use body::{Body, BodyWriter};
pub use caller::Caller;
pub use endpoint::{Endpoint, InvalidEndpoint};
pub use error::{
    ACCESS_KEY_LOCKOUT, CodeFamily, ErrorCode, InvalidBody, KnownCode, KnownMessage, ServiceError,
    known_codes, known_messages,
};
pub use http_date::service_date;
pub use operation::{
    AssumeAgency, AssumeAgencyOutput, AssumeAgencyWithOidc, AssumeAgencyWithOidcOutput,
    AssumeAgencyWithSaml, AssumeAgencyWithSamlOutput, AssumedAgency, Authentication,
    DecodeAuthorizationMessage, DecodeAuthorizationMessageOutput, GetCallerIdentity,
    GetCallerIdentityOutput, Operation, ProvidedContext, Tag,
};
pub use region::{InvalidRegion, Region};
pub use request_ids::RequestIds;
pub use retry_after::RetryAfter;
pub use status::{StatusClass, kind_of_status, status_meaning};
pub use sts_credentials::{Credentials, ErrorKind, InvalidCredentials, RetryAdvice, Secret};
pub use urn::{AgencyUrn, InvalidAgencyUrn};
pub use validate::{InvalidRequest, Violation};
