//! Messages of classic IAM (v3): federation with an ID token, temporary credentials by token or by
//! agency name, look-ups of projects and accounts.
//!
//! Each message has a constructor with the mandatory fields, `validate` with the documented limits,
//! `to_request`, and `read` for the response. [`IamFederation`](crate::IamFederation) and
//! [`AgencyByName`](crate::AgencyByName) are providers that send them.
//!
//! ```
//! use sts_proto::Endpoint;
//! use sts_providers::classic_iam::{CreateTokenWithIdToken, GLOBAL_ENDPOINT};
//!
//! let message = CreateTokenWithIdToken::new("ci-idp", "eyJhbGciOi...");
//! let request = message.to_request(&Endpoint::parse(GLOBAL_ENDPOINT)?)?;
//! assert_eq!(request.uri().path(), "/v3.0/OS-AUTH/id-token/tokens");
//! assert!(!request.headers().contains_key("authorization"));
//!
//! let response = http::Response::builder()
//!     .status(201)
//!     .header("X-Subject-Token", "MIIEXAMPLE")
//!     .body(r#"{"token":{"expires_at":"2026-03-06T07:08:09.168000Z"}}"#)?;
//! let token = CreateTokenWithIdToken::read(&response)?;
//! assert_eq!(token.token.expose_secret(), "MIIEXAMPLE");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod access_key;
mod caller;
mod endpoint;
mod iam_token;
mod limits;
mod look_up;

pub use self::access_key::{
    CreateTemporaryAccessKeyByAgency, CreateTemporaryAccessKeyByToken, IssuedAccessKey,
};
pub use self::caller::IamCaller;
pub use self::endpoint::GLOBAL_ENDPOINT;
pub(crate) use self::endpoint::{endpoint_from_variable, parse_endpoint};
pub use self::iam_token::{CreateTokenWithIdToken, IamToken, NameOrId, TokenScope};
pub use self::look_up::{
    AuthDomains, KeystoneListAuthDomains, KeystoneListProjects, NamedId, Projects,
};
