#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]

mod body;
mod caller;
/// Known error codes and messages, for documentation and tests.
pub mod codes {
    pub use crate::error::table::{KnownCode, KnownMessage, known_codes, known_messages};
}
mod endpoint;
mod error;
mod http_date;
/// Decoding of JSON responses of other services of Huawei Cloud, with the rules and errors of this
/// crate.
pub mod json {
    pub use crate::response::object::deserialize as object;
    pub use crate::response::read;
    pub use crate::timestamp::deserialize as timestamp;
}
mod operation;
mod region;
mod request_ids;
mod response;
mod retry_after;
mod secret;
/// Deserialization of secrets from a JSON slice without copies that are not wiped.
///
/// [`Secret`] deserializes from every format, but `serde_json` resolves escapes in a buffer that it
/// does not wipe.
pub mod secret_json {
    pub use crate::secret::{deserialize, deserialize_option};
}
#[cfg(feature = "server")]
pub mod server;
mod status;
mod text_type;
mod timestamp;
mod urn;
mod validate;

pub use body::{Body, BodyWriter};
pub use caller::Caller;
pub use endpoint::{Endpoint, InvalidEndpoint};
pub use error::{ACCESS_KEY_LOCKOUT, CodeFamily, ErrorCode, InvalidBody, ServiceError};
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
pub use status::{StatusClass, kind_of_status};
pub use sts_credentials::{Credentials, ErrorKind, InvalidCredentials, RetryAdvice, Secret};
pub use urn::{AgencyUrn, InvalidAgencyUrn};
pub use validate::{InvalidRequest, Violation};
